"""The range of one entry of every node, and whether it may be invalid, everywhere and under assumptions."""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from math import inf

from rewardlang.facts.backward import truth
from rewardlang.facts.context import Context
from rewardlang.facts.infinite import infinite_ends, without_value
from rewardlang.facts.learn import learn
from rewardlang.facts.leaves import Fact
from rewardlang.facts.linear_states import narrow
from rewardlang.facts.needs import needs
from rewardlang.facts.nulls import rests_on_data
from rewardlang.facts.positions import entry_at
from rewardlang.facts.relations.linear import form
from rewardlang.facts.relations.stated import compared
from rewardlang.facts.transfer import settle
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.values.interval import Interval

#: Work under assumptions, counted in facts: at least this many for each node that opens a context …
LEAST_WORK = 4
#: … and this many for the whole graph, so that small programs get all they need and large ones stay linear.
SHARED_WORK = 40_000

#: Nodes with arguments that may be assumed to lie somewhere themselves.
_SOURCES = frozenset({"call", "vector", "carried", "state"})

#: Gates within gates within gates: what more of them would say is not used.
DEEPEST = 8


class Ranges:
    """Certified ranges over all inputs, params and results of calls in their declared ranges.

    `fact(node)` holds everywhere; `fact(node, context)` holds where the assumptions of the context do. Ranges are of
    real numbers; one entry at a time. All answers are sound however little work was allowed: less work, wider ranges.
    """

    #: Whether values are those of exact arithmetic.
    EXACT = True

    def __init__(self, spec: Spec):
        self.spec = spec
        self.root = Context(None, {}, frozenset(), 0)
        self.universal: dict[Node, Interval] = {}
        self.masks: dict[Node, int] = {}
        self.forms: dict = {}
        self.polynomials: dict = {}
        self.sizes: dict = {}
        self.carriers: dict = {}
        self.from_data: dict[Node, bool] = {}
        self.machines: dict[str, object] = {}
        self.earlier: dict[tuple, Node] = {}
        self.payments: dict[tuple, object] = {}
        self.present: dict[object, frozenset[Node]] = {}
        self._sources = 0
        self._fixed = 0
        self._left: int | None = None
        self._share = LEAST_WORK
        self._lengths = {node["axis"]: node for node in spec.graph.nodes if node.op == "length"}
        self.without_value = without_value(infinite_ends(spec.graph.nodes, True))
        self.looks_closely = False
        self._settle_assumptions()
        self.memories = tuple(narrow(self))
        self.looks_closely = self.EXACT
        nodes = reachable(roots(spec))
        self._share = max(LEAST_WORK, SHARED_WORK // max(len(nodes), 1))
        for node in nodes:
            self.fact(node)

    def may_be_null(self, node: Node) -> bool:
        """Whether a `??` or `valid` may find it invalid: by type, or since its column lacks an entry."""
        return self.fails(node) or rests_on_data(self.from_data, node)

    # Facts ------------------------------------------------------------------------------------------------------

    def fact(self, node: Node, context: Context | None = None) -> Fact:
        """What is known of one entry of a node where the assumptions of `context` hold (None: everywhere)."""
        context = context or self.root
        found = self.known(node, context)
        if found is None and self._left is None:
            with self.work(self._share):
                return self.fact(node, context)
        if found is None:
            self._find(node, context)
            found = self.known(node, context)
        return found

    def of(self, node: Node) -> Interval | None:
        """The range of a node's valid entries; None if it is no number, or never valid."""
        return self.fact(node).range

    def fails(self, node: Node) -> bool:
        """Whether an entry of the node may be invalid."""
        return self.fact(node).fails

    def known(self, node: Node, context: Context) -> Fact | None:
        """The fact, if it was found before or is that of the root; None if it is still to be found."""
        found = context.facts.get(node)
        if found is not None or context.is_root:
            return found
        if node in self.masks and not context.feels(node, self.masks[node]):
            return self.root.facts.get(node)
        return None

    @contextmanager
    def work(self, facts: int):
        """Allows at most `facts` new facts under assumptions inside the block."""
        before, self._left = self._left, facts
        try:
            yield
        finally:
            self._left = before

    @contextmanager
    def at_a_glance(self):
        """Inside the block no argument is looked at closely: a look rests on no other."""
        before, self.looks_closely = self.looks_closely, False
        try:
            yield
        finally:
            self.looks_closely = before

    @property
    def exhausted(self) -> bool:
        """Whether the work that was allowed is used up."""
        return self._left is not None and self._left <= 0

    # Contexts ---------------------------------------------------------------------------------------------------

    def assume(self, condition: Node, value: bool, context: Context | None = None) -> Context | None:
        """The context in which a condition is also known to be valid and true (or false); None if it cannot be."""
        context = context or self.root
        if context.depth >= DEEPEST or (self.exhausted and not context.is_root):
            return context
        key = (condition, value)
        if key not in context.children:
            self.fact(condition, context)
            context.children[key] = self._child(context, learn(condition, truth(value), self._look(context)))
        return context.children[key]

    def inside(self, box: Mapping[Node, Interval], context: Context | None = None, valid: bool = False) -> Context | None:
        """The context in which some nodes also lie in given ranges, wherever they are valid; None if they cannot.

        With `valid` they are known to be valid, too.
        """
        context = context or self.root
        known = {}
        for node, interval in box.items():
            now = self.at_hand(node, context).range
            met = now and now.meet(interval)
            if met is None:
                return None
            if met != now:
                known[node] = met
        return self._child(context, (known, set(box) if valid else set()))

    def outside(self, context: Context, axes: Iterable) -> Context:
        """What is still known of other positions along some axes: nothing of the nodes that have one of them."""
        axes = frozenset(axes)
        if context.is_root or not axes:
            return context
        positions = {axis: at for axis, at in context.positions.items() if axis not in axes}
        return self._kept(context, axes, lambda node: axes.isdisjoint(node.type.axes), positions)

    def population(self, context: Context) -> Context:
        """What is still known of other rollouts: only what concerns params."""
        if context.is_root:
            return context
        return self._kept(context, "population", lambda node: not self.masks[node] & ~self._fixed, {})

    def at_position(self, axis, position: int, nodes: Iterable[Node], context: Context) -> Context | None:
        """The context at one position of a fixed axis: what the literals and the index along it are there."""
        key = (axis, position, tuple(nodes))
        if key not in context.children:
            positions = {**context.positions, axis: position}
            known = {node: entry for node in nodes if (entry := entry_at(self, node, axis, positions)) is not None}
            context.children[key] = self._child(context, (known, set()), positions)
        return context.children[key]

    def _kept(self, context: Context, key: object, keep, positions) -> Context:
        if key not in context.children:
            known = {node: interval for node, interval in context.known.items() if keep(node)}
            valid = {node for node in context.valid if keep(node)}
            whole = len(known) == len(context.known) and len(valid) == len(context.valid) and positions == context.positions
            context.children[key] = context if whole else self._child(self.root, (known, valid), positions)
        return context.children[key]

    def _child(self, parent: Context, learned, positions=None) -> Context | None:
        if learned is None:
            return None
        known, valid = learned
        valid = frozenset(node for node in valid if node not in parent.valid and self.at_hand(node, parent).fails)
        if not known and not valid:
            return parent
        mask = parent.mask
        for node in (*known, *valid):
            mask |= self.mask(node)
        both = {**parent.known, **known}
        terms = [term.number for node in both if compared(node) for arg in node.args for term in form(self, arg).terms]
        return Context(parent, both, parent.valid | valid, mask, positions, min(terms, default=inf))

    def _look(self, context: Context):
        return lambda node: self.at_hand(node, context).range

    def at_hand(self, node: Node, context: Context) -> Fact:
        """The best fact at hand without new work: of the context, or of one that assumes less."""
        while context is not None:
            found = self.known(node, context)
            if found is not None:
                return found
            context = context.parent
        return self.fact(node)

    def length_of(self, axis) -> Node | None:
        """The node that stands for the number of positions of an axis, if the program has one."""
        return self._lengths.get(axis)

    # Finding ----------------------------------------------------------------------------------------------------

    def mask(self, node: Node) -> int:
        """One bit for each source (leaf, window) that the node rests on."""
        if node not in self.masks:
            self.fact(node)
        return self.masks[node]

    def _find(self, node: Node, context: Context) -> None:
        """Finds a fact and those it rests on; past the allowed work, arguments are taken as they are at the root."""
        stack, opened = [(node, context)], set()
        while stack:
            node, context = need = stack[-1]
            if self.known(node, context) is not None:
                stack.pop()
            elif not context.is_root and node not in self.root.facts:
                stack.append((node, self.root))
            elif need not in opened and not context.is_root and self.exhausted:
                self._keep(node, context, self.root.facts[node])
            else:
                self._left -= need not in opened and not context.is_root
                opened.add(need)
                missing = [other for other in needs(self, node, context) if self.known(*other) is None]
                if context.is_root:
                    missing += [(arg, context) for arg in node.args if arg not in self.masks]
                stack += reversed(missing)
                if not missing:
                    self._settle(node, context)

    def _settle(self, node: Node, context: Context) -> None:
        if context.is_root:
            self.masks[node] = self._mask_of(node)
        self._keep(node, context, settle(self, node, context))

    def _keep(self, node: Node, context: Context, fact: Fact) -> None:
        """Notes a fact, narrowed by what is assumed of the node itself and by what holds everywhere."""
        natural = self.root.facts.get(node)
        if natural is not None and fact != natural:
            both = fact.range and natural.range and fact.range.meet(natural.range)
            fact = Fact(both, fact.fails and natural.fails)
        within = self._within(node, context)
        if within is not None and fact.range is not None:
            met = fact.range.meet(within)
            fact = Fact(met, fact.fails and met is not None)
        if node in context.valid:
            fact = Fact(fact.range, False)
        context.facts[node] = natural if fact == natural else fact

    def _within(self, node: Node, context: Context) -> Interval | None:
        """What is assumed of a node's range."""
        return self.universal.get(node) if context.is_root else context.known.get(node)

    def _mask_of(self, node: Node) -> int:
        mask = 0
        for arg in node.args:
            mask |= self.masks[arg]
        if node.get("window"):
            mask &= self._fixed
        elif (node.op == "const" and not node.type.axes) or (node.args and node.op not in _SOURCES):
            return mask
        own = 1 << self._sources
        self._sources += 1
        if node.op == "param":
            self._fixed |= own
        return mask | own

    def _settle_assumptions(self) -> None:
        """Turns `assume` into ranges that hold at every position of every rollout."""
        for condition in self.spec.assumptions:
            learned = learn(condition, truth(True), self._look(self.root))
            for node, interval in (learned[0] if learned else {}).items():
                if _everywhere(condition, node):
                    known = self.universal.get(node, interval)
                    self.universal[node] = known.meet(interval) or known
        self.root = Context(None, {}, frozenset(), 0)
        self.masks.clear()
        self.forms.clear()
        self.polynomials.clear()
        self.sizes.clear()
        self.carriers.clear()
        self.machines.clear()
        self.payments.clear()
        self._sources = self._fixed = 0


def _everywhere(condition: Node, node: Node) -> bool:
    """Whether what a condition says of a node holds even where the condition has no positions at all."""
    return all(axis in node.type.axes or axis.size for axis in condition.type.axes)


def roots(spec: Spec) -> list[Node]:
    """All nodes that something is said or asked about."""
    found = [output.node for output in spec.outputs.values()]
    found += [node for output in spec.outputs.values() for _, node in output.terms]
    found += [*spec.gates.values(), *spec.assumptions, *spec.names.values()]
    for ensure in spec.ensures:
        found += [node for claim in ensure.claims for node in (claim.node, claim.condition) if node is not None]
        found += [node for node in (ensure.condition, ensure.along) if node is not None]
    found += [expect.node for example in spec.examples for expect in example.expects]
    found += [info.node for info in (*spec.inputs.values(), *spec.params.values())]
    return list(dict.fromkeys(found))
