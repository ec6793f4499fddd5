"""A measured figure and the figure that was promised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` should be at most `limit` (at least, where `at_least`); a ratio unless it has a unit."""

    name: str
    value: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{'kept' if self.kept else 'MISSED':7}{self.value:9.3g} {self.unit:3} {sign} {self.limit:g}   {self.name}"
