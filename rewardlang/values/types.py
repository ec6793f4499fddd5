"""The types of the language: what one entry is, along which axes, whether it may be invalid, in which unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from rewardlang.values.axes import Axis, describe
from rewardlang.values.units import Unit


class Kind(Enum):
    """What one entry of a value is."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    ID = "id"
    ENUM = "enum"
    JSON = "json"
    RECORD = "record"
    TABLE = "table"
    OPAQUE = "opaque"

    @property
    def numeric(self) -> bool:
        """Whether it takes part in arithmetic (a bool counts as 0 or 1)."""
        return self in _NUMERIC

    @property
    def on_host(self) -> bool:
        """Whether its entries are Python objects at run time rather than numbers in a tensor."""
        return self in _ON_HOST


_NUMERIC = frozenset({Kind.BOOL, Kind.INT, Kind.FLOAT})
_ON_HOST = frozenset({Kind.TEXT, Kind.ID, Kind.JSON, Kind.RECORD, Kind.TABLE, Kind.OPAQUE})


@dataclass(frozen=True, slots=True)
class Type:
    """`float[step, joint]?` in a unit.

    `unit` None means that none was given, which fits any unit. `labels` are an enum's; `fields` a record's, as
    (name, type) pairs in order; `name` an opaque type's own word; `value` the type of a table's entries.
    """

    kind: Kind
    axes: tuple[Axis, ...] = ()
    optional: bool = False
    unit: Unit | None = None
    labels: tuple[str, ...] = ()
    fields: tuple[tuple[str, "Type"], ...] = ()
    name: str = ""
    value: "Type | None" = None

    def with_axes(self, axes: tuple[Axis, ...]) -> "Type":
        """The same entry along other axes."""
        return self if axes == self.axes else replace(self, axes=axes)

    def entry(self) -> "Type":
        """The type of one entry."""
        return self.with_axes(())

    def as_optional(self, optional: bool = True) -> "Type":
        """The same, possibly invalid (or surely valid)."""
        return self if optional == self.optional else replace(self, optional=optional)

    def with_unit(self, unit: Unit | None) -> "Type":
        """The same in another unit."""
        return self if unit == self.unit else replace(self, unit=unit)

    @property
    def field_types(self) -> Mapping[str, "Type"]:
        """A record's fields by name."""
        return dict(self.fields)

    def __str__(self) -> str:
        return f"{self._word()}{describe(self.axes) if self.axes else ''}{'?' if self.optional else ''}"

    def _word(self) -> str:
        if self.kind is Kind.ENUM:
            return f"enum{{{', '.join(self.labels)}}}"
        if self.kind is Kind.RECORD:
            return "{ " + ", ".join(f"{name}: {type_}" for name, type_ in self.fields) + " }"
        if self.kind is Kind.TABLE:
            return f"table[text] of {self.value}"
        return self.name or self.kind.value


BOOL = Type(Kind.BOOL)
INT = Type(Kind.INT)
FLOAT = Type(Kind.FLOAT)
TEXT = Type(Kind.TEXT)
