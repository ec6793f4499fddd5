"""The tensor reading of collections: which entries a reduction or scan sees, and what it makes of them."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import fx

from rewardlang.tensor import place, reduce, scan
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.groups import group_rows, grouped, grouped_across, grouped_within, reading
from rewardlang.values.axes import Axis, join, without


@dataclass(frozen=True)
class Collection:
    """The entries that a reduction or scan is over, along one dimension of a tensor.

    `data` and `keep` (which entries count; None: all) broadcast against each other; the entries lie along `dim`. `axes`
    and `batched` describe the other dimensions. `groups` has the rows by key; or `keys` has a key for each entry, of which
    the last `dim` dimensions belong together (0: the rollouts at each position). `over` are the axes that a reduction
    removes, `sparse` tells that real positions may not count, `valid` is the mask of a scan's result and `mask` that of the
    entries, as a collection. `value` is a scan's result where it is no longer laid out as the entries are.
    """

    data: fx.Node
    keep: fx.Node | None
    dim: int
    axes: tuple[Axis, ...]
    batched: bool
    over: tuple[Axis, ...] = ()
    groups: fx.Node | None = None
    keys: fx.Node | None = None
    guard: Value | None = None
    truth: bool = False
    sparse: bool = False
    real: fx.Node | None = None
    valid: Value | None = None
    mask: "Collection | None" = None
    value: Value | None = None

    @property
    def stays(self) -> bool:
        """Whether a reduction's result keeps the dimension of the entries: one value for each of them."""
        return self.groups is not None or self.keys is not None


class Collections:
    """Methods of `ops.kernel.Collections`."""

    build: Builder

    def gather(self, x: Value, keep: Value | None, over: tuple[Axis, ...], real: Value | None = None) -> Collection:
        """The entries along some axes of each rollout; several are taken as one, the last running fastest.

        `real` is where there is no padding, if positions are to be counted.
        """
        lead = without(join(x.axes, keep.axes if keep else ()), over)
        data, kept, batched = self._lay_out(x, keep, lead + over)
        if not x.batched and set(over) - set(x.axes):
            data = self.build.full(x, lead + over, False)
        elif x.batched:
            for position, axis in enumerate(over, start=-len(over)):
                if axis not in x.axes:
                    data = self.build.call(place.repeated, data, position, self.build.size(axis))
        if len(over) > 1:
            data, kept = (self._flat(part, lead + over, batched, len(over)) for part in (data, kept))
        between = self._flat(self.build.full(real, over, real.batched), over, real.batched, len(over)) if real else None
        return Collection(data, kept, -1, lead, batched, over, truth=x.truth, real=between)

    def _flat(self, data: fx.Node | None, axes: tuple[Axis, ...], batched: bool, count: int) -> fx.Node | None:
        if data is None:
            return None
        sizes = [self.build.size(axis) for axis in axes]
        whole = self.build.call(expand_last, data, *sizes[-count:])
        return self.build.method("flatten", whole, -count)

    def rollouts(self, x: Value, keep: Value | None, key: Value | None) -> Collection:
        """The entries of all rollouts, or of those with an equal key, position by position."""
        axes = join(x.axes, keep.axes if keep else (), key.axes if key else ())
        data, kept, _ = self._lay_out(x, keep, axes)
        if not x.batched:
            data = self.build.full(x, axes)
        if key is None:
            return Collection(data, kept, 0, axes, False, truth=x.truth)
        if key.axes:
            keys = self.build.full(key, axes)
            kept = None if keep is None else self.build.full(keep, axes)
            return Collection(self.build.full(x, axes), kept, 0, axes, True, keys=keys, truth=x.truth)
        groups = self.build.call(group_rows, key.data)
        return Collection(data, kept, 0, axes, True, groups=groups, truth=x.truth)

    def equal_keys(
        self, x: Value, keep: Value | None, key: Value, over: tuple[Axis, ...], real: Value | None = None
    ) -> Collection:
        """The entries of the rollout's own positions with an equal key."""
        axes = without(join(x.axes, keep.axes if keep else (), key.axes), over) + over
        batched = any(value.batched for value in (x, key, *((keep,) if keep else ())))
        data = self.build.full(x, axes, batched)
        keys = self.build.full(key, axes, batched)
        kept = None if keep is None else self.build.full(keep, axes, batched)
        there = None if real is None else self.build.full(real, axes, batched)
        return Collection(data, kept, len(over), axes, batched, over, keys=keys, truth=x.truth, real=there)

    def _lay_out(self, x: Value, keep: Value | None, axes: tuple[Axis, ...]) -> tuple[fx.Node, fx.Node | None, bool]:
        x = self.build.solid(x)
        batched = x.batched or bool(keep and keep.batched)
        kept = None if keep is None else self.build.lay(self.build.solid(keep), axes)
        return self.build.lay(x, axes), kept, batched

    # Readings -----------------------------------------------------------------------------------------------------

    def _reduce(self, xs: Collection, function: Callable, *options, truth: bool = False) -> Value:
        if xs.stays:
            return self._each_position(xs, function, *options, truth=truth)
        data = self.build.call(function, xs.data, xs.keep, xs.dim, *options)
        return Value(data, xs.axes, xs.batched, truth)

    def _each_position(self, xs: Collection, function: Callable, *options, truth: bool = False) -> Value:
        if xs.groups is not None:
            data = self.build.call(reading(grouped, function), xs.data, xs.keep, xs.groups, *options)
        elif not xs.over:
            data = self.build.call(reading(grouped_across, function), xs.data, xs.keep, xs.keys, *options)
        else:
            data = self.build.call(reading(grouped_within, function), xs.data, xs.keep, xs.keys, xs.dim, *options)
        return Value(data, xs.axes, xs.batched, truth)

    def _scan(self, xs: Collection, function: Callable, *options, valid: Value | None = None) -> Collection:
        if xs.stays:
            value = self._each_position(xs, function, *options, truth=xs.truth)
            return replace(xs, data=value.data, valid=valid)
        return replace(xs, data=self.build.call(function, xs.data, xs.keep, xs.dim, *options), valid=valid)

    def spread_out(self, xs: Collection) -> Value:
        """A scan's result as a value again."""
        if xs.value is not None:
            return xs.value
        batched = xs.batched or not xs.over
        axes = xs.axes if xs.stays or not xs.over else xs.axes + xs.over
        return Value(xs.data, axes, batched, xs.truth, valid=xs.valid)

    def count(self, xs: Collection) -> Value:
        found = self._reduce(xs, reduce.amount)
        if xs.keep is None and not xs.stays:
            found = Value(found.data)
        return found if xs.guard is None else self.choose(xs.guard, found, Value(1))

    def sum(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.total)

    def prod(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.product)

    def min(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.least)

    def max(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.greatest)

    def any(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.any_of, truth=True)

    def all(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.all_of, truth=True)

    def first(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.first, truth=xs.truth)

    def last(self, xs: Collection) -> Value:
        return self._reduce(xs, reduce.last, truth=xs.truth)

    def argmax(self, xs: Collection) -> Value:
        if xs.keys is not None and xs.over:
            return self._position_of(xs, self.max(xs))
        return self._reduce(xs, reduce.where_greatest, *self._positions_in(xs))

    def argmin(self, xs: Collection) -> Value:
        if xs.keys is not None and xs.over:
            return self._position_of(xs, self.min(xs))
        return self._reduce(xs, reduce.where_least, *self._positions_in(xs))

    def _position_of(self, xs: Collection, best: Value) -> Value:
        """The first of the rollout's positions that counts, has the key, and holds the best entry of that key."""
        hit = self.eq(Value(xs.data, xs.axes, xs.batched), best)
        keep = hit.data if xs.keep is None else self.build.call(operator.and_, hit.data, xs.keep)
        places = self.build.call(place.ordinals, xs.data, xs.dim, xs.real)
        return self.min(replace(xs, data=places, keep=keep))

    @staticmethod
    def _positions_in(xs: Collection) -> tuple[fx.Node, ...]:
        """Where padding lies between the entries, the mask by which positions are counted without it."""
        return () if xs.real is None or len(xs.over) < 2 or xs.stays else (xs.real,)

    def var(self, xs: Collection, ddof: int) -> Value:
        return self._reduce(xs, reduce.variance, ddof)

    def quantile(self, xs: Collection, q: float) -> Value:
        return self._reduce(xs, reduce.quantile, float(q))

    def norm(self, xs: Collection, p: float) -> Value:
        return self._reduce(xs, reduce.norm, float(p))

    def cumsum(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.running_total)

    def cumprod(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.running_product)

    def cummax(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.running_greatest, valid=self._begun(xs))

    def cummin(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.running_least, valid=self._begun(xs))

    def cumcount(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.running_count)

    def _begun(self, xs: Collection) -> Value | None:
        """Where an entry has been seen."""
        if not xs.sparse:
            return None
        seen = replace(self.spread_out(self._scan(xs, scan.running_count)), truth=False)
        return self.lt(Value(0), seen)

    def prev(self, xs: Collection, start: Value) -> Collection:
        return self._neighbour(xs, scan.before, start)

    def ahead(self, xs: Collection, end: Value) -> Collection:
        return self._neighbour(xs, scan.after, end)

    def _neighbour(self, xs: Collection, function: Callable, edge: Value) -> Collection:
        """The entry next to each, with the mask that it has there; `edge` where there is none."""
        zero = self.build.literal(0, truth=True) if xs.truth else self.build.call(place.zero_like, xs.data)
        zero = zero.data if isinstance(zero, Value) else zero
        there = self.build.call(place.all_true, xs.data)
        nothing = self.build.literal(False, truth=True).data
        found = self.spread_out(self._scan(replace(xs, valid=None), function, zero))
        has = self.spread_out(self._scan(replace(xs, data=there, truth=True, valid=None), function, nothing))
        valid = None
        if xs.mask is not None:
            valid = self.spread_out(self._scan(replace(xs.mask, valid=None), function, nothing))
        result = self.where(has, found.masked(valid), edge)
        return replace(xs, value=result)

    def softmax(self, xs: Collection) -> Collection:
        return self._scan(xs, scan.softmax)

    def rank(self, xs: Collection, ties: str) -> Collection:
        return self._scan(xs, scan.rank, ties)

    def each(self, function: Callable, *collections: Collection) -> Collection:
        """A pointwise function of the entries at equal positions; a quotient is invalid where it divides by 0."""
        first = collections[0]
        values = [self.spread_out(xs) for xs in collections]
        valid = self.both(*(value.valid for value in values))
        values = [value.plain() for value in values]
        if function.__name__ == "div":
            inside = self.lt(Value(0), values[1])
            values[1] = self.choose(inside, values[1], Value(1))
            valid = self.both(valid, self._begun(first))
        return replace(first, value=function(*values).masked(valid))

    eq: Callable
    lt: Callable
    choose: Callable
    both: Callable
    where: Callable


def expand_last(x, *sizes):
    """`x` repeated along its last dimensions to the given sizes."""
    return x.expand(*x.shape[: -len(sizes)], *sizes)

