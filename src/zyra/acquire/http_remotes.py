"""Ask HTTP servers for the files of one command; credentials stay with their own hosts."""

from collections.abc import Iterable, Mapping

from zyra.core.urls import split_url
from zyra.transfer.client import Client, Headers
from zyra.transfer.entries import Entry
from zyra.transfer.http import basic_authorization
from zyra.transfer.logins import netrc_login
from zyra.transfer.receive import Remote


class HttpRemotes:
    """Makes the requests of one command.

    Args:
        client: Sends them.
        headers: For the origins of `addresses`; a page may link anywhere else.
        addresses: What the person named.
        variables: Tell where ~/.netrc is.
    """

    def __init__(
        self,
        client: Client,
        headers: Headers,
        addresses: Iterable[str],
        variables: Mapping[str, str],
    ) -> None:
        self._client = client
        self._headers = headers
        self._origins = {split_url(address).origin for address in addresses}
        self._variables = variables

    def __call__(self, entry: Entry) -> Remote:
        """How a file is asked for."""
        return self.at(entry.url)

    def at(self, address: str) -> Remote:
        """How what is at an address is asked for.

        Raises:
            UsageError: The file ~/.netrc is damaged.
        """
        url = split_url(address)
        if url.origin not in self._origins:
            return Remote(self._client, address)
        named = {name.lower() for name in self._headers}
        login = netrc_login(url.host, self._variables)
        if login is None or url.user is not None or "authorization" in named:
            return Remote(self._client, address, self._headers)
        own = {"Authorization": basic_authorization(*login)}
        return Remote(self._client, address, {**own, **self._headers})
