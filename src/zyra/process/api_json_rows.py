"""Rows of a table, made of records as a command's arguments ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from zyra.core.errors import DataError
from zyra.core.json_paths import MISSING, Record, exploded, flattened, listed, path_of, value_at
from zyra.process.api_json_derived import derived_of, refuse_unknown
from zyra.process.commands.api_json import ApiJsonArgs
from zyra.process.json_records import Found

Row = dict[str, Any]


@dataclass(frozen=True)
class RowMaker:
    """How a record becomes rows.

    Attributes:
        explode: Paths to lists, in their order.
        derived: Names of derived columns.
        text_field: Dotted path to the text that they count.
        is_flat: Whether nested objects become dotted columns.
        fields: Columns, with their paths; empty for all there are.
        is_strict: Whether a record must have all of them.
    """

    explode: Sequence[tuple[str, ...]]
    derived: Sequence[str]
    text_field: str | None
    is_flat: bool
    fields: Mapping[str, tuple[str, ...]]
    is_strict: bool

    @classmethod
    def of(cls, args: ApiJsonArgs) -> Self:
        """Take a command's arguments.

        Raises:
            UsageError: A path has an empty step, or a column does not exist or is named twice.
        """
        fields = listed(args.fields, "--fields")
        derived = listed(args.derived, "--derived")
        refuse_unknown(derived)
        if fields:
            fields += [name for name in derived if name not in fields]
        return cls(
            explode=[path_of(text, "--explode") for text in args.explode or ()],
            derived=derived,
            text_field=args.text_field,
            is_flat=args.flatten,
            fields={field: path_of(field, "--fields") for field in fields},
            is_strict=args.strict,
        )

    def rows(self, found: Found) -> Iterator[Row]:
        """The rows of one record.

        Raises:
            DataError: It is strict, and the record lacks a column or a list to explode.
        """
        parts = self._exploded(found.value, self.explode, found) if self.explode else [found.value]
        for record in parts:
            full = record
            if self.derived:
                full = {**record, **derived_of(record, self.derived, self.text_field)}
            if self.is_flat:
                full = flattened(full)
            yield self._chosen(full, found) if self.fields else full

    def _exploded(
        self, record: Record, paths: Sequence[tuple[str, ...]], found: Found
    ) -> Iterator[Record]:
        if not paths:
            yield record
            return
        if self.is_strict and value_at(record, paths[0]) is MISSING:
            raise missing_field(found, ".".join(paths[0]))
        for part in exploded(record, paths[0]):
            yield from self._exploded(part, paths[1:], found)

    def _chosen(self, record: Record, found: Found) -> Row:
        row = {}
        for field, path in self.fields.items():
            value = value_at(record, path)
            if value is MISSING:
                if self.is_strict:
                    raise missing_field(found, field)
                value = None
            row[field] = value
        return row


def missing_field(found: Found, field: str) -> DataError:
    """The refusal of a record that lacks a field."""
    known = ", ".join(list(found.value)[:20])
    return DataError(
        f"{found.place} has no field {field!r}",
        hint=f"it has {known or 'none'}; without --strict the cell stays empty",
    )
