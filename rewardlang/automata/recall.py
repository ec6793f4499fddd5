"""What looks back, read along a trace: its truth at each step, with the memory that this takes."""

from collections.abc import Iterable

from rewardlang.automata.formula import PAST, Formula, subformulas

Memory = frozenset[Formula] | None


class Recall:
    """Formulas that look back only, without windows. `start` is the memory before the first step.

    The memory is what held at the step before: the operands of `previous`, and the formulas that are about a stretch of steps.
    """

    start: Memory = None

    def __init__(self, formulas: Iterable[Formula]):
        wanted = tuple(formulas)
        self.parts = list(dict.fromkeys(part for formula in wanted for part in subformulas(formula)))
        self.wanted = frozenset(wanted)
        self.kept = frozenset(arg for part in self.parts if part.op in PAST
                              for arg in (part.args if part.op.endswith("previous") else (part,)))

    def step(self, memory: Memory, letter: frozenset[str]) -> tuple[frozenset, Memory]:
        """The letter with what looks back and holds now, and the memory after it."""
        if not self.parts:
            return letter, memory
        holds: set[Formula] = set()
        for part in self.parts:  # operands first
            if _holds(part, holds, memory, letter):
                holds.add(part)
        return letter | (holds & self.wanted), frozenset(holds & self.kept)


def _holds(part: Formula, now: set[Formula], memory: Memory, letter: frozenset[str]) -> bool:
    op, args = part.op, [arg in now for arg in part.args]
    if op == "atom":
        return part.name in letter
    if op in ("true", "false", "not", "and", "or", "implies", "iff"):
        return {"true": True, "false": False, "not": not any(args), "and": all(args), "or": any(args),
                "implies": not args[0] or args[1] if len(args) == 2 else False, "iff": len(set(args)) == 1}[op]
    if op.endswith("previous"):
        return op == "weak_previous" if memory is None else part.args[0] in memory
    before = op in ("historically", "triggers") if memory is None else part in memory
    if op in ("once", "historically"):
        return args[0] or before if op == "once" else args[0] and before
    p, q = args
    return q or (p and before) if op == "since" else q and (p or before)
