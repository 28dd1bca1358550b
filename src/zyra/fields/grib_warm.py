"""Make ecCodes read its tables now, so that no later run waits for them.

They are read once in a process, at the first question for a parameter: those that everybody
shares, and those of the centres whose files are met most.
"""

from contextlib import suppress
from pathlib import Path

from zyra.core.errors import ZyraError
from zyra.fields.grib import first_message
from zyra.fields.grib_handle import open_message
from zyra.fields.grib_library import sample
from zyra.fields.grib_names import NameReader

SAMPLES = ("GRIB1", "GRIB2")
CENTRES = ("ecmf", "kwbc")  # ECMWF and NCEP


def warm_up() -> None:
    """Name the fields of ecCodes' own samples, as each centre would."""
    for name in SAMPLES:
        for centre in CENTRES:
            with open_message(sample(name, centre), name) as message:
                NameReader().names(message)


def read_tables_for(path: Path) -> None:
    """Read those that the GRIB file `path` begins with.

    What is wrong with the file is told by the command that reads it.
    """
    with suppress(ZyraError, OSError):
        first_message(path)
