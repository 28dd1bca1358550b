"""Declaration of `disseminate post`."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from annotated_types import Ge, Le

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, OutputFile, TargetUrl
from zyra.core.urls import HTTP_URL

Status = Annotated[int, Ge(200), Le(599)]


class PostArgs(FittingArgs, CredentialArgs):
    """Send a file or stdin to a web address by HTTP(S), and print the answer.

    The body is streamed, so its size does not matter. By itself it is the body of the request;
    with --form-field it is a file of a form, as a browser sends it. An answer that is no
    success (2xx, or --expect-status) fails. PUT is tried again after failures that may pass; a
    POST or PATCH only where the server says that it did nothing (429, 503), or with --retry.
    Redirects are followed with the body to the same server only.
    """

    input: InputFile = arg(description="File to send, or - for stdin", flags=("-i",))
    url: TargetUrl = arg(description="Address to send it to", positional=True, pattern=HTTP_URL)
    method: Literal["POST", "PUT", "PATCH"] = arg("POST", "Method of the request")
    content_type: str | None = arg(
        None,
        "Media type of what is sent; default: by its content and name",
        pattern=r"^[\x20-\x7e]+$",
    )
    form_field: str | None = arg(
        None, "Send a form (multipart/form-data) in which the file has this field", min_length=1
    )
    form: list[str] | None = arg(
        None, "NAME=VALUE, another field of the form; may be repeated", repeat=True
    )
    expect_status: list[Status] | None = arg(
        None, "Statuses of the answer that are a success; default: 200 to 299"
    )
    retry: bool = arg(
        False, "Try POST and PATCH again, too, though the server may then get the file twice"
    )
    timeout: float = arg(
        60.0, "Seconds to wait for the answer, or for the server to take more", gt=0, le=86400
    )
    output: OutputFile = arg("-", "File for the body of the answer, or - for stdout", flags=("-o",))

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with the request."""
        yield from super().conflicts()
        yield from self.credential_conflicts()
        yield self.form is not None and self.form_field is None, "form needs form_field"
        yield self.method == "PUT" and self.retry, "retry is for POST and PATCH; PUT always is"
        for text in self.form or ():
            yield re.match("[^=]+=", text) is None, f"form {text!r} is not NAME=VALUE"


POST = Command(
    "disseminate",
    "post",
    PostArgs,
    run="zyra.disseminate.post:run",
    examples=(
        Example(
            "A report to a web hook, with a token from the environment",
            {
                "input": "report.json",
                "url": "https://hooks.example.com/weather",
                "credential": ["token=$HOOK_TOKEN"],
            },
        ),
        Example(
            "A map as the file of a form",
            {
                "input": "map.png",
                "url": "https://www.example.com/upload",
                "form_field": "file",
                "form": ["title=Today"],
            },
        ),
        Example(
            "A file to a place of its own on a WebDAV server",
            {
                "input": "map.png",
                "url": "https://dav.example.com/maps/today.png",
                "method": "PUT",
                "expect_status": [201, 204],
            },
        ),
    ),
    network=True,
)
