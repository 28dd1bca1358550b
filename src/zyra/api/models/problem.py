"""The one format of errors, with the members of RFC 9457."""

from typing import NotRequired

from typing_extensions import TypedDict


class ProblemItem(TypedDict):
    """One thing that is wrong: where, what, a stable word, what to do."""

    loc: list[str | int]
    msg: str
    type: str
    hint: NotRequired[str]


class ProblemAnswer(TypedDict):
    """Why a request was not served; `errors` has all that is wrong with it."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[ProblemItem]]
