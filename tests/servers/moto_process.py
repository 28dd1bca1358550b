"""The process of `s3_server`: tells its port, serves until its stdin ends."""

import logging
import sys
from threading import Thread
from typing import Any

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

HOST = "127.0.0.1"


def for_google_too(app: Any) -> Any:
    """An application to which Google's clients are strangers: S3 knows no bearer tokens.

    All else of Google's XML API (objects, listings, uploads in parts) is in S3's words.
    """

    def answered(environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer"):
            del environ["HTTP_AUTHORIZATION"]
        return app(environ, start_response)

    return answered


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = for_google_too(DomainDispatcherApplication(create_backend_app))
    server = make_server(HOST, 0, app, threaded=True, request_handler=MotoRequestHandler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
