"""Turn the names of files in arguments into paths that a run may use, and nothing else.

A run reads uploads (`file_id:ID`), outputs of the caller's earlier jobs
(`job_id:ID/NAME`), absolute paths under a data root, and names inside its own folder.
It writes only names inside its own folder. URLs pass the network policy.
"""

import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zyra.core.arguments import Args
from zyra.core.errors import ZyraError
from zyra.core.kinds import READ_KINDS, URL_KINDS, Kind
from zyra.core.network import NetworkPolicy
from zyra.core.outputs import PART_PREFIX
from zyra.core.urls import masked as masked_url
from zyra.jobs.requests import Problem, ServiceUnavailable

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_STANDARD_STREAM = "-"
_NAME_LIMIT = 1024
MASK = "***"

FindUpload = Callable[[str], Awaitable[Path]]
FindOutput = Callable[[str, str], Awaitable[Path]]


class NameRefused(ZyraError):
    """A file name or URL in the arguments that a run may not use."""


@dataclass(frozen=True)
class Resolver:
    """What the arguments of one caller's request may refer to.

    Attributes:
        find_upload: Path of the caller's upload of that id.
        find_output: Path of an output of the caller's job, by job id and name.
        data_roots: Folders that may be read by absolute path.
    """

    network: NetworkPolicy
    find_upload: FindUpload
    find_output: FindOutput
    data_roots: Sequence[Path] = field(default=())

    async def resolve(
        self, kinds: Mapping[str, Kind], given: Mapping[str, Any], problems: list[Problem]
    ) -> dict[str, Any]:
        """The given arguments with every file and URL checked and made usable.

        Args:
            kinds: Of the arguments that have one, by name.
            given: Values by name.
            problems: Gets one for each name that may not be used.
        """
        values = dict(given)
        for name, kind in kinds.items():
            if name in values and kind is not Kind.SECRET:
                values[name] = await self._resolve_value(
                    kind, values[name], ("args", name), problems
                )
        return values

    async def _resolve_value(
        self, kind: Kind, value: Any, place: tuple[str | int, ...], problems: list[Problem]
    ) -> Any:
        if isinstance(value, (list, tuple)):
            return [
                await self._resolve_value(kind, item, (*place, index), problems)
                for index, item in enumerate(value)
            ]
        if not isinstance(value, str):
            return value
        try:
            return await self._resolve_text(kind, value)
        except ServiceUnavailable:
            raise
        except ZyraError as error:
            problems.append(Problem(place, error.message, "name_refused", error.hint))
            return value

    async def _resolve_text(self, kind: Kind, text: str) -> str:
        if "\0" in text:
            raise NameRefused(f"{text[:100]!r} holds a NUL character")
        if _URL.match(text) or kind in (Kind.SOURCE_URL, Kind.TARGET_URL):
            return self._url(kind, text)
        if text == _STANDARD_STREAM and kind not in (Kind.INPUT_DIR, Kind.OUTPUT_DIR):
            return text
        if kind in READ_KINDS:
            return await self._readable(text)
        return plain_name(text)

    def _url(self, kind: Kind, text: str) -> str:
        if kind not in URL_KINDS:
            raise NameRefused(
                f"{masked_text(text)} is a URL where a file is expected",
                hint="fetch it first with `acquire`, or upload it and give file_id:ID",
            )
        self.network.check_url(text)
        return text

    async def _readable(self, text: str) -> str:
        scheme, colon, rest = text.partition(":")
        if colon and scheme == "file_id":
            return str(await self.find_upload(rest))
        if colon and scheme == "job_id":
            job_id, _, name = rest.partition("/")
            return str(await self.find_output(job_id, name))
        if text.startswith("/"):
            return self._below_data_roots(text)
        return plain_name(text)

    def _below_data_roots(self, text: str) -> str:
        real = Path(os.path.realpath(text))
        if any(real.is_relative_to(os.path.realpath(root)) for root in self.data_roots):
            return str(real)
        raise NameRefused(
            f"absolute path {text!r} is not under a folder that runs may read",
            hint="upload the file and give file_id:ID, or let the operator add its folder to "
            "ZYRA_DATA_ROOTS",
        )


def plain_name(text: str) -> str:
    """Check that `text` is a relative name that stays inside the job's folder.

    Raises:
        NameRefused: It is absolute, climbs with `..`, or has odd characters.
    """
    parts = text.split("/")
    is_plain = (
        0 < len(text) <= _NAME_LIMIT
        and text.isprintable()
        and "\\" not in text
        and not text.startswith("~")
        and not any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts)
    )
    if not is_plain:
        raise NameRefused(
            f"{text[:100]!r} is not a plain relative name",
            hint="use a name inside the job's folder such as map.png or frames/001.png",
        )
    if re.match(r"^(file_id|job_id):", text):
        raise NameRefused(f"{text!r} names something to read, not to write")
    if any(part.startswith(PART_PREFIX) for part in parts):
        raise NameRefused(f"{text[:100]!r}: {PART_PREFIX} begins names of files that are not whole")
    return text


def masked(args: Args, kinds: Mapping[str, Kind]) -> Mapping[str, Any]:
    """The given arguments as they may be shown: secrets and passwords in URLs hidden."""
    values = args.model_dump(mode="json", exclude_unset=True)
    for name, kind in kinds.items():
        if name in values and values[name] is not None:
            values[name] = _masked_value(kind, values[name])
    return values


def _masked_value(kind: Kind, value: Any) -> Any:
    if isinstance(value, list):
        return [_masked_value(kind, item) for item in value]
    if kind is Kind.SECRET:
        return MASK
    return masked_text(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """A URL without what is secret in it; other text as it is."""
    return masked_url(text) if _URL.match(text) else text
