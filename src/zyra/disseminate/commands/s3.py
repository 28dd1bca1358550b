"""Declaration of `disseminate s3`."""

import re
from collections.abc import Iterator

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import TargetUrl
from zyra.disseminate.commands.sending_args import STDIN, SourceArgs

# Names of headers that have an argument of their own, or that the store sets.
_HEADERS = re.compile(r"(?i)(content|cache|x-amz|x-goog|x-ms)-.*")
_METADATA = re.compile(r"([A-Za-z0-9_-]+)=([\x20-\x7e]+)")


class S3Args(SourceArgs):
    """Upload files, folders or stdin to an object store: Amazon S3, Google Cloud Storage, Azure.

    An object appears when all of it has arrived. Large files go in parts, several at a time,
    each with a SHA-256 that the store checks. A folder is uploaded with all that is in it.
    Credentials are those of the stores' own tools: AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws,
    GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY. AWS_ENDPOINT_URL leads to
    stores that speak S3's language, such as MinIO.
    """

    read_stdin: bool = arg(False, "Send what comes on stdin; the same as --input -", stdin=True)
    url: TargetUrl | None = arg(
        None,
        "Where to: s3://bucket/key, or gs:// or az://; a folder if it ends in a slash",
        also=("output",),
    )
    bucket: str | None = arg(None, "Bucket of S3, in place of url", pattern="^[^/]+$")
    key: str | None = arg(
        None, "Key in the bucket; a folder if it ends in a slash; default: the file's name"
    )
    content_type: str | None = arg(
        None, "Media type that readers are told; default: by the file's content and name"
    )
    cache_control: str | None = arg(
        None, "How long readers may keep a copy, such as max-age=300 or no-cache"
    )
    metadata: list[str] | None = arg(
        None, "NAME=VALUE to keep with the object; may be repeated", repeat=True
    )
    unsigned: bool = arg(False, "Show no credentials: for buckets that anybody may write to")

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with source and destination."""
        yield from super().conflicts()
        yield self.url is None and self.bucket is None, "give url, or bucket and key"
        yield self.url is not None and self.bucket is not None, "give either url or bucket"
        yield self.key is not None and self.bucket is None, "key needs bucket"
        yield (
            self.reads_stdin and self.bucket is not None and self.key is None,
            "stdin has no name: give key",
        )
        for text in self.metadata or ():
            found = _METADATA.fullmatch(text)
            yield found is None, f"metadata {text!r} is not NAME=VALUE in plain characters"
            yield (
                found is not None and _HEADERS.fullmatch(found[1]) is not None,
                f"metadata cannot be called {text.partition('=')[0]}, which is a header's name",
            )

    @property
    def given(self) -> list[str]:
        """What is sent, as it was named; - is stdin."""
        return [*super().given, *([STDIN] if self.read_stdin else [])]

    def ways_in(self) -> tuple[bool, ...]:
        """Which ways to name what is sent are used."""
        return *super().ways_in(), self.read_stdin


S3 = Command(
    "disseminate",
    "s3",
    S3Args,
    run="zyra.disseminate.s3:run",
    examples=(
        Example(
            "The latest map, which browsers ask for anew after five minutes",
            {
                "input": "map.png",
                "url": "s3://my-bucket/maps/latest.png",
                "cache_control": "max-age=300",
            },
        ),
        Example(
            "A folder of frames, only what has changed",
            {"input": "frames", "url": "s3://my-bucket/frames/", "overwrite": "changed"},
        ),
        Example(
            "What another program writes",
            {"input": "-", "bucket": "my-bucket", "key": "reports/today.json"},
        ),
    ),
    network=True,
)
