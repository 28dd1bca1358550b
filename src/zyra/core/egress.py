"""The egress broker as a run sees it: where it listens, what opens it, what its answers mean.

Both ends of the conversation read this: the process that connects for runs
(`jobs.isolation.egress_broker`) and the clients in runs (`transfer.tunnels`).
"""

from base64 import b64encode
from dataclasses import dataclass, field

HOST = "127.0.0.1"
USER = "run"

# Header of an answer that tells why no connection came about: the name of a number of
# `errno`, or of one of getaddrinfo's errors.
FAILURE = "Zyra-Failure"


@dataclass(frozen=True)
class Broker:
    """A local proxy that connects for one run, within the policy of that run.

    Attributes:
        port: Where it listens on 127.0.0.1.
        token: Opens it until the run has ended.
    """

    port: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """The proxy's URL with its token, for libraries that have a proxy option."""
        return f"http://{USER}:{self.token}@{HOST}:{self.port}"

    @property
    def authorization(self) -> str:
        """Value of the header `Proxy-Authorization`."""
        return "Basic " + b64encode(f"{USER}:{self.token}".encode()).decode("ascii")
