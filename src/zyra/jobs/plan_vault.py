"""Keep the secrets of plans: named ones are filled in when a run begins, others are encrypted.

`secret:NAME` names a file in the folder of the service's own secrets. It stands in the plan as
it is; its text goes into the assignment of the run only, which lies in memory. A plan that
holds a secret itself is encrypted as a whole, so that none lies in a database in clear.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from zyra.core.errors import UsageError
from zyra.core.kinds import Kind, texts_of
from zyra.core.urls import credentials_in
from zyra.jobs.pipelines.plan import PipelinePlan, plan_from_json
from zyra.jobs.requests import Caller, ServiceUnavailable
from zyra.jobs.runner import Plan
from zyra.jobs.stream_mask import spellings

_NAMED = re.compile(r"(?:^|(?<=[=: ]))secret:([A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})$")
_SEALED = "sealed:"
_LARGEST = 1 << 16


class Seal(Protocol):
    """Encrypts; fulfilled by `jobs.sealing.Seal`."""

    def seal(self, text: str) -> str:
        """Encrypt `text`."""

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made."""

    def digest(self, text: str) -> str:
        """A digest that nobody can make without the key."""


class PlanVault:
    """Puts plans away and takes them out.

    Args:
        folder: Where the service's own secrets are, one file for each; None where it has none.
        make_seal: Makes what encrypts, when it is first needed; None where there is no key that
            all processes of the service share.
    """

    def __init__(self, folder: Path | None, make_seal: Callable[[], Seal] | None) -> None:
        self._folder = folder
        self._make_seal = make_seal
        self._seal: Seal | None = None

    def check(self, caller: Caller, text: str) -> None:
        """Refuse a secret that `caller` may not give.

        Raises:
            UsageError: It names a secret that is not there or not for this caller, or it cannot
                be kept safely here.
        """
        name = named(text)
        if name is None:
            if self._make_seal is None:
                raise UsageError(
                    "a secret cannot be kept in Redis without a key to encrypt it",
                    hint="name one of the service's own, secret:NAME, or let the operator set"
                    " ZYRA_PLAN_KEY",
                )
        elif not caller.may_use(name) or self._text(name) is None:
            raise UsageError(
                f"there is no secret {name!r} that you may use",
                hint="the operator puts it into ZYRA_SECRETS_DIR and gives the scope"
                f" secrets:{name}",
            )

    def put(self, plan: Plan | PipelinePlan) -> str:
        """The plan as it may lie in a store."""
        text = plan.to_json()
        if all(map(named, _secrets_in(plan))):
            return text
        return self._sealed(text)

    def take(self, text: str) -> tuple[Plan | PipelinePlan, Sequence[str]]:
        """The plan with every secret filled in, and the texts that nobody may see.

        Raises:
            ServiceUnavailable: It was encrypted with another key.
            UsageError: A secret is not there any more.
        """
        plan = plan_from_json(self.read(text))
        plan = plan.with_commands([self._with_secrets(command) for command in plan.commands])
        return plan, [text for secret in _secrets_in(plan) for text in spellings(secret)]

    def keep(self, text: str) -> str:
        """A text as it may lie in a store: encrypted, where there is a key."""
        return text if self._make_seal is None else self._sealed(text)

    def read(self, kept: str) -> str:
        """The text that `keep` has put away.

        Raises:
            ServiceUnavailable: It was encrypted with another key.
        """
        if not kept.startswith(_SEALED):
            return kept
        return self._opened_seal().unseal(kept.removeprefix(_SEALED))

    def fingerprint(self, text: str) -> str:
        """A digest to compare texts by, from which nobody can find out what they hold.

        Without a key it is a plain one; then no secret of a caller is taken either.
        """
        if self._make_seal is None:
            return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return self._opened_seal().digest(text)

    def _with_secrets(self, plan: Plan) -> Plan:
        if not plan.secrets:
            return plan
        args = {
            name: self._filled(value) if name in plan.secrets else value
            for name, value in plan.args.items()
        }
        return replace(plan, args=args)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        name = named(value) if isinstance(value, str) else None
        if name is None:
            return value
        text = self._text(name)
        if text is None:
            raise UsageError(f"the secret {name!r} is not in ZYRA_SECRETS_DIR any more")
        return value[: -len(f"secret:{name}")] + text

    def _text(self, name: str) -> str | None:
        """The service's secret of that name, without the end of its last line."""
        if self._folder is None:
            return None
        try:
            with (self._folder / name).open("rb") as stream:
                return stream.read(_LARGEST).decode().rstrip("\r\n") or None
        except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
            return None

    def _sealed(self, text: str) -> str:
        return _SEALED + self._opened_seal().seal(text)

    def _opened_seal(self) -> Seal:
        if self._make_seal is None:
            raise ServiceUnavailable(
                "what was kept of the job is encrypted, and this process has no key",
                hint="give every server and worker the same ZYRA_PLAN_KEY",
            )
        if self._seal is None:
            self._seal = self._make_seal()
        return self._seal


def named(text: str) -> str | None:
    """The name of the service's secret that an argument, or the end of it, stands for."""
    found = _NAMED.search(text)
    return None if found is None else found[1]


def secrets_among(kinds: Mapping[str, Kind], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the given arguments that are secret."""
    return tuple(name for name, kind in kinds.items() if kind is Kind.SECRET and name in values)


def _secrets_in(plan: Plan | PipelinePlan) -> Iterator[str]:
    for command in plan.commands:
        yield from secret_texts(command.secrets, command.args)


def secret_texts(secret: Collection[str], args: Mapping[str, Any]) -> Iterator[str]:
    """Every text that is secret: in the arguments named in `secret`, and within URLs."""
    for name, value in args.items():
        for text in texts_of(value):
            if name in secret:
                yield text
            else:
                yield from credentials_in(text)
