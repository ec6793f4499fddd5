"""What can be said of a formula before any data: contradictions, idle parts, and horizons too short, each with a trace."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa, Witness
from rewardlang.automata.formula import FALSE, TRUE, Formula, atom, conjunction, make, mirrored, subformulas, with_args
from rewardlang.automata.translate import STATES, TooManyStates, translate

_MOST_TRIALS = 64   # parts that `vacuous` tries to do without
_MOST_WORK = 1_500  # the same, times the states of the automaton that each trial is held against
_HERE = "·"         # the proposition that marks the step at which a formula is read; no text of a program has this name

Path = tuple[int, ...]


@dataclass(frozen=True)
class Finding:
    """What is wrong (`what`), in which part of the formula, and a trace that shows it (None where none could exist).

    what            part, and the witness
    unsatisfiable   the formula; a shortest trace of one step or more, which it rejects as it does all
    tautology       the formula; a shortest trace of one step or more, which it accepts as it does all
    vacuous         a part that can be replaced by `constant`; `literals` in it are idle alone; a shortest accepted trace
    horizon         the formula; a shortest accepted trace, `steps` long
    window          a part whose window ends `steps` steps away; a trace as long as the horizon

    `path` leads from the formula to the part, by the places among operands.
    """

    what: str
    part: Formula
    witness: Witness | None
    constant: Formula | None = None
    literals: tuple[Formula, ...] = ()
    steps: int | None = None
    path: Path = ()


def check(formula: Formula, laws: Sequence[Formula] = (), horizon: int | None = None, states: int = STATES) -> list[Finding]:
    """Every finding about a formula over traces of at least one step, and of at most `horizon` steps where that is known.

    The formula is read at the first step. TooManyStates: its automaton is too large to say. Parts that are too large
    alone are passed over.
    """
    dfa = translate(formula, laws=laws, states=states)
    found = _constant(formula, dfa) or [*_horizon(formula, dfa, horizon), *vacuous(formula, dfa, states)]
    return found + windows(formula, dfa.alphabet, horizon)


def check_at_each(formula: Formula, laws: Sequence[Formula] = (), horizon: int | None = None,
                  states: int = STATES) -> list[Finding]:
    """The same about a formula that is read at every step: `unsatisfiable` is one that holds at none, and so on.

    What lies ahead of a step is a trace by itself, and so is what lies behind it, read from its end: only a formula that
    looks both ways needs a mark at the step that is read, and its witness has that step somewhere in it.
    """
    if not formula.past:
        return check(formula, laws, horizon, states)
    if not formula.future:
        return [_turned(each) for each in check(mirrored(formula), laws, horizon, states)]
    dfa = translate(make("eventually", formula), laws=laws, states=states)
    found = [each for each in _constant(formula, dfa) if each.what == "unsatisfiable"]
    always = translate(make("always", formula), laws=laws, states=states)
    found = found or [each for each in _constant(formula, always) if each.what == "tautology"]
    if not found:
        found = [*_horizon(formula, dfa, horizon)]
        marked = make("always", make("implies", atom(_HERE), formula))
        idle_parts = vacuous(marked, translate(marked, laws=laws, states=states), states, inside=(0, 1))
        found += [replace(each, witness=dfa.shortest(True, nonempty=True)) for each in idle_parts]
    return found + windows(formula, dfa.alphabet, horizon)


def _turned(finding: Finding) -> Finding:
    """A finding about a formula of the reversed trace, said of the trace."""
    return replace(finding, part=mirrored(finding.part), literals=tuple(map(mirrored, finding.literals)),
                   witness=finding.witness and finding.witness[::-1])


def conflict(formula: Formula, laws: Sequence[Formula] = (), at_each: bool = False, states: int = STATES) -> tuple[Formula, ...]:
    """Of a conjunction that never holds, operands that exclude one another, none of them idle; of another the formula alone."""
    if formula.op != "and" or len(formula.args) > _MOST_TRIALS:
        return (formula,)
    needed = list(formula.args)
    for each in formula.args:
        rest = conjunction(other for other in needed if other is not each)
        whole = rest if not at_each else make("eventually", rest) if rest.future else mirrored(rest)
        try:
            impossible = translate(whole, laws=laws, states=states).shortest(nonempty=True) is None
        except TooManyStates:
            impossible = False
        if impossible:
            needed.remove(each)
    return tuple(needed)


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


def windows(formula: Formula, alphabet: Alphabet, horizon: int | None) -> list[Finding]:
    """Windows that end beyond the last step even when counted from the first; no automaton is needed to see them."""
    if horizon is None:
        return []
    calm = (alphabet.nearest(()),) * min(horizon, 1_000)
    return [Finding("window", each, calm, steps=each.window[1])
            for each in subformulas(formula) if each.window is not None and each.window[1] > horizon - 1]


def vacuous(formula: Formula, dfa: Dfa, states: int = STATES, inside: Path = ()) -> list[Finding]:
    """The largest parts of a formula (with automaton `dfa`) that can be replaced by true or false with no trace noticing.

    Of those strictly inside the part at `inside`, to which the findings' paths are relative.
    """
    witness = dfa.shortest(True, nonempty=True)
    states = min(states, 20 * len(dfa) + 1_000)  # a part that changes nothing leaves the automaton as large as it was
    return [Finding("vacuous", part, witness, constant, _idle_literals(formula, path, part, dfa, states),
                    path=path[len(inside):]) for path, part, constant in _idle_parts(formula, dfa, states, inside)]


def part_at(formula: Formula, path: Path) -> Formula:
    """The part of a formula that a path leads to."""
    for n in path:
        formula = formula.args[n]
    return formula


def _idle_parts(formula: Formula, dfa: Dfa, states: int, inside: Path) -> Iterator[tuple[Path, Formula, Formula]]:
    queue = [((*inside, n), arg) for n, arg in enumerate(part_at(formula, inside).args)]
    trials = min(_MOST_TRIALS, _MOST_WORK // len(dfa))
    for path, part in queue:  # grows while it is walked
        if part is TRUE or part is FALSE:
            continue
        trials -= 1
        if trials < 0:
            return
        constant = idle(formula, path, dfa, states)
        if constant is not None:
            yield path, part, constant
        else:
            queue += [((*path, n), arg) for n, arg in enumerate(part.args)]


def idle(formula: Formula, path: Path, dfa: Dfa, states: int) -> Formula | None:
    """The constant that can stand at a place of the formula, if one can; `dfa` is the formula's automaton."""
    for constant in (TRUE, FALSE):
        changed = replaced(formula, path, constant)
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
        if inner not in found and idle(formula, place, dfa, states) is not None:
            found[inner] = None
    return tuple(found)


def replaced(formula: Formula, path: Path, part: Formula) -> Formula:
    """The formula with another part at a place."""
    chain = [formula]
    for n in path[:-1]:
        chain.append(chain[-1].args[n])
    for n, around in zip(reversed(path), reversed(chain)):
        part = with_args(around, (*around.args[:n], part, *around.args[n + 1:]))
    return part
