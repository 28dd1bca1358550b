"""Turn a request into a job that can be kept: validated, resolved, planned."""

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from zyra.core.command import Command
from zyra.core.errors import UsageError, ZyraError
from zyra.core.kinds import READ_KINDS, Kind, texts_of
from zyra.core.settings import Settings
from zyra.core.urls import Url
from zyra.jobs.pipelines.plan import PipelinePlan
from zyra.jobs.plan_vault import PlanVault, secret_texts, secrets_among
from zyra.jobs.ports import Submission
from zyra.jobs.records import Callback, JobRecord
from zyra.jobs.requests import (
    Caller,
    Gone,
    JobFile,
    NoSuchFile,
    NoSuchJob,
    Origin,
    Problem,
    RequestRefused,
    RunRequest,
    Upload,
)
from zyra.jobs.resolving import Resolver, masked
from zyra.jobs.results import INPUTS
from zyra.jobs.runner import Plan
from zyra.jobs.storage import Uploads
from zyra.jobs.stream_mask import MASK
from zyra.jobs.validation import given_of, sound_args, validate_args
from zyra.registry import Registry, find_command

CALLBACK_SCHEMES = ("http", "https")

FindPlace = Callable[[str, str], Awaitable[str]]


@dataclass(frozen=True)
class Desk:
    """Where one caller's request is made ready.

    Attributes:
        find_output: Place of an output of one of the caller's jobs.
        vault: Keeps the secrets among the arguments.
    """

    registry: Registry
    settings: Settings
    uploads: Uploads
    caller: Caller
    find_output: FindPlace
    vault: PlanVault

    async def prepare(self, request: RunRequest) -> Submission:
        """The job that the request asks for.

        Raises:
            UnknownName: No such stage or command.
            RequestRefused: The arguments are wrong or name what may not be used.
        """
        find_command(self.registry, request.stage, request.command)
        problems: list[Problem] = []
        reads = Reads()
        draft = await self.draft(request, reads, problems)
        callback = self.callback(request, problems)
        if draft is None or problems:
            raise RequestRefused(problems)
        record = self.record(
            request, draft.command.stage, draft.command.name, draft.args, reads, callback
        )
        return self.submission(request, record, draft.plan)

    async def draft(
        self, request: RunRequest, reads: "Reads", problems: list[Problem]
    ) -> "Draft | None":
        """The command of a request, made ready; None when its arguments are wrong.

        Args:
            request: Names a command that there is.
            reads: Gets what it reads.
            problems: Gets one for all that is wrong with arguments and stdin.
        """
        command = find_command(self.registry, request.stage, request.command)
        args = validate_args(command, request.args, problems)
        given = sound_args(command, request.args, problems) if args is None else given_of(args)
        values = await self._resolver(reads).resolve(command.kinds, given, problems)
        self._check_secrets(command.kinds, values, problems)
        stdin_path = await self._stdin_path(request, reads, problems)
        if args is None:
            return None
        plan = self._plan(request, command, values, reads.links, stdin_path)
        return Draft(command, masked(args, command.kinds), plan)

    def record(
        self,
        request: RunRequest,
        stage: str,
        command: str,
        args: Mapping[str, Any],
        reads: "Reads",
        callback: Callback | None,
    ) -> JobRecord:
        """The record of a new job, whose arguments are masked."""
        return JobRecord(
            job_id=str(uuid.uuid4()),
            owner=self.caller.name,
            stage=stage,
            command=command,
            args=args,
            mode=request.mode,
            created_at=datetime.now(UTC),
            metadata=request.metadata,
            retries=request.retries,
            request_id=request.origin.request_id,
            traceparent=request.origin.traceparent,
            uses=tuple(sorted(reads.uses)),
            callback=callback,
        )

    def submission(
        self, request: RunRequest, record: JobRecord, plan: Plan | PipelinePlan
    ) -> Submission:
        """A new job as it is kept."""
        key = request.idempotency_key
        return Submission(
            record,
            self.vault.put(plan),
            key,
            self.vault.fingerprint(_whole(request)) if key else "",
            self.settings.max_jobs if self.caller.is_limited else None,
        )

    def _check_secrets(
        self, kinds: Mapping[str, Kind], values: Mapping[str, Any], problems: list[Problem]
    ) -> None:
        for name, value in values.items():
            for text in secret_texts(secrets_among(kinds, values), {name: value}):
                try:
                    self.vault.check(self.caller, text)
                except UsageError as error:
                    place = ("args", name)
                    problems.append(Problem(place, error.message, "secret_refused", error.hint))

    def callback(self, request: RunRequest, problems: list[Problem]) -> Callback | None:
        """Whom the request asks to tell; None when nobody, or nobody who may be told."""
        if request.callback_url is None:
            return None
        try:
            url = self.settings.callback_network.check_url(request.callback_url)
            if url.scheme not in CALLBACK_SCHEMES:
                raise UsageError(f"callbacks go to http and https, not {url.scheme}")
        except ZyraError as error:
            problems.append(Problem(("callback_url",), error.message, "name_refused", error.hint))
            return None
        return Callback(
            url=_without_secrets(url),
            method=request.callback_method,
            address=self.vault.keep(request.callback_url),
            due=datetime.now(UTC),  # at once; nobody looks before the job is done
        )

    def _plan(
        self,
        request: RunRequest,
        command: Command,
        values: dict[str, Any],
        links: dict[str, str],
        stdin_path: str | None,
    ) -> Plan:
        longest = self.settings.run_timeout_s
        return Plan(
            stage=command.stage,
            command=command.name,
            args=values,
            output=_main_output(command.kinds, values),
            links=links,
            readable=(*links.values(), *_paths_of_inputs(command.kinds, values)),
            stdin_text=request.stdin if isinstance(request.stdin, str) else None,
            stdin_path=stdin_path,
            timeout_s=min(request.timeout_s or longest, longest),
            memory_bytes=self.settings.run_memory_bytes,
            file_bytes=self.settings.run_file_bytes,
            allow_hosts=self.settings.allow_hosts,
            secrets=secrets_among(command.kinds, values),
        )

    async def _stdin_path(
        self, request: RunRequest, reads: "Reads", problems: list[Problem]
    ) -> str | None:
        source = request.stdin
        try:
            if isinstance(source, Upload):
                reads.uses.add(f"file:{source.file_id}")
                info = await self.uploads.info(self.caller, source.file_id)
                return self.uploads.place(info)
            if isinstance(source, JobFile):
                reads.uses.add(f"job:{source.job_id}")
                return await self.find_output(source.job_id, source.file)
        except (NoSuchFile, NoSuchJob, Gone) as error:
            problems.append(Problem(("stdin",), error.message, "name_refused", error.hint))
        return None

    def _resolver(self, reads: "Reads") -> Resolver:
        """A resolver that notes in `reads` what it finds."""

        async def find_upload(file_id: str) -> Path:
            info = await self.uploads.info(self.caller, file_id)
            reads.uses.add(f"file:{file_id}")
            return reads.link(info.filename, self.uploads.place(info))

        async def find_output(job_id: str, name: str) -> Path:
            place = await self.find_output(job_id, name)
            reads.uses.add(f"job:{job_id}")
            return reads.link(PurePosixPath(name).name, place)

        return Resolver(self.settings.network, find_upload, find_output, self.settings.data_roots)


@dataclass(frozen=True)
class Draft:
    """A command made ready.

    Attributes:
        args: As they may be shown.
    """

    command: Command
    args: Mapping[str, Any]
    plan: Plan


@dataclass(frozen=True)
class Reads:
    """The files that a job, or a step of one, reads.

    Attributes:
        uses: `file:ID` and `job:ID`, so that none is removed too soon.
        links: A name in the job's own folder for each: commands name their results and
            messages after it, and learn nothing of our folders.
        taken: The names that earlier steps have.
    """

    uses: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    taken: Mapping[str, str] = field(default_factory=dict)

    def of_next_step(self) -> "Reads":
        """What the next step of the same job reads."""
        return Reads(self.uses, {}, {**self.taken, **self.links})

    def link(self, name: str, place: str) -> Path:
        """A free name for what is at `place` among the job's inputs, as the command sees it."""
        known = {**self.taken, **self.links}
        names = (name, *(f"{number}-{name}" for number in range(2, len(known) + 3)))
        free = next(name for name in names if known.get(name, place) == place)
        self.links[free] = place
        return Path("..", INPUTS, free)


def _paths_of_inputs(kinds: Mapping[str, Kind], values: Mapping[str, Any]) -> list[str]:
    """The absolute paths among the resolved inputs; they lie under data roots.

    Only of arguments that are inputs by their kind: a title may begin with a slash, too.
    """
    inputs = (value for name, value in values.items() if kinds.get(name) in READ_KINDS)
    return [text for value in inputs for text in texts_of(value) if text[:1] == "/"]


def _main_output(kinds: Mapping[str, Kind], values: Mapping[str, Any]) -> str | None:
    names = (name for name, kind in kinds.items() if kind is Kind.OUTPUT_FILE)
    given = (values[name] for name in names if name in values)
    return next((value for value in given if isinstance(value, str)), None)


def _without_secrets(url: Url) -> str:
    """An address for people: whatever stands in its query may be a token."""
    address, mark, _ = str(url).partition("?")
    return f"{address}?{MASK}" if mark else address


def _whole(request: RunRequest) -> str:
    """Everything that makes a request another one."""
    return json.dumps(asdict(replace(request, origin=Origin())), sort_keys=True)
