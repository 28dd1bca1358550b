"""The process of `s3_server`: tells its port, serves until its stdin ends."""

import logging
import sys

from moto.server import ThreadedMotoServer

HOST = "127.0.0.1"


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
