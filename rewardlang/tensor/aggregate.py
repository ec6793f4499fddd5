"""Emission of reductions and scans: which entries count, what makes the result invalid, then the row's own meaning."""

from dataclasses import replace

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

    def real(self, axes: tuple[Axis, ...]) -> Value | None:
        """Where the positions along some axes are no padding."""
        return self.k.both(*(self.real_along(axis) for axis in axes if axis.ragged))

    def aggregate(self, node: Node, row: Operator, args: list[Value]) -> Value:
        """The value of a reduction or scan node."""
        roles = dict(zip(node["roles"], args, strict=True))
        options = self.options(node, row)
        x = roles.get("x", Value(1))
        if node.get("window"):
            xs, alive = self._of_rollouts(node, roles, x)
        else:
            xs, alive = self._of_positions(node, roles, x)
        if row.name in _RUNNING or row.name in _NEIGHBOURS or row.name in ("softmax", "rank"):
            return self._scan(node, row, xs, roles, alive, options)
        return self._reduction(node, row, xs, x, alive, options)

    # Which entries count --------------------------------------------------------------------------------------------

    def _of_positions(self, node: Node, roles: dict[str, Value], x: Value) -> tuple[Collection, Value | None]:
        """The rollout's own positions, and where the result can be valid at all."""
        over, by, where = tuple(node["over"]), roles.get("by"), roles.get("where")
        real = self.real(over)
        keep = self.k.both(real, where.plain() if where is not None else None)
        if keep is not None and keep.constant:
            keep = self.build.literal(keep.data, truth=True)
        sure = self.k.both(*(self._everywhere(value.valid, real, over) for value in (where, by) if value is not None))
        alive = self.k.both(sure, *(self.lengths_valid.get(axis) for axis in over))
        xs = self.k.gather(x, keep, over) if by is None else self.k.equal_keys(x.plain(), keep, by.plain(), over)
        sparse = where is not None or by is not None
        return replace(xs, sparse=sparse, valid=x.valid), alive

    def _of_rollouts(self, node: Node, roles: dict[str, Value], x: Value) -> tuple[Collection, Value | None]:
        """All rollouts of the population; what is invalid in one does not count."""
        by, where = roles.get("by"), roles.get("where")
        axes = join(*(value.axes for value in (x, by, where) if value is not None))
        masks = [x.valid, self.real(axes)]
        for value in (where, by):
            masks += [] if value is None else [value.valid]
        keep = self.k.both(*masks, where.plain() if where is not None else None)
        if keep is not None and keep.constant:
            keep = self.build.literal(keep.data, truth=True)
        xs = self.k.rollouts(x.plain(), keep, by.plain() if by is not None else None)
        return replace(xs, sparse=keep is not None, valid=x.valid), by.valid if by is not None else None

    def _everywhere(self, mask: Value | None, keep: Value | None, over: tuple[Axis, ...]) -> Value | None:
        """Where a mask holds at every entry that counts along some axes."""
        if mask is None:
            return None
        return self.k.all(self.k.gather(mask, keep, over))

    # Readings -------------------------------------------------------------------------------------------------------

    def _reduction(self, node: Node, row: Operator, xs: Collection, x: Value, alive, options: dict) -> Value:
        inside = self._domain(node, row, xs, options)
        if inside is not None:
            self.own[node] = inside
        found = row.meaning(self.k, replace(xs, guard=inside, valid=None), **options)
        if not node.get("window") and x.valid is not None:
            if row.name in ("any", "all"):
                return self._three_valued(node, row, xs, x, alive)
            if row.name not in _KNOWING:
                alive = self.k.both(alive, self.k.all(self._masks(node, xs, x.valid)))
        return found.masked(self.k.both(alive, inside))

    def _domain(self, node: Node, row: Operator, xs: Collection, options: dict) -> Value | None:
        if row.domain is None or node in self.total or (row.domain is nonempty and self._never_empty(node, xs)):
            return None
        inside = row.domain(self.k, replace(xs, valid=None), **options)
        return None if inside.constant and inside.data else inside

    def _never_empty(self, node: Node, xs: Collection) -> bool:
        """Whether the own entry, or a fixed axis, is always among those that count."""
        if node.get("window") or xs.keys is not None:
            return not xs.sparse
        return not xs.sparse and all(axis.size for axis in xs.over)

    def _masks(self, node: Node, xs: Collection, mask: Value) -> Collection:
        """A mask of the entries as a collection like theirs."""
        full = self.build.full(mask, xs.axes + (() if xs.stays else xs.over), xs.batched or mask.batched)
        if len(xs.over) > 1 and not xs.stays:
            full = self.build.method("flatten", full, -len(xs.over))
        return replace(xs, data=full, truth=True, valid=None, guard=None, batched=xs.batched or mask.batched)

    def _three_valued(self, node: Node, row: Operator, xs: Collection, x: Value, alive: Value | None) -> Value:
        """`any` and `all`, which one entry may decide whatever the invalid ones are."""
        neutral = row.name == "all"
        seen = self.k.logical_or(x.plain(), self.k.logical_not(x.valid)) if neutral else self.k.logical_and(x.plain(), x.valid)
        found = row.meaning(self.k, self._masks(node, xs, seen))
        decided = self.k.logical_not(found) if neutral else found
        known = self.k.logical_or(decided, self.k.all(self._masks(node, xs, x.valid)))
        return found.masked(self.k.both(alive, known))

    def _scan(self, node: Node, row: Operator, xs: Collection, roles: dict, alive, options: dict) -> Value:
        x, window = roles.get("x", Value(1)), bool(node.get("window"))
        if row.name in _NEIGHBOURS:
            edge = roles.get("start", roles.get("end"))
            found = self.k.spread_out(row.meaning(self.k, xs, edge))
            return found.masked(self.k.both(alive, found.valid))
        found = self.k.spread_out(row.meaning(self.k, replace(xs, valid=None), **options))
        masks = [alive, found.valid]
        if not window and x.valid is not None:
            masks.append(self._valid_so_far(node, xs, x) if row.name in _RUNNING else self._all_valid(node, xs, x))
        if row.name not in _RUNNING:
            where = roles.get("where")
            masks += [x.valid, where.plain() if where is not None else None, where.valid if where is not None else None]
        return found.masked(self.k.both(*masks))

    def _valid_so_far(self, node: Node, xs: Collection, x: Value) -> Value:
        """Where no entry up to and with this one is invalid."""
        failed = self._masks(node, xs, self.k.logical_not(x.valid))
        numbers = replace(failed, data=self.build.method("to", failed.data, self.build.dtype), truth=False)
        return self.k.le(self.k.spread_out(self.k.cumsum(numbers)), Value(0))

    def _all_valid(self, node: Node, xs: Collection, x: Value) -> Value:
        """Where every entry of the population is valid."""
        return self.k.all(self._masks(node, xs, x.valid))
