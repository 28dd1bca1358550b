"""Caddy and nginx in front of a service, by the very files in deploy/, on loopback ports.

    with caddy("/usr/bin/caddy", folder, service_port) as proxy:
        proxy.client().get("/health")

Neither may write a file larger than a megabyte: a proxy that kept bodies on disk would fail
instead of passing them on.
"""

import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import trustme

from _gunicorn import wait_until
from _held_port import HOST, held_port

DEPLOY = Path(__file__).parents[1] / "deploy"
CADDYFILE = DEPLOY / "Caddyfile"
NGINX = DEPLOY / "nginx"
LARGEST_FILE_BLOCKS = 2048  # of 512 bytes
START_S = 60
# nginx as a distribution's own nginx.conf starts it, but all of it in one folder.
NGINX_CONF = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {shipped}/zyra.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs.

    Attributes:
        pid: Its first process.
        port: Where it speaks TLS; `plain_port` is where it does not.
        authority: Certificate of who says that it is localhost.
    """

    pid: int
    port: int
    plain_port: int
    authority: Path

    @property
    def tls(self) -> ssl.SSLContext:
        """What a client has to know to trust it."""
        return ssl.create_default_context(cafile=str(self.authority))

    def client(self, **options: Any) -> httpx.Client:
        """A client that asks through it."""
        base = f"https://localhost:{self.port}"
        return httpx.Client(base_url=base, verify=self.tls, trust_env=False, timeout=60, **options)

    def most_memory(self) -> int:
        """The most bytes that one of its processes has had resident so far."""
        first = psutil.Process(self.pid)
        return max(map(most_memory_of, [first, *first.children()]))


def most_memory_of(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) << 10


@contextmanager
def caddy(program: str, folder: Path, service_port: int) -> Iterator[Proxy]:
    """Caddy with its own authority, in front of the service at `service_port`."""
    with held_port() as port, held_port() as plain_port:
        settings = {
            "ZYRA_SITE": f"localhost:{port}",
            "ZYRA_UPSTREAM": f"{HOST}:{service_port}",
            "ZYRA_LISTEN": HOST,
            "ZYRA_HTTP_PORT": str(plain_port),
            "ZYRA_CADDY_ADMIN": "off",
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
        }
        authority = folder / "caddy/pki/authorities/local/root.crt"
        command = [program, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
        with started(command, folder, settings, signal.SIGQUIT) as pid:
            wait_until(authority.exists, "Caddy has its certificate", START_S)
            proxy = Proxy(pid, port, plain_port, authority)
            wait_until(lambda: answers(proxy), "Caddy answers", START_S)
            yield proxy


@contextmanager
def nginx(program: str, folder: Path, service_port: int) -> Iterator[Proxy]:
    """nginx with a certificate made here, in front of the service at `service_port`."""
    with held_port() as port, held_port() as plain_port:
        authority = write_site(folder, port, plain_port, service_port)
        user = "user root root;" if os.geteuid() == 0 else ""
        conf = folder / "nginx.conf"
        conf.write_text(NGINX_CONF.format(folder=folder, shipped=NGINX, user=user))
        command = [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(conf)]
        with started(command, folder, {}, signal.SIGTERM) as pid:
            proxy = Proxy(pid, port, plain_port, authority)
            wait_until(lambda: answers(proxy), "nginx answers", START_S)
            yield proxy


def write_site(folder: Path, port: int, plain_port: int, service_port: int) -> Path:
    """The two files that every place has its own of, from those in deploy/."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "fullchain.pem", append=True)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    here = {
        "listen [::]:": "#",
        "listen 80;": f"listen {HOST}:{plain_port};",
        "listen 443 ": f"listen {HOST}:{port} ",
        "zyra.example.org": "localhost",
        "/etc/ssl/zyra": str(folder),
        "127.0.0.1:8000": f"{HOST}:{service_port}",
    }
    (folder / "zyra").mkdir()
    for name in ("site.conf", "upstream.conf"):
        (folder / "zyra" / name).write_text(replaced((NGINX / name).read_text(), here))
    return folder / "authority.pem"


def replaced(text: str, changes: Mapping[str, str]) -> str:
    for before, after in changes.items():
        text = text.replace(before, after)
    return text


@contextmanager
def started(
    command: Sequence[str], folder: Path, settings: Mapping[str, str], stop: signal.Signals
) -> Iterator[int]:
    """A process that may not write large files; its log is in `folder`."""
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            ["sh", "-c", 'ulimit -f "$0"; exec "$@"', str(LARGEST_FILE_BLOCKS), *command],
            cwd=folder,
            env={"PATH": os.defpath, **settings},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield process.pid
        finally:
            # At once for both: nginx has to end its worker, Caddy would wait for its clients.
            process.send_signal(stop)


def answers(proxy: Proxy) -> bool:
    """Whether it speaks TLS; what it says depends on the service."""
    try:
        with socket.create_connection((HOST, proxy.port), START_S) as plain:
            proxy.tls.wrap_socket(plain, server_hostname="localhost").close()
    except OSError:
        return False
    return True
