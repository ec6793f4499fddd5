"""The letters of an automaton: its atoms in order, and the laws that no letter breaks."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice, opposite
from rewardlang.automata.formula import Formula, atom, atoms, conjunction, disjunction, make, negation, subformulas


@dataclass(frozen=True)
class Alphabet:
    """`atoms` from the root of every diagram downwards; `laws` are formulas without temporal operators.

    Laws may speak of further atoms: those are taken to have some values with which the laws hold. ValueError: a temporal
    law, a repeated atom, or laws that leave no letter at all.
    """

    atoms: tuple[str, ...]
    laws: tuple[Formula, ...] = ()

    def __post_init__(self):
        if len(set(self.atoms)) < len(self.atoms):
            raise ValueError(f"an atom is named twice in {self.atoms}")
        for law in self.laws:
            if law.temporal:
                raise ValueError(f"a law of letters cannot be temporal: {law}")
        if self.legal[1] == FALSE:
            raise ValueError("the laws leave no letter: " + "; ".join(map(str, self.laws)))

    @cached_property
    def legal(self) -> tuple[Diagrams, int]:
        """A store and the diagram in it that is true on exactly the letters that break no law."""
        spoken = {name for law in self.laws for name in atoms(law)}
        order = self.atoms + tuple(sorted(spoken - set(self.atoms)))
        store = Diagrams()
        literals = {name: store.node(level, FALSE, TRUE) for level, name in enumerate(order)}
        root, both = TRUE, store.junction(FALSE, TRUE)
        for law in self.laws:
            root = both(root, proposition(law, store, literals.__getitem__))
        return store, _without_below(store, root, len(self.atoms), {})

    def literals(self, store: Diagrams) -> dict[str, int]:
        """Each atom's diagram in a store; functions built from these that agree on all legal letters are one node."""
        source, root = self.legal
        care = copied(source, root, store, {})
        return {name: narrowed(store, store.node(level, FALSE, TRUE), care, {}) for level, name in enumerate(self.atoms)}

    def nearest(self, letter: Collection[str]) -> frozenset[str]:
        """The letter itself if it breaks no law, else the legal one that automata take in its place."""
        store, root = self.legal
        found = set()
        for level, name in enumerate(self.atoms):
            wanted = name in letter
            if store.top(root) == level:
                low, high = store.low[root], store.high[root]
                wanted = wanted if (high if wanted else low) != FALSE else not wanted
                root = high if wanted else low
            if wanted:
                found.add(name)
        return frozenset(found)

    def joined(self, other: "Alphabet") -> "Alphabet":
        """The atoms and laws of both, this one's first."""
        if other == self:
            return self
        return Alphabet(tuple(dict.fromkeys(self.atoms + other.atoms)), tuple(dict.fromkeys(self.laws + other.laws)))


def proposition(formula: Formula, store: Diagrams, literal: Callable[[str], int]) -> int:
    """The diagram of a formula without temporal operators."""
    both, either, memo_iff, memo_not = store.junction(FALSE, TRUE), store.junction(TRUE, FALSE), {}, {}
    done: dict[Formula, int] = {}
    for each in subformulas(formula):
        args = [done[arg] for arg in each.args]
        if each.op == "atom":
            result = literal(each.name)
        elif each.op in ("true", "false"):
            result = TRUE if each.op == "true" else FALSE
        elif each.op == "iff":
            result = store.chosen(args[0], args[1], store.mapped(args[1], opposite, memo_not), boolean_choice, memo_iff)
        else:
            if each.op in ("not", "implies"):
                args[0] = store.mapped(args[0], opposite, memo_not)
            result = reduce(both if each.op == "and" else either, args)
        done[each] = result
    return done[formula]


def narrowed(store: Diagrams, f: int, care: int, memo: dict[tuple[int, int], int]) -> int:
    """The one diagram that stands for all functions equal to `f` wherever `care`, not false everywhere, is true.

    It gives each other letter the value of a legal letter near it, so operations on narrowed diagrams are narrowed.
    """
    if f < 0 or care == TRUE:
        return f
    key = (f, care)
    found = memo.get(key)
    if found is None:
        level = min(store.top(f), store.top(care))
        lows, highs = zip(store.parts(f, level), store.parts(care, level))
        if lows[1] == FALSE:
            found = narrowed(store, *highs, memo)
        elif highs[1] == FALSE:
            found = narrowed(store, *lows, memo)
        else:
            found = store.node(level, narrowed(store, *lows, memo), narrowed(store, *highs, memo))
        memo[key] = found
    return found


def copied(source: Diagrams, root: int, target: Diagrams, memo: dict[int, int]) -> int:
    """The same diagram in another store."""
    if root < 0:
        return root
    if root not in memo:
        low, high = source.low[root], source.high[root]
        memo[root] = target.node(source.level[root], copied(source, low, target, memo), copied(source, high, target, memo))
    return memo[root]


def _without_below(store: Diagrams, root: int, level: int, memo: dict[int, int]) -> int:
    """True where the atoms from `level` on can be given values that make the diagram true."""
    if root < 0:
        return root
    if store.level[root] >= level:
        return TRUE
    if root not in memo:
        memo[root] = store.node(store.level[root], _without_below(store, store.low[root], level, memo),
                                _without_below(store, store.high[root], level, memo))
    return memo[root]


# --- laws ------------------------------------------------------------------------------------------------------------

def at_most_one(names: Sequence[str]) -> Formula:
    """The law of atoms that exclude one another."""
    literals = [atom(name) for name in names]
    return conjunction(make("implies", each, negation(disjunction(literals[n:]))) for n, each in enumerate(literals[:-1], 1))


def exactly_one(names: Sequence[str]) -> Formula:
    """The law of an enum's labels: one holds, and no other."""
    return conjunction([at_most_one(names), disjunction(map(atom, names))])


def thresholds(comparisons: dict[str, tuple[str, float]], missing: bool = False) -> Formula:
    """The law of comparisons of one signal with constants: the truth values that some number gives them together.

    Each atom's name is mapped to its sign (`>=`, `>`, `<=`, `<`, `==`, `!=`) and constant; with `missing`, all of them
    may also be false at once, as for a value that is not a number.
    """
    constants = sorted({constant for _, constant in comparisons.values()})
    between = [(low + high) / 2 for low, high in zip(constants, constants[1:])]
    samples = [*constants, *between, constants[0] - abs(constants[0]) - 1, constants[-1] + abs(constants[-1]) + 1]
    return compared(comparisons, samples, set() if missing else None)


def compared(comparisons: Mapping[str, tuple[str, object]], samples: Iterable, missing: Collection[str] | None = None) -> Formula:
    """The law of comparisons of one value that is one of `samples`: what each makes of the comparisons, of all together.

    `missing`, if not None, are the comparisons that hold where there is no value.
    """
    cases = [{name for name, (sign, constant) in comparisons.items() if _SIGNS[sign](x, constant)} for x in samples]
    if missing is not None:
        cases.append(set(missing))
    return disjunction(conjunction(atom(name) if name in case else negation(atom(name)) for name in comparisons)
                       for case in cases)


_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda x, c: x >= c, ">": lambda x, c: x > c, "<=": lambda x, c: x <= c,
    "<": lambda x, c: x < c, "==": lambda x, c: x == c, "!=": lambda x, c: x != c,
}
