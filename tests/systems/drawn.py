"""Rows drawn for a published system, from what its file declares: types, ranges, axes, defaults, and often the corners."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from rewardlang.ir.spec import Spec
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

Columns = dict[str, list]
Sizes = dict[tuple[Axis, tuple[int, ...]], int]
Formula = Callable[[Columns, dict], Columns]

LONGEST = 5
FAR = 4.0  # how far a range reaches where it has no end
SYSTEMS: dict[str, "System"] = {}


@dataclass(frozen=True)
class System:
    """How to draw rows of a published system, and what its page makes of them.

    `formula(columns, params)` gives the outputs by name, a list over rollouts each. `adjust(columns, random)` makes drawn
    columns keep what the page demands of them together; `params(random)` draws values of params.
    """

    formula: Formula
    adjust: Callable[[Columns, random.Random], None] | None = None
    params: Callable[[random.Random], dict] | None = None
    tol: float = 1e-6
    missing: float = 0.1


def system(slug: str, **options) -> Callable[[Formula], Formula]:
    """The decorated function is the formula of a system."""
    def keep(formula: Formula) -> Formula:
        SYSTEMS[slug] = System(formula, **options)
        return formula
    return keep


def drawn(spec: Spec, of: System, seed: int) -> tuple[Columns, dict]:
    """Columns for all inputs and what models say, and params; verifiers of the standard library run."""
    source = random.Random(seed)
    params = of.params(source) if of.params else {}
    rows = source.randint(1, 8)
    columns: Columns = {info.column: [] for info in spec.inputs.values()}
    asked = [external for external in spec.externals.values() if not external.trusted]
    for external in asked:
        columns[external.name] = []
    fixed: Sizes = {}
    for _ in range(rows):
        own: Sizes = {}
        for info in spec.inputs.values():
            columns[info.column].append(_value(source, info.type, info.domain, (fixed, own), of.missing))
        for info in asked:
            columns[info.name].append(_value(source, info.result, info.domain, (fixed, own), of.missing))
    if of.adjust:
        of.adjust(columns, source)
    return columns, params


def _value(source: random.Random, type_: Type, domain: Interval | None, sizes: tuple[Sizes, Sizes], missing: float) -> object:
    absent = missing if type_.optional else 0.0

    def along(axes: tuple[Axis, ...], places: tuple[int, ...]) -> object:
        if axes:
            return [along(axes[1:], (*places, place)) for place in range(_size(source, axes[0], places, sizes))]
        return None if source.random() < absent else _entry(source, type_, domain)
    return along(type_.axes, ())


def _size(source: random.Random, axis: Axis, places: tuple[int, ...], sizes: tuple[Sizes, Sizes]) -> int:
    """One for all rollouts, or of each rollout, or of each place of the outer axes."""
    if axis.size is not None:
        return axis.size
    fixed, own = sizes
    if not axis.ragged:
        return fixed.setdefault((axis, ()), source.randint(1, LONGEST))
    return own.setdefault((axis, places if axis.within else ()), source.randint(0, LONGEST))


def _entry(source: random.Random, type_: Type, domain: Interval | None) -> object:
    if type_.kind is Kind.BOOL:
        return source.random() < 0.5
    if type_.kind is Kind.ENUM:
        return source.choice(type_.labels)
    if type_.kind is Kind.ID:
        return source.choice("pq")
    if type_.kind not in (Kind.INT, Kind.FLOAT):
        return ""       # `adjust` fills it
    low, high = _ends(domain)
    if type_.kind is Kind.INT:
        return source.randint(math.ceil(low), math.floor(high))
    if source.random() < 0.2:
        return source.choice([low, high])
    return round(source.uniform(low, high), source.choice([0, 1, 6])) if high - low > 1 else source.uniform(low, high)


def _ends(domain: Interval | None) -> tuple[float, float]:
    low, high = (float(domain.lo), float(domain.hi)) if domain else (-math.inf, math.inf)
    if math.isinf(low):
        low = -FAR if math.isinf(high) else high - 2 * FAR
    return low, low + 2 * FAR if math.isinf(high) else high
