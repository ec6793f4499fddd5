"""Formulas by their automata: where that is less work than the words themselves, one walk gives the truth at every step."""

from collections.abc import Callable, Iterable, Sequence

import torch

from rewardlang.automata.dfa import Dfa
from rewardlang.automata.formula import INFIX, Formula, mirrored, subformulas
from rewardlang.automata.table import Table, table_of
from rewardlang.automata.translate import TooManyStates, at_last, minimal
from rewardlang.ir.formulas import LOGIC, OpenWindow, Reading, formula_of, is_word
from rewardlang.ir.node import Node, consumers
from rewardlang.tensor.blocks import fits_blocks
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.values.axes import Axis

#: An automaton that is larger than this is no gain, and takes long to make.
_STATES = 128
_WORDS = 40
#: Propositions, with one for padding, of which blocks of several steps can be read.
_ATOMS = 5
#: What words without a window cost, in passes over all steps; those with one cost little.
_WORK = dict.fromkeys(("always", "eventually", "historically", "once"), 1) | dict.fromkeys(INFIX, 2)


def whole_formulas(nodes: Sequence[Node], roots: Iterable[Node]) -> frozenset[Node]:
    """The temporal words whose truth at each step is asked for by something else than a word along the same axis."""
    users, roots = consumers(nodes), set(roots)
    asked: dict[Node, set[Axis | None]] = {}  # the axes along which a word asks for a node; None: something else does
    for node in reversed(nodes):
        found = asked.setdefault(node, set())
        for user in users.get(node, ()):
            if user.op in LOGIC:
                found |= asked[user]
            else:
                along = is_word(user, *user["over"]) if len(user.get("over") or ()) == 1 else False
                found.add(user["over"][0] if along or user.op == "opening" else None)
        if node in roots:
            found.add(None)
    return frozenset(node for node, axes in asked.items()
                     if len(node.get("over") or ()) == 1 and is_word(node, *node["over"]) and axes - {node["over"][0]})


class Automata:
    """Emits formulas whose atoms are all valid as walks of their automata."""

    build: Builder
    values: dict[Node, Value]
    domains: dict
    lengths_valid: dict[Axis, Value]
    whole: frozenset[Node]
    _walked: Callable[..., Value]
    _arrived: Callable[..., Value]

    def truth_by_walk(self, node: Node) -> Value | None:
        """The truth at each step of a word that looks only ahead, or only behind; None where words are the better way."""
        if node not in self.whole:
            return None
        found = self._automaton(node, node["over"][0], along=True, least=2)
        if found is None:
            return None
        reading, dfa, table = found
        accepts = [int(accepts) for accepts in dfa.accepting]
        bytes_ = self._walked(node, self._atoms(reading), table, accepts, backward=reading.formula.future)
        return self._as_truth(bytes_)

    def first_by_walk(self, node: Node) -> Value | None:
        """The truth at the first step of a trace, for an `opening` node; some truth where there is no step."""
        formula, axis = node.args[0], node["over"][0]
        found = self._automaton(formula, axis, along=False, least=1)
        if found is None:
            return None
        reading, dfa, table = found
        accepts = [int(accepts) for accepts in dfa.accepting]
        return self._as_truth(self._arrived(formula, axis, self._atoms(reading), table, accepts))

    def _as_truth(self, found: Value) -> Value:
        return Value(self.build.method("view", found.data, torch.bool), found.axes, found.batched, True)

    def _atoms(self, reading: Reading) -> list[Value]:
        return [self.values[atom] for atom in reading.atoms.values()]

    def _automaton(self, node: Node, axis: Axis, along: bool, least: int) -> tuple[Reading, Dfa, Table] | None:
        """The formula and its automaton, where it is small, all atoms are valid, and its words are work enough."""
        if self.lengths_valid.get(axis) is not None:
            return None
        try:
            reading = formula_of(node, axis, {}, self.domains)
            formula = _along(reading.formula) if along else reading.formula
            if formula is None or not self._fits(reading, least):
                return None
            dfa = minimal(formula, reading.laws, tuple(reading.atoms), _STATES)
        except (OpenWindow, TooManyStates):
            return None
        table = table_of(dfa)
        return (reading, dfa, table) if fits_blocks(table) else None

    def _fits(self, reading: Reading, least: int) -> bool:
        atoms = [self.values.get(atom) for atom in reading.atoms.values()]
        words = [each for each in subformulas(reading.formula) if each.temporal]
        work = sum(_WORK.get(each.op, 0) for each in words if each.window is None)
        clear = all(atom is not None and atom.valid is None for atom in atoms)
        return clear and work >= least and 0 < len(atoms) < _ATOMS and len(words) <= _WORDS


def _along(formula: Formula) -> Formula | None:
    """The formula that holds of a trace read up to a step (from the end, if it looks ahead) where `formula` does there."""
    if formula.past and formula.future:
        return None
    return at_last(mirrored(formula) if formula.future else formula)
