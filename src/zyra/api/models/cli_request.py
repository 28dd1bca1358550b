"""Body of `POST /cli/run`."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from zyra.core.closest import closest
from zyra.jobs.records import Mode
from zyra.jobs.requests import JobFile, Problem, RequestRefused, RunRequest, Upload
from zyra.jobs.validation import UNKNOWN, known_ones, message_of

METADATA_BYTES = 4096


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StdinUpload(_Body):
    """An upload as stdin."""

    file_id: str


class StdinJobFile(_Body):
    """An output of an earlier job as stdin."""

    job_id: str
    file: str


def _kind_of_stdin(given: Any) -> str:
    if not isinstance(given, dict):
        return "text"
    return "job" if "job_id" in given else "upload"


Stdin = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[StdinUpload, Tag("upload")]
    | Annotated[StdinJobFile, Tag("job")],
    Discriminator(_kind_of_stdin),
]


class RunOptions(_Body):
    """How a run, of one command or of a pipeline, is to be treated."""

    mode: Literal["sync", "async"] = Field("sync", description="Wait for the result, or not")
    stdin: Stdin | None = Field(None, description="What `-` reads: text, an upload, or an output")
    timeout_s: float | None = Field(
        None, gt=0, description="End the command after so many seconds", allow_inf_nan=False
    )
    cancel_on_disconnect: bool = Field(
        False, description="End the command when the waiting caller goes away"
    )
    callback_url: str | None = Field(
        None, max_length=2048, description="Address to call when the job is done"
    )
    callback_method: Literal["GET", "POST"] = Field(
        "POST", description="POST carries the result; GET only calls the address"
    )
    idempotency_key: str | None = Field(
        None, min_length=1, max_length=255, description="The same key gives the same job"
    )
    retries: int = Field(
        0, ge=0, le=10, description="Starts again so often if the machine that ran it is lost"
    )
    metadata: dict[str, Any] = Field(
        default_factory=dict, description="Kept with the job as it is; at most 4 KiB of JSON"
    )

    @field_validator("metadata")
    @classmethod
    def _refuse_large_metadata(cls, given: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(given)) > METADATA_BYTES:
            raise PydanticCustomError("too_large", "metadata is larger than 4 KiB of JSON")
        return given

    def run_request(self, stage: str, command: str, args: Mapping[str, Any]) -> RunRequest:
        """A request of the job service with these options."""
        return RunRequest(
            stage=stage,
            command=command,
            args=args,
            mode=Mode(self.mode),
            stdin=_source(self.stdin),
            timeout_s=self.timeout_s,
            cancel_on_disconnect=self.cancel_on_disconnect,
            metadata=self.metadata,
            idempotency_key=self.idempotency_key,
            retries=self.retries,
            callback_url=self.callback_url,
            callback_method=self.callback_method,
        )


class CliRequest(RunOptions):
    """One command to run."""

    stage: str = Field(description="Stage, or one of its older names", examples=["process"])
    command: str = Field(description="Command of the stage", examples=["decode-grib2"])
    args: dict[str, Any] = Field(
        default_factory=dict, description="Arguments by name; `GET /cli/commands` describes them"
    )

    def to_run_request(self) -> RunRequest:
        """The same as the job service takes it."""
        return self.run_request(self.stage, self.command, self.args)


def parse_cli_request(body: Mapping[str, Any]) -> CliRequest:
    """Validate a body.

    Raises:
        RequestRefused: With a problem for each member that is wrong.
    """
    try:
        return CliRequest.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestRefused([_problem(details) for details in found]) from error


def _problem(error: ErrorDetails) -> Problem:
    return Problem(tuple(error["loc"]), message_of(error), error["type"], _hint(error))


def _hint(error: ErrorDetails) -> str | None:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "missing" and name in CliRequest.model_fields:
        return CliRequest.model_fields[name].description
    if error["type"] != UNKNOWN or len(error["loc"]) > 1:
        return None
    return known_ones(closest(name, CliRequest.model_fields), CliRequest.model_fields)


def _source(stdin: str | StdinUpload | StdinJobFile | None) -> str | Upload | JobFile | None:
    match stdin:
        case StdinUpload():
            return Upload(stdin.file_id)
        case StdinJobFile():
            return JobFile(stdin.job_id, stdin.file)
        case _:
            return stdin
