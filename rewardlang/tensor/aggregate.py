"""Emission of reductions and scans: which entries count, what makes the result invalid, then the row's own meaning."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rewardlang.ir.node import Node
from rewardlang.ops.build import nonempty
from rewardlang.ops.row import Operator
from rewardlang.ops.scans import NEIGHBOURS, RUNNING
from rewardlang.tensor.collect import Collection
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.axes import Axis, join

_RUNNING = frozenset(row.name for row in RUNNING)
_NEIGHBOURS = frozenset(row.name for row in NEIGHBOURS)
#: Reductions that look at invalid entries themselves.
_KNOWING = frozenset({"any", "all", "count"})


class Aggregates:
    """Emits nodes of the families REDUCTION and SCAN."""

    build: Builder
    k: Kernel
    lengths_valid: dict[Axis, Value]
    total: frozenset[Node]
    own: dict[Node, Value]
    over_run: Callable[[Node, Operator, dict[str, Value]], Value]

    def real(self, axes: tuple[Axis, ...]) -> Value | None:
        """Where the positions along some axes are no padding."""
        return self.k.both(*(self.real_along(axis) for axis in axes if axis.ragged))

    def aggregate(self, node: Node, row: Operator, args: list[Value]) -> Value:
        """The value of a reduction or scan node."""
        roles = dict(zip(node["roles"], args, strict=True))
        if node.get("window") == "run":
            return self.over_run(node, row, roles)
        x = roles.get("x", Value(1))
        seen = self._of_rollouts(node, roles, x) if node.get("window") else self._of_positions(node, roles)
        scans = row.name in _RUNNING or row.name in _NEIGHBOURS or row.name in ("softmax", "rank")
        return (self._scan if scans else self._reduction)(node, row, seen, roles, x)

    # Which entries count --------------------------------------------------------------------------------------------

    def _of_positions(self, node: Node, roles: dict[str, Value]) -> "Seen":
        """The rollout's own positions."""
        over, by, where = tuple(node["over"]), roles.get("by"), roles.get("where")
        real = self.real(over)
        keep = self._mask(self.k.both(real, where.plain() if where is not None else None))
        sure = self.k.both(*(self._everywhere(value.valid, real, over) for value in (where, by) if value is not None))
        decided = self.k.both(*(value.valid for value in (where, by) if value is not None))
        if decided is not None and node.op in _RUNNING | _NEIGHBOURS:
            sure = self.k.both(self._sure_where_seen(node.op, decided, real, over), by and by.valid)
        alive = self.k.both(sure, *(self._told(axis, over) for axis in over))
        sparse = where is not None or by is not None
        return Seen(False, over, keep, by.plain() if by is not None else None, real, sparse, alive)

    def _sure_where_seen(self, op: str, valid: Value, real: Value | None, over: tuple[Axis, ...]) -> Value:
        """Where no position that a scan looks at has an invalid `where` or key."""
        failed = self.build.number(self.k.number(self.k.logical_not(valid)))
        entries = self.k.gather(failed, real, over)
        seen = self.k.spread_out(self.k.cumsum(entries))
        if op == "ahead":
            seen = self.k.sub(self.k.sum(entries), seen)
        elif op in _NEIGHBOURS:
            seen = self.k.sub(seen, failed)
        return self.k.le(seen, Value(0))

    def _told(self, axis: Axis, over: tuple[Axis, ...]) -> Value | None:
        """Where the length of an axis is known, at every position of those of `over` that it lies within."""
        mask = self.lengths_valid.get(axis)
        outer = () if mask is None else tuple(other for other in mask.axes if other in over)
        return self._everywhere(mask, self.real(outer), outer) if outer else mask

    def _of_rollouts(self, node: Node, roles: dict[str, Value], x: Value) -> "Seen":
        """All rollouts of the population; what is invalid in one does not count."""
        by, keep = roles.get("by"), self._mask(self.counted(node, roles, x))
        alive = by.valid if by is not None else None
        return Seen(True, (), keep, by.plain() if by is not None else None, None, keep is not None, alive)

    def counted(self, node: Node, roles: dict[str, Value], x: Value) -> Value | None:
        """Which rollouts of a population count: the valid ones that `where` admits; None for all."""
        by, where = roles.get("by"), roles.get("where")
        # Types, not values: along an axis that a value is the same along, others' rollouts may have ended before.
        masks = [x.valid, self.real(join(*(arg.type.axes for arg in node.args)))]
        masks += [value.valid for value in (where, by) if value is not None]
        return self.k.both(*masks, where.plain() if where is not None else None)

    def _mask(self, keep: Value | None) -> Value | None:
        return self.build.literal(keep.data, truth=True) if keep is not None and keep.constant else keep

    def _entries(self, seen: "Seen", x: Value) -> Collection:
        """A value as the collection of those entries that count."""
        if seen.window:
            xs = self.k.rollouts(x.plain(), seen.keep, seen.by)
        elif seen.by is None:
            xs = self.k.gather(x.plain(), seen.keep, seen.over, seen.real if len(seen.over) > 1 else None)
        else:
            xs = self.k.equal_keys(x.plain(), seen.keep, seen.by, seen.over, seen.real)
        return replace(xs, sparse=seen.sparse)

    def _everywhere(self, mask: Value | None, keep: Value | None, over: tuple[Axis, ...]) -> Value | None:
        """Where a mask holds at every entry that counts along some axes."""
        if mask is None:
            return None
        return self.k.all(self.k.gather(mask, keep, over))

    # Readings -------------------------------------------------------------------------------------------------------

    def _reduction(self, node: Node, row: Operator, seen: "Seen", roles: dict[str, Value], x: Value) -> Value:
        options, xs = self.options(node, row), self._entries(seen, x)
        inside = self._domain(node, row, xs, options)
        alive = seen.alive
        if inside is not None:
            self.own[node] = inside
        if not seen.window and x.valid is not None:
            if row.name in ("any", "all"):
                return self._three_valued(row, seen, x)
            if row.name not in _KNOWING:
                alive = self.k.both(alive, self.k.all(self._entries(seen, x.valid)))
        found = row.meaning(self.k, replace(xs, guard=inside), **options)
        return found.masked(self.k.both(alive, inside))

    def _domain(self, node: Node, row: Operator, xs: Collection, options: dict) -> Value | None:
        if row.domain is None or node in self.total or (row.domain is nonempty and self._never_empty(node, xs)):
            return None
        inside = row.domain(self.k, xs, **options)
        return None if inside.constant and inside.data else inside

    def _never_empty(self, node: Node, xs: Collection) -> bool:
        """Whether the own entry, or a fixed axis, is always among those that count."""
        if node.get("window") or xs.keys is not None:
            return not xs.sparse
        return not xs.sparse and all(axis.size for axis in xs.over)

    def _three_valued(self, row: Operator, seen: "Seen", x: Value) -> Value:
        """`any` and `all`, which one entry may decide whatever the invalid ones are."""
        neutral = row.name == "all"
        plain, invalid = x.plain(), self.k.logical_not(x.valid)
        told = self.k.logical_or(plain, invalid) if neutral else self.k.logical_and(plain, x.valid)
        found = row.meaning(self.k, self._entries(seen, told))
        decided = self.k.logical_not(found) if neutral else found
        known = self.k.logical_or(decided, self.k.all(self._entries(seen, x.valid)))
        return found.masked(self.k.both(seen.alive, known))

    def _scan(self, node: Node, row: Operator, seen: "Seen", roles: dict[str, Value], x: Value) -> Value:
        xs = self._entries(seen, x)
        if row.name in _NEIGHBOURS:
            mask = None if x.valid is None else self._entries(seen, x.valid)
            edge = roles.get("start", roles.get("end"))
            found = self.k.spread_out(row.meaning(self.k, replace(xs, valid=x.valid, mask=mask), edge))
            return found.masked(self.k.both(seen.alive, found.valid))
        found = self.k.spread_out(row.meaning(self.k, xs, **self.options(node, row)))
        masks = [seen.alive, found.valid]
        if not seen.window and x.valid is not None:
            masks.append(self._valid_so_far(seen, x) if row.name in _RUNNING else self._all_valid(seen, x))
        if row.name not in _RUNNING:
            where = roles.get("where")
            masks += [x.valid, *([where.plain(), where.valid] if where is not None else [])]
        return found.masked(self.k.both(*masks))

    def _valid_so_far(self, seen: "Seen", x: Value) -> Value:
        """Where no entry up to and with this one is invalid."""
        failed = self.build.number(self.k.number(self.k.logical_not(x.valid)))
        return self.k.le(self.k.spread_out(self.k.cumsum(self._entries(seen, failed))), Value(0))

    def _all_valid(self, seen: "Seen", x: Value) -> Value:
        """Where every entry of the population is valid."""
        found = self._entries(seen, x.valid)
        return self.k.all(found)


@dataclass(frozen=True)
class Seen:
    """Which entries a reduction or scan sees.

    Those of the rollout's own positions along `over`, or (`window`) of all rollouts; with `by`, of equal keys; where `keep`
    holds (None: all). `real` is where there is no padding; `sparse` tells that real positions may not count; `alive` is
    where the result can be valid at all.
    """

    window: bool
    over: tuple[Axis, ...]
    keep: Value | None
    by: Value | None
    real: Value | None
    sparse: bool
    alive: Value | None
