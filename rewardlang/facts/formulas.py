"""The formulas that a program reads, each with its minimal automaton: what `show --stage automaton` and checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rewardlang.automata.dfa import Dfa
from rewardlang.automata.formula import Formula
from rewardlang.automata.show import as_data, as_dot, as_mermaid, as_text
from rewardlang.automata.translate import TooManyStates, minimal
from rewardlang.ir.formulas import OpenWindow, Reading, formula_of
from rewardlang.ir.node import Node
from rewardlang.ir.spec import FormulaInfo, Spec


@dataclass(eq=False)
class ReadFormula:
    """One formula that is read by `word` (`holds`, `verdict`, `progress`, `automaton`) along an axis.

    `reading` is None, and so is `dfa`, where there is no automaton; `problem` then says why.
    """

    info: FormulaInfo
    reading: Reading | None
    problem: str | None = None

    @property
    def word(self) -> str:
        """What reads it."""
        return self.info.word

    @property
    def formula(self) -> Formula | None:
        """The formula over its atoms' names."""
        return self.reading and self.reading.formula

    @property
    def atoms(self) -> Mapping[str, Node]:
        """The atoms by name."""
        return self.reading.atoms if self.reading else {}

    @cached_property
    def dfa(self) -> Dfa | None:
        """The minimal complete automaton, sinks included, over all atoms and under their laws."""
        if self.reading is None:
            return None
        try:
            return minimal(self.reading.formula, self.reading.laws, tuple(self.reading.atoms))
        except TooManyStates as found:
            self.problem = str(found)
            return None

    @property
    def of(self) -> str:
        """The formula in words."""
        return str(self.formula) if self.reading else " ".join(self.info.span.text.split())

    def as_data(self) -> dict[str, Any]:
        """What JSON shows; `states` is None where there is no automaton."""
        line, _ = self.info.span.source.position(self.info.span.start)
        head = {"word": self.word, "axis": self.info.axis.name, "line": line}
        if self.dfa is None:
            return head | {"of": self.of, "states": None, "problem": self.problem}
        return head | as_data(self.dfa, self.of)

    def drawn(self, form: str) -> str:
        """Drawn as `text`, `dot` or `mermaid`; a remark where there is no automaton."""
        if self.dfa is None:
            remark = f"no automaton of {self.of}: {self.problem}"
            return remark if form == "text" else f"{_REMARK[form]} {remark}"
        return _DRAWN[form](self.dfa, f"{self.word}: {self.of}" if form != "text" else self.of)


_DRAWN = {"text": as_text, "dot": as_dot, "mermaid": as_mermaid}
_REMARK = {"dot": "//", "mermaid": "%%"}


def read_formulas(spec: Spec) -> tuple[ReadFormula, ...]:
    """Every formula that something in the program reads, in the order of the text."""
    infos = sorted(spec.formulas, key=lambda info: (info.span.source is not spec.source, info.span.start))
    return tuple(_read(spec, info) for info in infos)


def _read(spec: Spec, info: FormulaInfo) -> ReadFormula:
    try:
        return ReadFormula(info, formula_of(info.node, info.axis, spec.graph.origins, spec.domains))
    except OpenWindow as found:
        return ReadFormula(info, None, str(found))
