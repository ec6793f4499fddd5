"""Automata of infinite traces: the same truths as the definition gives on traces that end in a loop, and known places."""

import random

import pytest

from rewardlang.automata.formula import FALSE, TRUE, atom, conjunction, disjunction, make, negation
from rewardlang.automata.infinite import NoOmega, hierarchy, omega
from rewardlang.automata.omega import Omega

P, Q = map(atom, "pq")
LETTERS = [frozenset(), frozenset("p"), frozenset("q"), frozenset("pq")]
ONE = "not next always eventually previous weak_previous once historically".split()
BACK = "previous weak_previous once historically since triggers not and or".split()
WORDS = "not and or implies iff next always eventually until weak_until release strong_release past".split()
DUALS = {"always": "eventually", "release": "until", "historically": "once", "triggers": "since"}


def always(f):
    return make("always", f)


def eventually(f):
    return make("eventually", f)


class Lasso:
    """A stem, then a loop for ever; the loop is written out a few times, so that the last two copies have one past."""

    def __init__(self, stem, loop, repeats=6):
        self.word = [*stem, *(letter for _ in range(repeats) for letter in loop)]
        self.size = len(self.word)
        self.after = [*range(1, self.size), self.size - len(loop)]

    def ahead(self, i, walk, goal, window):
        low, high = window or (0, 3 * self.size)
        for distance in range(high + 1):
            if distance >= low and goal[i]:
                return True
            if not walk[i]:
                return False
            i = self.after[i]
        return False

    def behind(self, i, walk, goal, window):
        low, high = window or (0, i)
        for distance in range(min(high, i) + 1):
            if distance >= low and goal[i - distance]:
                return True
            if not walk[i - distance]:
                return False
        return False

    def of(self, f):
        """The truth at each position, by definition."""
        op, args, steps = f.op, [self.of(arg) for arg in f.args], range(self.size)
        if op == "atom":
            return [f.name in letter for letter in self.word]
        if op in ("true", "false"):
            return [op == "true" for _ in steps]
        if op in ("not", "and", "or", "implies", "iff"):
            logic = {"not": lambda x: not x, "implies": lambda x, y: not x or y, "iff": lambda x, y: x == y}
            plain = logic.get(op) or (lambda *values: (all if op == "and" else any)(values))
            return [plain(*values) for values in zip(*args)]
        if op in ("next", "weak_next"):
            return [args[0][self.after[i]] for i in steps]
        if op in ("previous", "weak_previous"):
            return [args[0][i - 1] if i else op == "weak_previous" for i in steps]
        return self.stretch(f, op, args, [True for _ in steps])

    def stretch(self, f, op, args, yes):
        if op in DUALS:
            return [not x for x in self.stretch(f, DUALS[op], [[not x for x in arg] for arg in args], yes)]
        if op == "weak_until":
            ways = zip(self.stretch(f, "until", args, yes), self.stretch(f, "always", args[:1], yes))
            return [either or other for either, other in ways]
        if op == "strong_release":
            args, op = [args[1], [x and y for x, y in zip(*args)]], "until"
        walk, goal = args if len(args) == 2 else (yes, args[0])
        look = self.ahead if op in ("eventually", "until") else self.behind
        return [look(i, walk, goal, f.window) for i in range(self.size)]


def drawn(draw, depth, back=False):
    """A random formula; what looks back looks back only."""
    if depth == 0:
        return draw.choice([P, Q, negation(P), negation(Q)])
    op = draw.choice(BACK if back else WORDS)
    if op == "past":
        op, back = draw.choice(BACK), True
    window = None
    if op in "always eventually until weak_until release strong_release once since historically".split() and draw.random() < 0.2:
        low = draw.randrange(2)
        window = (low, low + draw.randrange(3))
    return make(op, *(drawn(draw, depth - 1, back) for _ in range(1 if op in ONE else 2)), window=window)


@pytest.mark.parametrize("seed", range(150))
def test_an_automaton_tells_the_truth_on_traces_that_end_in_a_loop(seed):
    draw = random.Random(seed)
    formula = drawn(draw, draw.choice([2, 2, 3]))
    try:
        automaton = omega(formula)
    except NoOmega:
        pytest.skip("too large")
    for _ in range(25):
        stem = [draw.choice(LETTERS) & set(automaton.atoms) for _ in range(draw.randrange(4))]
        loop = [draw.choice(LETTERS) & set(automaton.atoms) for _ in range(draw.randrange(1, 4))]
        assert automaton.accepts(stem, loop) == Lasso(stem, loop).of(formula)[0], (str(formula), stem, loop)


KNOWN = [
    (always(P), "safety"), (eventually(P), "co_safety"), (make("next", P), "both"), (P, "both"),
    (make("until", P, Q), "co_safety"), (make("weak_until", P, Q), "safety"), (make("release", P, Q), "safety"),
    (disjunction([always(P), eventually(Q)]), "obligation"), (conjunction([always(P), eventually(Q)]), "obligation"),
    (always(eventually(P)), "recurrence"), (eventually(always(P)), "persistence"),
    (always(make("implies", P, eventually(Q))), "recurrence"),
    (make("implies", always(eventually(P)), always(eventually(Q))), "general"),
    (disjunction([always(eventually(P)), eventually(always(Q))]), "general"),
    (conjunction([always(eventually(P)), always(eventually(Q))]), "recurrence"),
    (conjunction([eventually(always(P)), eventually(always(Q))]), "persistence"),
    (disjunction([eventually(always(P)), eventually(always(Q))]), "persistence"),
    (conjunction([always(eventually(P)), always(negation(Q))]), "recurrence"),
    (always(make("implies", P, make("eventually", Q, window=(0, 3)))), "safety"),
    (always(make("implies", P, make("once", Q))), "safety"), (eventually(make("historically", P)), "both"),
    (eventually(make("since", P, Q)), "co_safety"), (always(eventually(make("since", P, Q))), "recurrence"),
    (eventually(conjunction([P, make("next", eventually(Q))])), "co_safety"),
    (always(disjunction([P, always(Q)])), "safety"),                       # nested, and still a safety property
    (eventually(conjunction([P, always(Q)])), "persistence"),
    (always(eventually(always(eventually(P)))), "recurrence"),             # many words for infinitely often
    (conjunction([eventually(always(P)), always(eventually(P))]), "persistence"),
    (disjunction([always(P), eventually(negation(P))]), "both"),           # it always holds
    (conjunction([always(P), eventually(negation(P))]), "both"),           # it never holds
    (make("iff", always(eventually(P)), eventually(always(Q))), "general"),
    (TRUE, "both"), (FALSE, "both"),
]


@pytest.mark.parametrize(("formula", "place"), KNOWN, ids=[str(case[0]) for case in KNOWN])
def test_the_place_of_a_formula_in_the_hierarchy(formula, place):
    assert hierarchy(formula).name == place


@pytest.mark.parametrize(("formula", "place"), KNOWN, ids=[str(case[0]) for case in KNOWN])
def test_what_a_formula_denies_stands_in_the_dual_place(formula, place):
    dual = {"safety": "co_safety", "co_safety": "safety", "recurrence": "persistence", "persistence": "recurrence"}
    assert hierarchy(negation(formula)).name == dual.get(place, place)


def test_laws_of_the_letters_count():
    excluded = (negation(conjunction([P, Q])),)
    formula = always(disjunction([P, eventually(conjunction([P, Q]))]))
    assert hierarchy(formula).name == "recurrence" and hierarchy(formula, excluded).name == "safety"


def test_what_is_too_much_is_none_and_no_guess():
    deep = P
    for n in range(9):
        deep = always(make("until", deep, atom(f"x{n % 3}")))
    assert hierarchy(deep).name is None and "nests too many" in hierarchy(deep).unknown
    assert hierarchy(make("once", eventually(P))).name is None and hierarchy(make("once", eventually(P))).unknown


def test_the_hierarchy_is_that_of_the_language_and_not_of_its_marks():
    """The same language, GF p, by a Streett acceptance with an idle mark on the loops."""
    letters = (frozenset(), frozenset("p"))
    moves = (((0, frozenset({1})), (0, frozenset({0, 1}))),)
    acceptance = ("and", ("inf", 0), ("or", ("fin", 1), ("inf", 0)))
    assert Omega(("p",), letters, moves, acceptance).hierarchy() == "recurrence"


def test_seven_propositions_are_placed_and_a_window_that_is_too_wide_says_so():
    many = [eventually(atom(f"a{number}")) for number in range(7)]
    assert hierarchy(conjunction(many)) == ("co_safety", None)
    wide = always(make("implies", P, make("eventually", Q, window=(0, 40))))
    assert hierarchy(wide).name is None and "states" in hierarchy(wide).unknown
