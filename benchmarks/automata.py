"""Formula → minimal automaton, in process, against MONA as a process, on families that grow with n."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

from benchmarks.report import Figure
from rewardlang.automata.formula import Formula, atom, atoms, conjunction, disjunction, make, negation
from rewardlang.automata.translate import translate

SIZES = (2, 4, 6, 8)
HARD = ("chain_response", "exactly_once", "until_nest")  # up to twice MONA's time is promised from n = 6 on
LONGEST = 60  # seconds after which MONA is stopped


def _a(n: int) -> Formula:
    return atom(f"a{n}")


def _b(n: int) -> Formula:
    return atom(f"b{n}")


def _each(n: int, part: Callable[[int], Formula]) -> Formula:
    return conjunction(part(k) for k in range(n))


def _response(p: Formula, q: Formula) -> Formula:
    return make("always", make("implies", p, make("eventually", q)))


def _precedence(first: Formula, then: Formula) -> Formula:
    return make("weak_until", negation(then), first)


def _exactly_once(p: Formula) -> Formula:
    never_again = make("weak_next", make("always", negation(p)))
    return conjunction([make("eventually", p), make("always", make("implies", p, never_again))])


def _sequence(steps: list[Formula]) -> Formula:
    found = make("eventually", steps[-1])
    for step in reversed(steps[:-1]):
        found = make("eventually", conjunction([step, make("next", found)]))
    return found


def _until_nest(n: int) -> Formula:
    found = _a(n)
    for k in reversed(range(n)):
        found = make("until", _a(k), found)
    return found


def _memory(n: int) -> Formula:
    found = atom("b")
    for _ in range(n):
        found = make("next", found)
    return make("eventually", conjunction([atom("a"), found]))


def _declare_mix(n: int) -> Formula:
    both = make("iff", make("eventually", _a(0)), make("eventually", _b(0)))
    return conjunction([both, *(conjunction([_response(_a(k), _b(k)), _precedence(_a(k), _b(k))]) for k in range(1, n))])


# Each family, and the states of its minimal automaton as they grow with n.
FAMILIES: dict[str, tuple[Callable[[int], Formula], Callable[[int], int]]] = {
    "all_eventually": (lambda n: _each(n, lambda k: make("eventually", _a(k))), lambda n: 2**n),
    "sequence": (lambda n: _sequence([_a(k) for k in range(n)]), lambda n: n + 1),
    "response_all": (lambda n: _each(n, lambda k: _response(_a(k), _b(k))), lambda n: 2**n),
    "chain_response": (lambda n: _each(n, lambda k: make("always", make("implies", _a(k), make("next", _a(k + 1))))),
                       lambda n: 2**n + 1),
    "pairs_response": (lambda n: _each(n, lambda k: make("always", make("implies", _a(k), make("next", _b(k))))),
                       lambda n: 2**n + 1),
    "precedence_chain": (lambda n: _each(n, lambda k: _precedence(_a(k), _a(k + 1))), lambda n: n + 2),
    "until_nest": (_until_nest, lambda n: n + 2),
    "memory": (_memory, lambda n: 2**n + 1),
    "exactly_once": (lambda n: _each(n, lambda k: _exactly_once(_a(k))), lambda n: 2**n + 1),
    "count": (lambda n: _sequence([atom("a")] * n), lambda n: n + 1),
    "declare_mix": (_declare_mix, lambda n: 4 * 3**(n - 1) + 1),
}


# --- MONA ------------------------------------------------------------------------------------------------------------

class _Encoding:
    """A formula without past and windows in MONA's first-order logic over strings."""

    def __init__(self):
        self.variables = 0

    def program(self, formula: Formula) -> str:
        """The whole file: an atom is the set of steps at which it is true."""
        names = ", ".join(name.upper() for name in atoms(formula))
        return f"m2l-str;\nvar2 {names};\n{self.at(formula, '0')};\n"

    def at(self, formula: Formula, step: str) -> str:
        """The formula at a step."""
        op, args = formula.op, formula.args
        if op == "atom":
            return f"({step} in {formula.name.upper()})"
        if op == "weak_until":
            return self.at(disjunction([make("until", *args), make("always", args[0])]), step)
        if op in _JUNCTIONS:
            return f"({_JUNCTIONS[op].join(self.at(arg, step) for arg in args)})"
        if op == "not":
            return f"~{self.at(args[0], step)}"
        self.variables += 1
        later = f"v{self.variables}"
        there = self.at(args[-1], later)
        if op == "next":
            return f"(ex1 {later}: {step} < max($) & {later} = {step} + 1 & {there})"
        if op == "weak_next":
            return f"({step} < max($) => (ex1 {later}: {later} = {step} + 1 & {there}))"
        if op == "always":
            return f"(all1 {later}: ({step} <= {later} & {later} <= max($)) => {there})"
        if op == "eventually":
            return f"(ex1 {later}: {step} <= {later} & {later} <= max($) & {there})"
        self.variables += 1
        between = f"v{self.variables}"
        before = f"(all1 {between}: ({step} <= {between} & {between} < {later}) => {self.at(args[0], between)})"
        return f"(ex1 {later}: {step} <= {later} & {later} <= max($) & {there} & {before})"


_JUNCTIONS = {"and": " & ", "or": " | ", "implies": " => ", "iff": " <=> "}


def _mona(program: str, path: str) -> Callable[[], bool]:
    """A whole process of MONA that prints the automaton; whether it came to an end before it was stopped."""
    def run() -> bool:
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        # Waiting with a timeout sleeps in growing naps, which would be charged to MONA: a timer ends it instead.
        process = subprocess.Popen(["mona", "-q", "-u", "-w", path], stdout=subprocess.DEVNULL)
        watch = threading.Timer(LONGEST, process.kill)
        watch.start()
        process.wait()
        watch.cancel()
        return process.returncode == 0
    return run


def _in_turns(calls: list[Callable[[], object]]) -> list[float]:
    """Seconds of the fastest call of each side; the sides take turns, ten each, or one where a round takes long."""
    best = [float("inf")] * len(calls)
    for _ in range(10):
        for n, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[n] = min(best[n], time.perf_counter() - start)
        if sum(best) > 0.1:
            break
    return best


def figures() -> Iterator[Figure]:
    """Our time over MONA's for each family and size; our time alone where MONA is absent."""
    mona = shutil.which("mona") is not None
    for family, (formula_of, states_of) in FAMILIES.items():
        for n in SIZES:
            formula, expected = formula_of(n), states_of(n)
            assert len(translate(formula)) == expected, (family, n)
            calls: list[Callable[[], object]] = [lambda formula=formula: translate(formula)]
            with tempfile.TemporaryDirectory() as folder:
                if mona:
                    calls.append(_mona(_Encoding().program(formula), os.path.join(folder, "formula.mona")))
                ours, *theirs = _in_turns(calls)
            name = f"{family} n = {n}: automaton of {expected} states"
            if mona:
                limit = 2.0 if family in HARD and n >= 6 else 1.0
                detail = f"{ours * 1e3:.2f} ms / {theirs[0] * 1e3:.1f} ms"
                yield Figure(f"{name} / mona as a process ({detail})", ours / theirs[0], limit)
            else:
                yield Figure(f"{name}; mona is absent here, so no ratio", ours * 1e3, 5_000, "ms")
