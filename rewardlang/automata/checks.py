"""What can be said of a formula before any data: contradictions, idle parts, and horizons too short, each with a trace."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa, Witness
from rewardlang.automata.formula import FALSE, TRUE, Formula, subformulas, with_args
from rewardlang.automata.translate import STATES, TooManyStates, translate

_MOST_TRIALS = 64  # parts that `vacuous` tries to do without


@dataclass(frozen=True)
class Finding:
    """What is wrong (`what`), in which part of the formula, and a trace that shows it (None where none could exist).

    what            part, and the witness
    unsatisfiable   the formula; a shortest trace of one step or more, which it rejects as it does all
    tautology       the formula; a shortest trace of one step or more, which it accepts as it does all
    vacuous         a part that can be replaced by `constant`; `literals` in it are idle alone; a shortest accepted trace
    horizon         the formula; a shortest accepted trace, `steps` long
    window          a part whose window ends `steps` steps away; a trace as long as the horizon
    """

    what: str
    part: Formula
    witness: Witness | None
    constant: Formula | None = None
    literals: tuple[Formula, ...] = ()
    steps: int | None = None


def check(formula: Formula, laws: Sequence[Formula] = (), horizon: int | None = None, states: int = STATES) -> list[Finding]:
    """Every finding about a formula over traces of at least one step, and of at most `horizon` steps where that is known.

    TooManyStates: its automaton is too large to say. Parts that are too large alone are passed over.
    """
    dfa = translate(formula, laws=laws, states=states)
    found = _constant(formula, dfa) or [*_horizon(formula, dfa, horizon), *vacuous(formula, dfa, states)]
    return found + list(_windows(formula, dfa, horizon))


def shortest_length(dfa: Dfa) -> float:
    """The fewest steps, at least one, of an accepted trace; inf where there is none."""
    return min((dfa.distances[state] + 1 for state in dfa.successors[dfa.initial]), default=math.inf)


def _constant(formula: Formula, dfa: Dfa) -> list[Finding]:
    accepted, rejected = dfa.shortest(True, nonempty=True), dfa.shortest(False, nonempty=True)
    if accepted is None:
        return [Finding("unsatisfiable", formula, rejected)]
    if rejected is None:
        return [Finding("tautology", formula, accepted)]
    return []


def _horizon(formula: Formula, dfa: Dfa, horizon: int | None) -> Iterator[Finding]:
    accepted = dfa.shortest(True, nonempty=True)
    if horizon is not None and accepted is not None and len(accepted) > horizon:
        yield Finding("horizon", formula, accepted, steps=len(accepted))


def _windows(formula: Formula, dfa: Dfa, horizon: int | None) -> Iterator[Finding]:
    """Windows that end beyond the last step even when counted from the first."""
    if horizon is None:
        return
    calm = dfa.alphabet.nearest(())
    for each in subformulas(formula):
        if each.window is not None and each.window[1] > horizon - 1:
            yield Finding("window", each, (calm,) * min(horizon, 1_000), steps=each.window[1])


def vacuous(formula: Formula, dfa: Dfa, states: int = STATES) -> list[Finding]:
    """The largest parts of a formula (with automaton `dfa`) that can be replaced by true or false with no trace noticing."""
    witness = dfa.shortest(True, nonempty=True)
    states = min(states, 20 * len(dfa) + 1_000)  # a part that changes nothing leaves the automaton as large as it was
    return [Finding("vacuous", part, witness, constant, _idle_literals(formula, path, part, dfa, states))
            for path, part, constant in _idle_parts(formula, dfa, states)]


Path = tuple[int, ...]


def _idle_parts(formula: Formula, dfa: Dfa, states: int) -> Iterator[tuple[Path, Formula, Formula]]:
    queue: list[tuple[Path, Formula]] = [((n,), arg) for n, arg in enumerate(formula.args)]
    trials = 0
    for path, part in queue:  # grows while it is walked
        if part is TRUE or part is FALSE:
            continue
        trials += 1
        if trials > _MOST_TRIALS:
            return
        constant = _idle(formula, path, dfa, states)
        if constant is not None:
            yield path, part, constant
        else:
            queue += [((*path, n), arg) for n, arg in enumerate(part.args)]


def _idle(formula: Formula, path: Path, dfa: Dfa, states: int) -> Formula | None:
    """The constant that can stand at a place of the formula, if one can."""
    for constant in (TRUE, FALSE):
        changed = _replaced(formula, path, constant)
        try:
            same = changed is formula or _same(dfa, changed, states)
        except TooManyStates:
            same = False
        if same:
            return constant
    return None


def _same(dfa: Dfa, changed: Formula, states: int) -> bool:
    """Whether a formula accepts what the automaton does, on traces of at least one step."""
    other = translate(changed, Alphabet(dfa.atoms, dfa.alphabet.laws), states=states)
    return dfa.difference(other, nonempty=True) is None


def _idle_literals(formula: Formula, path: Path, part: Formula, dfa: Dfa, states: int) -> tuple[Formula, ...]:
    """The literals inside an idle part that are idle on their own, from left to right."""
    found: dict[Formula, None] = {}
    stack, trials = [(path, part)], 0
    while stack and trials < _MOST_TRIALS:
        place, inner = stack.pop()
        if inner.op != "atom" and not (inner.op == "not" and inner.args[0].op == "atom"):
            stack += [((*place, n), arg) for n, arg in reversed(list(enumerate(inner.args)))]
            continue
        trials += 1
        if inner not in found and _idle(formula, place, dfa, states) is not None:
            found[inner] = None
    return tuple(found)


def _replaced(formula: Formula, path: Path, part: Formula) -> Formula:
    """The formula with another part at a place."""
    chain = [formula]
    for n in path[:-1]:
        chain.append(chain[-1].args[n])
    for n, around in zip(reversed(path), reversed(chain)):
        part = with_args(around, (*around.args[:n], part, *around.args[n + 1:]))
    return part
