"""Documents of strangers in which one thing is not what it should be."""

from collections.abc import Iterator
from typing import Any

_OTHERS: tuple[Any, ...] = (None, True, 7, "text", [], ["text"], [[]], {}, {"a": "text"})


def wrong_shapes(document: Any) -> Iterator[Any]:
    """Copies of a JSON value, each with one of its parts replaced by something else."""
    for other in _OTHERS:
        if other != document:
            yield other
    if isinstance(document, dict):
        for name, part in document.items():
            for changed in wrong_shapes(part):
                yield {**document, name: changed}
    elif isinstance(document, list):
        for place, part in enumerate(document):
            for changed in wrong_shapes(part):
                yield [*document[:place], changed, *document[place + 1 :]]
