"""Query parameters: those that a path does not know are refused, like unknown arguments."""

from starlette.requests import HTTPConnection

from zyra.core.closest import closest_or_all
from zyra.jobs.requests import Problem, RequestRefused


async def refuse_unknown_query(request: HTTPConnection) -> None:
    """Refuse query parameters that the matched route does not declare.

    Raises:
        RequestRefused: With a problem for each of them.
    """
    if not request.scope["query_string"]:
        return
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestRefused([_problem(name, known) for name in unknown])


def _problem(name: str, known: list[str]) -> Problem:
    hint = f"known here: {closest_or_all(name, known)}" if known else "there are none here"
    return Problem(("query", name), "unknown query parameter", "extra_forbidden", hint)
