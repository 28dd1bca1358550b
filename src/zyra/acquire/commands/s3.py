"""Declaration of `acquire s3`."""

from zyra.acquire.source_args import SourceArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, Secret, SourceUrl


class S3Args(SourceArgs):
    """Fetch objects from S3, Google Cloud Storage or Azure, or list a bucket.

    One object (--url s3://bucket/key, or --bucket and --key) goes to --output. With --output-dir or
    --sync-dir, a --url that ends in a slash, or --pattern and dates, mean all objects whose keys
    begin like it; they keep their folders. --pattern and dates look at whole keys.

    Credentials are those of the AWS command line: its variables, --profile, or --credential. Public
    buckets need none: --unsigned. gs:// and az:// URLs work alike, with their own variables.
    """

    url: SourceUrl | None = arg(None, "s3://bucket/key, gs:// or az://", also=("input",))
    bucket: str | None = arg(None, "Bucket, in place of url")
    key: str | None = arg(None, "Key of the object, or beginning of keys, within bucket")
    unsigned: bool = arg(False, "Show no credentials: for public buckets")
    endpoint_url: SourceUrl | None = arg(None, "Address of a store that speaks like S3")
    region: str | None = arg(None, "Region of the bucket; default: found out")
    profile: str | None = arg(None, "Profile of the AWS command line whose keys are used")
    requester_pays: bool = arg(False, "Agree to pay for requests to a bucket that asks for it")
    credential: list[Secret] | None = arg(
        None,
        "SLOT=SECRET, SLOT=$VARIABLE or SLOT=@KEY; slots: access_key_id, secret_access_key,"
        " session_token",
        repeat=True,
    )
    credential_file: InputFile | None = arg(None, "File of KEY=VALUE lines that @KEY looks in")

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        given = self.url is not None or self.bucket is not None
        return (
            (self.url is not None and self.bucket is not None, "give either url or bucket"),
            (self.key is not None and self.bucket is None, "key needs its bucket"),
            (self.unsigned and self.credential is not None, "unsigned shows no credential"),
            (self.unsigned and self.profile is not None, "unsigned shows no keys of a profile"),
            (
                self.profile is not None and self.credential is not None,
                "give either profile or credential",
            ),
            (
                self.credential_file is not None
                and not any("=@" in s for s in self.credential or ()),
                "credential_file is for credentials that name an @KEY",
            ),
            *self.source_conflicts("url", given=given),
        )


S3 = Command(
    "acquire",
    "s3",
    S3Args,
    run="zyra.acquire.s3:run",
    examples=(
        Example(
            "One object of a public bucket",
            {
                "url": "s3://noaa-gfs-bdp-pds/index.html",
                "unsigned": True,
                "output": "index.html",
            },
        ),
        Example(
            "What there is of one day",
            {
                "url": "s3://noaa-gfs-bdp-pds/gfs.20240801/00/atmos/",
                "pattern": r"pgrb2\.0p25\.f0\d\d$",
                "unsigned": True,
                "list": True,
            },
        ),
        Example(
            "A folder kept equal to the last two days of a bucket",
            {
                "bucket": "noaa-goes16",
                "key": "GLM-L2-LCFA/",
                "since_period": "P2D",
                "date_format": "s%Y%j%H%M%S",
                "unsigned": True,
                "sync_dir": "lightning",
            },
        ),
    ),
    network=True,
)
