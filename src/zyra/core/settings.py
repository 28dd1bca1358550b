"""Settings of the service, from the environment and a `.env` file; one typed class.

No other module reads the environment, but `core.environment` for credentials that a
person names on the command line. Nothing writes it.
"""

import base64
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from zyra.core.errors import UsageError
from zyra.core.network import NetworkPolicy

GIB = 1 << 30
PREFIX = "ZYRA_"
PLAN_KEY_BYTES = 32
RATE = r"^\d{1,12}/(second|minute|hour|day)$"

LogFormat = Literal["auto", "human", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


def default_state_dir() -> Path:
    """The platform's folder for state: XDG on Linux, Library on macOS."""
    home = Path.home()
    if (home / "Library" / "Application Support").is_dir():
        return home / "Library" / "Application Support" / "zyra"
    return home / ".local" / "state" / "zyra"


class Settings(BaseSettings):
    """Every setting, with its default; names in the environment start with `ZYRA_`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    upload_dir: Path = Field(Path("/tmp/zyra_uploads"), description="Uploads")  # noqa: S108
    results_dir: Path = Field(Path("/tmp/zyra_results"), description="Results")  # noqa: S108
    state_dir: Path = Field(default_factory=default_state_dir, description="Job store, keys, audit")
    api_key: str | None = Field(None, repr=False, description="One static key with all scopes")
    oidc_issuer: str | None = Field(
        None, description="OAuth2: accept tokens of this OpenID Connect issuer, https://..."
    )
    oidc_audience: str | None = Field(None, description="OAuth2: what tokens have to be meant for")
    rate_limit: str = Field("120/minute", pattern=RATE, description="Runs of a caller")
    read_rate_limit: str = Field(
        "1200/minute", pattern=RATE, description="Other requests of a caller"
    )
    upload_rate_limit: str = Field(
        "20971520/hour", pattern=RATE, description="KiB that a caller uploads"
    )
    stream_rate_limit: str = Field(
        "120/minute", pattern=RATE, description="Streams that a caller opens"
    )
    login_rate_limit: str = Field(
        "20/minute", pattern=RATE, description="Wrong keys from an address"
    )
    max_jobs: int = Field(100, ge=1, description="Queued and running jobs of a caller")
    max_streams: int = Field(100, ge=1, description="Streams that a caller has open at a time")
    max_stored_bytes: int = Field(50 * GIB, ge=1, description="Uploads that are kept of a caller")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names under which the service is asked for, such as zyra.example.org or"
        " *.example.org; unset: any",
    )
    redis_url: str | None = Field(
        None, repr=False, description="Redis of jobs that `zyra worker` runs, redis://host:6379/0"
    )
    queue: str = Field(
        "zyra",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="Queue; services with one name and one Redis share their jobs",
    )
    storage_url: str | None = Field(
        None,
        pattern=r"^(s3|gs|az)://[^/?#]+(/[^?#]*)?$",
        description="Bucket of uploads and results, for servers and workers on several machines,"
        " s3://bucket/prefix; keys and endpoint as the cloud's own tools take them, AWS_PROFILE,"
        " AWS_ENDPOINT_URL",
    )
    concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Commands running at once"
    )
    sync_limit_s: float = Field(60.0, gt=0, description="Longest wait of a sync answer")
    run_timeout_s: float = Field(3600.0, gt=0, description="Longest time a command may run")
    run_memory_bytes: int = Field(4 * GIB, ge=64 << 20, description="Memory of one command")
    run_file_bytes: int = Field(20 * GIB, ge=1, description="Largest file a command may write")
    max_upload_bytes: int = Field(5 * GIB, ge=1, description="Largest upload")
    max_body_bytes: int = Field(1 << 20, ge=1, description="Largest JSON body")
    secrets_dir: Path | None = Field(
        None, description="Folder of secrets that arguments name as secret:NAME, a file for each"
    )
    plan_key: str | None = Field(
        None,
        repr=False,
        description="On Redis: encrypts secrets of waiting jobs, 32 bytes in URL-safe base64",
    )
    disk_floor_bytes: int = Field(
        GIB // 2, ge=0, description="With less free space runs and uploads are refused"
    )
    results_ttl_s: float = Field(7 * 86400.0, gt=0, description="How long results are kept")
    data_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders that runs may read by absolute path"
    )
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts or networks that runs may reach though they are not public"
    )
    s3_endpoint_url: str | None = Field(
        None,
        pattern="^https?://[^/]+/?$",
        description="Where s3:// URLs of runs are, when not at AWS, http://minio:9000",
    )
    s3_region: str | None = Field(
        None, pattern="^[a-z0-9-]+$", description="Region of the buckets that runs read and write"
    )
    callback_allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts or networks that callbacks may reach though they are not public"
    )
    webhook_secret: str | None = Field(
        None, repr=False, description="Signs callbacks (Standard Webhooks), whsec_ and base64"
    )
    stop_grace_s: float = Field(
        20.0, ge=0, description="Time that running commands get when the service is to end"
    )
    log_format: LogFormat = Field(
        "auto", description="Log lines: human, json, or auto, which is human on a terminal only"
    )
    log_level: LogLevel = Field("info", description="Log lines: debug, info, warning or error")
    otlp_endpoint: str | None = Field(
        None,
        pattern="^https?://[^/]+/?[^?#]*$",
        description="OpenTelemetry collector that gets traces, http://collector:4318",
    )
    otlp_headers: str | None = Field(
        None,
        pattern=r"^[!-<>-~]+=[^,]+(,[!-<>-~]+=[^,]+)*$",
        repr=False,
        description="Headers for that collector, NAME=VALUE,...",
    )
    trace_ratio: float = Field(
        1.0, ge=0, le=1, description="Share of requests that are traced; callers' traces go on"
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field((), description="Browser origins")
    root_path: str = Field("", description="Path of the service behind a proxy")

    @field_validator(
        "data_roots", "allow_hosts", "callback_allow_hosts", "cors_origins", "hosts", mode="before"
    )
    @classmethod
    def _split_list(cls, given: object) -> object:
        """Accept a comma-separated text."""
        if not isinstance(given, str):
            return given
        return tuple(part.strip() for part in given.split(",") if part.strip())

    @field_validator("allow_hosts", "callback_allow_hosts")
    @classmethod
    def _check_hosts(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse at the start what every run would otherwise be refused for."""
        try:
            NetworkPolicy.allowing(given)
        except UsageError as error:
            raise ValueError(error.message) from error
        return given

    @field_validator("plan_key")
    @classmethod
    def _check_plan_key(cls, given: str | None) -> str | None:
        try:
            is_right = given is None or len(base64.urlsafe_b64decode(given)) == PLAN_KEY_BYTES
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError(f"it is not {PLAN_KEY_BYTES} bytes in URL-safe base64")
        return given

    @field_validator("webhook_secret")
    @classmethod
    def _check_secret(cls, given: str | None) -> str | None:
        if given is None:
            return None
        try:
            bare = given.removeprefix("whsec_").rstrip("=")  # its padding may be left out
            key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        except ValueError as error:
            raise ValueError("it is not whsec_ and base64") from error
        if not key:
            raise ValueError("it is empty")
        return given

    @cached_property
    def network(self) -> NetworkPolicy:
        """Which addresses runs may reach."""
        return NetworkPolicy.allowing(self.allow_hosts)

    @cached_property
    def cloud_variables(self) -> Mapping[str, str]:
        """What runs may know of object stores, in the variables of their tools."""
        named = {"AWS_ENDPOINT_URL": self.s3_endpoint_url, "AWS_REGION": self.s3_region}
        return {name: value for name, value in named.items() if value is not None}

    @cached_property
    def otlp_headers_by_name(self) -> Mapping[str, str]:
        """The headers for the collector of traces."""
        pairs = (pair.partition("=") for pair in (self.otlp_headers or "").split(",") if pair)
        return {name.strip(): value.strip() for name, _, value in pairs}

    @cached_property
    def callback_network(self) -> NetworkPolicy:
        """Which addresses callbacks may reach."""
        return NetworkPolicy.allowing(self.callback_allow_hosts)


def load_settings() -> Settings:
    """The settings of the environment and of `.env`.

    Raises:
        UsageError: Values are wrong; the message names each variable, its value (but no
            secret) and what is expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(map(_explain, error.errors(include_url=False)))
        hint = "correct them in the environment or in .env"
        raise UsageError(f"settings cannot be used: {wrong}", hint=hint) from error


def _explain(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    is_secret = not Settings.model_fields[name].repr
    value = "" if is_secret else f"={problem['input']!s}"
    expected = problem["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()}{value}: {expected[0].lower()}{expected[1:]}"
