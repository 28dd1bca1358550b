"""The process of `ftp_server`: tells its port, takes faults from stdin, serves until that ends."""

import json
import logging
import os
import sys
from threading import Thread
from typing import Any

from ftp_faults import Faults, faulty
from pyftpdlib import handlers
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.servers import FTPServer


def encrypted_from_the_start(base: Any) -> Any:
    """A class of handlers that speak TLS before they greet."""

    class Implicit(base):
        def handle(self) -> None:
            self.secure_connection(self.ssl_context)

        def handle_ssl_established(self) -> None:
            super().handle()

    return Implicit


def main() -> None:
    options = json.loads(sys.argv[1])
    logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())  # else it takes one of its own
    logging.getLogger("pyftpdlib").propagate = False
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(options["folder"])
    authorizer.add_user(options["user"], options["password"], options["folder"], perm="elradfmwMT")
    if options["closed"]:
        for user in ("anonymous", options["user"]):
            authorizer.override_perm(user, options["closed"], "e")
    base = handlers.TLS_FTPHandler if options["certificate"] else handlers.FTPHandler
    faults = Faults()
    handler = faulty(base, faults)
    handler.authorizer, handler.use_sendfile = authorizer, False
    handler.unicode_errors = "surrogateescape"  # names go out as the bytes that they are
    handler.masquerade_address = options["masquerade"]
    if options["implicit"]:
        handler = encrypted_from_the_start(handler)
    if options["certificate"]:
        handler.certfile = options["certificate"]
        handler.tls_control_required = handler.tls_data_required = True
    if not options["epsv"]:
        options["unknown"].append("EPSV")
    unknown = options["unknown"]
    handler.proto_cmds = {name: v for name, v in base.proto_cmds.items() if name not in unknown}
    server = FTPServer((options["host"], 0), handler)
    sys.stdout.write(f"{server.socket.getsockname()[1]}\n")
    sys.stdout.flush()
    Thread(target=server.serve_forever, kwargs={"handle_exit": False}, daemon=True).start()
    for line in sys.stdin:
        faults.add(json.loads(line))
        sys.stdout.write("noted\n")
        sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
