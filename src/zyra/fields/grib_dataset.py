"""A GRIB file as a list of fields, like files of the other formats."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from zyra.fields.field import Field
from zyra.fields.grib import Message, read_field, read_head, read_inventory, read_message
from zyra.fields.grib_ahead import Ahead
from zyra.fields.grib_grid import build_grid
from zyra.fields.grib_handle import open_message
from zyra.fields.grid import Grid

_GRID_SECTION = 3
_HAS_GRID = 0x80  # edition 1, section 1, octet 8


class GribDataset:
    """The fields of a GRIB file.

    Attributes:
        infos: Its fields on grids of rows and columns, in the order of the file.
        left_out: Variables on other grids (spectral, unstructured), with the reason.
    """

    def __init__(self, path: Path) -> None:
        """List the fields of the file.

        Raises:
            DataError: It is no GRIB file, or a message is damaged.
        """
        self._path = path
        messages = read_inventory(path)
        self.infos: Sequence[Message] = [info for info in messages if info.grid.crs is not None]
        self.left_out: Mapping[str, str] = {
            info.variable: f"is on a grid of type {info.grid.kind}, which is not read"
            for info in messages
            if info.grid.crs is None
        }
        self._grids: dict[bytes, Grid] = {}
        self._ahead: Ahead | None = None

    def grid(self, info: Message) -> Grid:
        """The grid of a field; the same object for all fields whose headers say the same.

        Raises:
            DataError: Its numbers make no sense.
        """
        octets = _grid_octets(read_head(self._path, info))
        if octets not in self._grids:
            # Of edition 1, ecCodes counts points by the length of their values.
            message = read_message(self._path, info)
            where = f"message {info.place.ordinal} of {self._path.name}"
            with open_message(message, where) as handle:
                self._grids[octets] = build_grid(handle, info.grid, where)
        return self._grids[octets]

    def expect(self, infos: Sequence[Message]) -> None:
        """Begin to decode these fields, which will be read next and in this order."""
        self.close()
        if len(infos) > 1:
            self._ahead = Ahead(self._decode, infos)

    def read(self, info: Message) -> Field:
        """Decode one field.

        Raises:
            DataError: The message is damaged.
        """
        return self._decode(info) if self._ahead is None else self._ahead.take(info)

    def close(self) -> None:
        """End what decodes ahead; the file is open only while something is read."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def _decode(self, info: Message) -> Field:
        return read_field(self._path, info)


def _grid_octets(message: bytes) -> bytes:
    """The section that defines the grid; with section 1 in edition 1, which may name a grid.

    Source: WMO-No. 306, volume I.2, FM 92.
    """
    if message[7] == 1:
        end = 8 + int.from_bytes(message[8:11], "big")
        if message[15] & _HAS_GRID:
            return message[end : end + int.from_bytes(message[end : end + 3], "big")]
        return message[8:end]
    position = 16
    while message[position + 4] != _GRID_SECTION:
        position += int.from_bytes(message[position : position + 4], "big")
    length = int.from_bytes(message[position : position + 4], "big")
    return message[position : position + length]
