"""Body and answers of `POST /pipelines/run`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from zyra.api.models.cli_request import RunOptions
from zyra.api.models.jobs import PipelineStepAnswer, RunAnswer, run_answer, step_answer
from zyra.jobs.pipelines.preparing import PreparedPipeline
from zyra.jobs.pipelines.spec import PIPELINES, RUN, PipelineOrder
from zyra.jobs.records import JobRecord
from zyra.jobs.requests import RunRequest

# Shown in the description of the operation.
EXAMPLES: tuple[tuple[str, Any], ...] = (
    (
        "A map of a forecast file, and a copy of its fields as NetCDF",
        {
            "name": "Temperature at 850 hPa",
            "stages": [
                {
                    "name": "select",
                    "stage": "process",
                    "command": "extract-variable",
                    "args": {
                        "input": "https://data.example.org/gfs.t00z.pgrb2.0p25.f024",
                        "pattern": "TMP:850 mb",
                        "format": "grib2",
                        "output": "t850.grib2",
                    },
                },
                {
                    "name": "convert",
                    "stage": "process",
                    "command": "convert-format",
                    "args": {"input": "step:select", "format": "netcdf", "output": "t850.nc"},
                },
                {
                    "name": "draw",
                    "stage": "visualize",
                    "command": "heatmap",
                    "args": {"input": "step:convert", "colorbar": True, "output": "t850.png"},
                },
            ],
        },
    ),
    (
        "The same, streamed through pipes: no file lies between the steps",
        {
            "stages": [
                {
                    "stage": "acquire",
                    "command": "http",
                    "args": {"url": "https://data.example.org/t850.grib2", "output": "-"},
                },
                {
                    "stage": "process",
                    "command": "convert-format",
                    "args": {"input": "-", "format": "netcdf", "output": "-"},
                },
                {
                    "stage": "disseminate",
                    "command": "s3",
                    "args": {"input": "-", "url": "s3://bucket/t850.nc"},
                },
            ],
            "mode": "async",
        },
    ),
)


class PipelineRequest(PipelineOrder, RunOptions):
    """A pipeline to run: the file that `zyra run` takes, and how to run it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    dry_run: bool = Field(
        False, description="Only check it, and answer which steps would be run, joined how"
    )

    def to_run_request(self) -> RunRequest:
        """The same as the job service takes it."""
        order = self.model_dump(
            mode="json", include=set(PipelineOrder.model_fields), exclude_defaults=True
        )
        return self.run_request(PIPELINES, RUN, order)


class PipelineAnswer(RunAnswer):
    """What came of a pipeline that somebody has waited for, and of each of its steps."""

    name: str
    steps: list[PipelineStepAnswer]


class PlannedStepAnswer(TypedDict):
    """A step that would be run.

    `stdin` says where its stdin comes from: `nothing`, `outer` (the stdin of the pipeline),
    `pipe` (the step before, while that runs) or `kept` (the step before, when it has ended).
    """

    number: int
    name: str
    stage: str
    command: str
    args: dict[str, Any]
    stdin: Literal["nothing", "outer", "pipe", "kept"]
    needs: list[int]
    network: bool


class DryRunAnswer(TypedDict):
    """A pipeline that is right, and was not run."""

    status: Literal["checked"]
    name: str
    steps: list[PlannedStepAnswer]


def pipeline_answer(record: JobRecord, root: str) -> PipelineAnswer:
    """Answer of a sync run; links begin with `root`."""
    steps = [step_answer(step) for step in record.steps]
    return {**run_answer(record, root), "name": str(record.args["name"]), "steps": steps}


def dry_run_answer(prepared: PreparedPipeline) -> DryRunAnswer:
    """What would be run."""
    numbers = [record.number for record in prepared.records]
    steps: list[PlannedStepAnswer] = [
        {
            "number": record.number,
            "name": record.name,
            "stage": record.stage,
            "command": record.command,
            "args": dict(record.args),
            "stdin": linked.link.stdin.value,
            "needs": [numbers[place] for place in sorted(linked.link.needs)],
            "network": linked.step.command.connects(draft.plan.args),
        }
        for record, linked, draft in zip(
            prepared.records, prepared.steps, prepared.drafts, strict=True
        )
    ]
    return {"status": "checked", "name": prepared.order.name, "steps": steps}
