"""What `zyra doctor` says of Python, its libraries, the port and the clock."""

import platform
import socket
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zyra.cli.findings import FAIL, OK, WARN, Finding
from zyra.core.errors import ZyraError
from zyra.core.loading import load
from zyra.core.settings import Settings

OLDEST, NEWEST = (3, 11), (3, 13)  # as pyproject.toml says; ecCodes has wheels up to there

# Each with what is loaded of it: a library that is installed may still lack one of the system's.
LIBRARIES = {
    "eccodes": "eccodes:codes_get_api_version",
    "netCDF4": "netCDF4:Dataset",
    "numpy": "numpy:ndarray",
    "pyproj": "pyproj:CRS",
    "rasterio": "rasterio:open",
    "pillow": "PIL.Image:open",
    "zarr": "zarr:open",
    "fastapi": "fastapi:FastAPI",
    "uvicorn": "uvicorn:Server",
    "redis": "redis:Redis",
    "rq": "rq:Queue",
}
# Optional parts, with a library of each and what it is for.
EXTRAS = {
    "media": ("av", "films and sounds"),
    "production": ("gunicorn", "several server processes"),
    "tracing": ("opentelemetry-exporter-otlp-proto-http", "traces"),
}
WARM_UP = "zyra.fields.grib_warm:warm_up"
DEFINITIONS = "eccodes:codes_definition_path"
BEGIN_OF_TIME = 1_767_225_600.0  # 2026: Zyra is not older
SKEW_S = 2.0  # leases of jobs last 5 s


def python_finding() -> Finding:
    """Whether this Python is one of those that Zyra is tested with."""
    detail = f"{platform.python_version()} on {platform.platform()}"
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return Finding("python", OK, detail)
    return Finding("python", WARN, detail, "use Python 3.11, 3.12 or 3.13")


def library_finding(name: str, dotted: str) -> Finding:
    """Whether a library is there and can be loaded."""
    try:
        found = version(name)
        load(dotted)
    except PackageNotFoundError:
        return Finding(name, FAIL, "not installed", f"pip install {name}")
    except (ImportError, OSError, AttributeError) as error:
        return Finding(
            name, FAIL, f"cannot be loaded: {error}", f"pip install --force-reinstall {name}"
        )
    return Finding(name, OK, found)


def extra_finding(extra: str, settings: Settings) -> Finding:
    """Whether an optional part is there; it has to be where a setting needs it."""
    library, purpose = EXTRAS[extra]
    name, remedy = f"extra {extra}", f"pip install '.[{extra}]' in zyra's folder"
    try:
        return Finding(name, OK, f"{library} {version(library)}")
    except PackageNotFoundError:
        if extra == "tracing" and settings.otlp_endpoint is not None:
            detail = "not installed, though ZYRA_OTLP_ENDPOINT is set: the service does not start"
            return Finding(name, FAIL, detail, remedy)
        return Finding(name, OK, f"not installed; needed for {purpose}: {remedy}")


def definitions_finding() -> Finding:
    """Whether ecCodes has the tables by which it knows parameters."""
    try:
        load(WARM_UP)()
    except (ZyraError, OSError, RuntimeError) as error:
        remedy = "pip install --force-reinstall eccodes, and unset ECCODES_DEFINITION_PATH"
        return Finding("ecCodes tables", FAIL, f"cannot be read: {error}", remedy)
    return Finding("ecCodes tables", OK, str(load(DEFINITIONS)()))


def port_finding(host: str, port: int) -> Finding:
    """Whether a server could listen there."""
    name = f"port {port}"
    try:
        with socket.create_server((host, port)):
            return Finding(name, OK, f"free on {host}")
    except OSError as error:
        remedy = "if that is not this service: end it, or choose another port with --port"
        return Finding(name, WARN, f"{host}: {error.strerror}", remedy)


def clock_finding(folder: Path) -> Finding:
    """Whether the clock is set, and agrees with that of the file system."""
    now = time.time()
    if now < BEGIN_OF_TIME:
        return Finding("clock", FAIL, time.ctime(now), "set it: keys, leases and TLS go by it")
    with tempfile.NamedTemporaryFile(dir=folder) as fresh:
        skew_s = abs(Path(fresh.name).stat().st_mtime - now)
    if skew_s > SKEW_S:
        detail = f"the file system of {folder} is {skew_s:.0f} s away"
        return Finding("clock", WARN, detail, "keep both machines at the time with NTP")
    return Finding("clock", OK, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))
