"""Ask with one method and body, so that what is built on clients serves any request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from zyra.core.errors import TransferError, TransientTransferError
from zyra.transfer.client import Headers
from zyra.transfer.failures import had_no_effect
from zyra.transfer.http import HttpClient, Response, check_status
from zyra.transfer.receive import Remote
from zyra.transfer.request import Body, Request
from zyra.transfer.retries import Tries
from zyra.transfer.stoppable import Closing

Admit = Callable[[Response], None]


class Asking(Closing):
    """A client whose `get` sends another method, or a body; fulfils `client.Client`.

    A method that may have had its effect, such as POST, is tried again only after an answer
    that says it had none: 429 and 503.

    Args:
        http: Makes the requests; left open.
        method: In upper case.
        body: Sent along each time.
        admit: Judges each answer before its body is read; raises where it is not wanted.
        is_harmless: Whether the request may be repeated whatever its method, as a search may.
    """

    def __init__(
        self,
        http: HttpClient,
        method: str = "GET",
        body: Body | None = None,
        *,
        admit: Admit = check_status,
        is_harmless: bool = False,
    ) -> None:
        self.retries = http.retries
        self.tell = http.tell
        self._http = http
        self._method = method
        self._body = body
        self._admit = admit
        self._is_harmless = is_harmless

    @contextmanager
    def get(self, address: str, headers: Headers | None = None) -> Iterator[Response]:
        """Send the request once.

        Raises:
            TransferError: There is no answer, or one that is not wanted.
        """
        request = Request(address, self._method, headers or {}, self._body)
        try:
            with self._http.send(request) as response:
                self._admit(response)
                yield response
        except TransientTransferError as error:
            if self._is_harmless or request.is_idempotent or had_no_effect(error):
                raise
            raise TransferError(
                error.message, hint=f"a {self._method} is not sent again: it may have been obeyed"
            ) from error

    def stop(self) -> None:
        """End the transfers of other threads at their next piece; for good."""
        self._http.stop()

    def close(self) -> None:
        """Leave the connections to whoever opened them."""


def headers_of(remote: Remote) -> Headers:
    """The headers of an answer whose body is left where it is; passing failures are retried.

    Raises:
        TransferError: There is no answer, or one that is not wanted.
    """
    tries = Tries(remote.client.retries, remote.client.tell)
    while True:
        try:
            with remote.client.get(remote.address, remote.headers) as response:
                return response.headers
        except TransientTransferError as error:
            tries.pause_after(error, 0)
