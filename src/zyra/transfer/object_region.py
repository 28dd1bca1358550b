"""Ask a bucket of AWS in which region it is; a wrong one only says that it has no such bucket.

Source: "HeadBucket", Amazon S3 API Reference: the answer names the region, whatever its status.
"""

from zyra.core.urls import Url
from zyra.transfer.connections import Dialer
from zyra.transfer.http import TIMEOUT
from zyra.transfer.object_access import Access
from zyra.transfer.pools import connection_pool, public_trust
from zyra.transfer.translation import translated

_REGION = "x-amz-bucket-region"


def region_of(url: Url, access: Access) -> str | None:
    """The region of the bucket of `url`; None when nobody tells.

    Raises:
        AddressRefused: The network policy forbids the store's address.
        TransferError: There is no answer.
    """
    endpoint = access.endpoint(url)
    trust = public_trust() if endpoint.scheme == "https" else None
    with (
        translated(url.shown),
        connection_pool(endpoint, Dialer(access.policy), trust) as pool,
    ):
        answer = pool.urlopen(
            "HEAD", f"/{url.host}", retries=False, redirect=False, timeout=TIMEOUT
        )
        return answer.headers.get(_REGION)
