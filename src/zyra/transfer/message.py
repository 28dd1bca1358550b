"""Send one small HTTP message, once, to a checked address; no redirects are followed."""

from collections.abc import Mapping

from urllib3 import Timeout

from zyra.core.network import NetworkPolicy
from zyra.core.urls import split_url
from zyra.transfer.connections import Dialer
from zyra.transfer.http import basic_authorization
from zyra.transfer.pools import connection_pool, public_trust
from zyra.transfer.translation import translated

TIMEOUT = Timeout(connect=5.0, read=15.0)  # seconds
ANSWER_BYTES = 1 << 16


def send_message(
    policy: NetworkPolicy,
    method: str,
    address: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> int:
    """Send `body` to `address` as it stands, and return the status of the answer.

    Raises:
        UsageError: It is not an http or https URL.
        AddressRefused: The network policy forbids the host or its address.
        TransferError: No connection, no answer in time, not HTTP.
    """
    url = split_url(address)
    policy.check_host(url.host)
    trust = public_trust() if url.scheme == "https" else None
    sent = {"Authorization": basic_authorization(*url.user)} if url.user else {}
    with translated(url.shown), connection_pool(url, Dialer(policy), trust) as pool:
        answer = pool.urlopen(
            method,
            url.target,
            body=body,
            headers={**sent, **headers},
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            timeout=TIMEOUT,
        )
        answer.read(ANSWER_BYTES)
        return answer.status
