"""Open a bucket: where its store is, who asks, and through which connections.

Requests are signed when there are credentials among the run's variables. A run of the
service without any asks unsigned, as it has nothing to sign with; a person's command line
looks for those of the instance it runs on, as other tools do.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

import zyra
from zyra.core.errors import UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.urls import Url, split_url
from zyra.transfer.aws_profile import profile_variables
from zyra.transfer.connections import TIMEOUT_S
from zyra.transfer.retries import Retries
from zyra.transfer.s3_signature import Keys

# A client has a limit for a whole request, which a large file over a slow line exceeds.
_REQUEST = timedelta(days=1)
_CONNECT = timedelta(seconds=10)

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_AWS = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_REQUEST_PAYER", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
)  # fmt: skip
_GOOGLE = (
    "GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_BASE_URL",
)  # fmt: skip
_AZURE = (
    "AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_TOKEN", "AZURE_STORAGE_CLIENT_ID", "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_STORAGE_TENANT_ID", "AZURE_STORAGE_ENDPOINT",
)  # fmt: skip
_CREDENTIALS = {
    "s3": (
        "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "gs": _GOOGLE[:3],
    "az": _AZURE[1:5],
}  # fmt: skip
_HOSTS = {
    "s3": "https://s3.{region}.amazonaws.com",
    "gs": "https://storage.googleapis.com",
    "az": "https://{account}.blob.core.windows.net",
}


class Access:
    """Opens the buckets of one run.

    Args:
        policy: How connections are made.
        variables: Of cloud tools: endpoints, regions, credentials.
        unsigned: Show no credentials.
        timeout_s: How long a store may be silent.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        variables: Mapping[str, str],
        *,
        unsigned: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.policy = policy
        self._variables = variables
        self.timeout_s = timeout_s
        self._unsigned = unsigned
        self._regions: dict[str, str] = {}

    def open(self, url: Url, retries: Retries | None = None) -> ObjectStore:
        """The bucket of `url`; the store repeats what fails if `retries` says how.

        Raises:
            UsageError: What is known does not suffice to open it.
        """
        retry: Any = {"max_retries": 0} if retries is None else _retry(retries)
        client: Any = self._client(self.endpoint(url))
        try:
            if url.scheme == "s3":
                return S3Store(
                    url.host, config=self._s3(url.host), client_options=client, retry_config=retry
                )
            config: Any = self._others(url.scheme)
            store = GCSStore if url.scheme == "gs" else AzureStore
            return store(url.host, config=config, client_options=client, retry_config=retry)
        except (BaseError, ValueError) as exc:
            reason = str(exc).partition("\n")[0]
            raise UsageError(f"cannot open {url.shown}: {reason}") from exc

    def moves_to(self, bucket: str, region: str) -> bool:
        """Note the region of a bucket; False when it was noted before."""
        is_news = self._regions.get(bucket) != region
        self._regions[bucket] = region
        return is_news

    def endpoint(self, url: Url) -> Url:
        """Where the requests for `url` go.

        Raises:
            UsageError: The endpoint that was set is not an http or https URL.
        """
        settings = self._settings()
        account = settings.get("AZURE_STORAGE_ACCOUNT_NAME", "")
        usual = _HOSTS[url.scheme].format(
            region=self.region(url.host), account=account or "account"
        )
        chosen = {
            "s3": next((settings[name] for name in _ENDPOINTS if settings.get(name)), usual),
            "gs": settings.get("GOOGLE_BASE_URL") or usual,
            "az": settings.get("AZURE_STORAGE_ENDPOINT") or usual,
        }[url.scheme]
        if urlsplit(chosen).scheme not in ("http", "https"):
            raise UsageError(f"the endpoint {chosen!r} of {url.scheme}:// is no http or https URL")
        return split_url(chosen)

    def asks_unsigned(self, scheme: str) -> bool:
        """Whether no credentials are shown to the stores of a scheme."""
        variables = self._settings() if scheme == "s3" else self._variables
        has_credentials = any(variables.get(name) for name in _CREDENTIALS[scheme])
        return self._unsigned or (self.policy.broker is not None and not has_credentials)

    def keys(self, scheme: str) -> Keys | None:
        """The keys that requests of our own are signed with; None where there are none to name."""
        settings = self._settings()
        access, secret = settings.get("AWS_ACCESS_KEY_ID"), settings.get("AWS_SECRET_ACCESS_KEY")
        if scheme != "s3" or self._unsigned or not access or not secret:
            return None
        return Keys(access, secret, settings.get("AWS_SESSION_TOKEN"))

    def headers(self) -> dict[str, str]:
        """What requests of our own say beside who asks."""
        pays = self._settings().get("AWS_REQUEST_PAYER")
        return {"x-amz-request-payer": "requester"} if pays else {}

    def region(self, bucket: str) -> str:
        """The region of a bucket of S3, as far as it is known."""
        settings = self._settings()
        known = self._regions.get(bucket) or settings.get("AWS_REGION")
        return known or settings.get("AWS_DEFAULT_REGION") or "us-east-1"

    def _settings(self) -> Mapping[str, str]:
        """The variables; where they hold no AWS keys, with those of the chosen profile."""
        if "AWS_ACCESS_KEY_ID" in self._variables:
            return self._variables
        return {**profile_variables(self._variables), **self._variables}

    def _s3(self, bucket: str) -> Any:
        settings = self._settings()
        config: dict[str, Any] = {
            name.lower(): settings[name] for name in _AWS if settings.get(name)
        }
        if bucket in self._regions:
            config["aws_region"] = self._regions[bucket]
        endpoint = next((settings[name] for name in _ENDPOINTS if settings.get(name)), None)
        if endpoint is not None:
            config["aws_endpoint_url"] = endpoint.rstrip("/")
        if self.asks_unsigned("s3"):
            config["aws_skip_signature"] = True
        else:
            config["aws_checksum_algorithm"] = "SHA256"
        return config

    def _others(self, scheme: str) -> Any:
        names, skip = (
            (_GOOGLE, "google_skip_signature")
            if scheme == "gs"
            else (_AZURE, "azure_skip_signature")
        )
        config: dict[str, Any] = {
            name.lower(): self._variables[name] for name in names if self._variables.get(name)
        }
        if self.asks_unsigned(scheme):
            config[skip] = True
        return config

    def _client(self, endpoint: Url) -> dict[str, Any]:
        options: dict[str, Any] = {
            "allow_http": endpoint.scheme == "http",
            "connect_timeout": _CONNECT,
            "read_timeout": timedelta(seconds=self.timeout_s),
            "timeout": _REQUEST,
            "user_agent": f"zyra/{zyra.__version__}",
        }
        if self.policy.broker is not None:
            options["proxy_url"] = self.policy.broker.url
        return options


def _retry(retries: Retries) -> dict[str, Any]:
    return {
        "max_retries": retries.attempts - 1,
        "backoff": {
            "init_backoff": timedelta(seconds=retries.first_pause_s),
            "max_backoff": timedelta(seconds=retries.longest_pause_s),
            "base": 2,
        },
    }
