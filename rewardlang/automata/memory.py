"""What past operators remember from one step to the next: which cells there are, and which a formula still asks."""

from dataclasses import dataclass

from rewardlang.automata.diagram import FALSE, Full
from rewardlang.automata.elementary import reaching, sooner
from rewardlang.automata.obligations import ATOM, FOREVER, NEXT, PREVIOUS, SINCE, UNTIL, Obligations, Variable

_MOST_CELLS = 1_000


@dataclass
class Cell:
    """The value of `node` at the step before, kept as its node + 2; or, with a `bound`, an age.

    The age is how many steps ago `q` last held with `p` at every step after it; `bound` stands for that or more. One age
    serves every window [0, b] with b <= bound - 1 over the same `p` and `q`, where the future enters neither.
    """

    node: int = FALSE
    p: int = FALSE
    q: int = FALSE
    bound: int | None = None


class Memory:
    """The cells of one formula. `cell_of` maps an elementary past formula to the cell it reads.

    A cell of `p since[0, b] q` is an age: such a formula holds now if q does, or p does and the age before was below b.
    """

    def __init__(self, obligations: Obligations):
        self.obligations = obligations
        self.cells: list[Cell] = []
        self.cell_of: dict[Variable, int] = {}
        self._by_key: dict[tuple, int] = {}
        self._needed: dict[int, int] = {}
        self._own: dict[Variable, int] = {}

    def initial(self) -> tuple[int, ...]:
        """Before the first step: nothing was true, and nothing was ever so."""
        return tuple(FALSE + 2 if cell.bound is None else cell.bound for cell in self.cells)

    def prepare(self, root: int) -> None:
        """Makes the cells of every past formula inside a node. Full: more than a thousand."""
        for variable in self._inside(root):
            if variable.kind == PREVIOUS:
                self.cell_of[variable] = self._value_cell(variable.p)
            elif variable.kind == SINCE:
                self._prepare_since(variable)
            if len(self.cells) > _MOST_CELLS:
                raise Full("past windows ask for more than a thousand remembered values")

    def needed_by(self, f: int) -> int:
        """The cells, as bits, that the node may ask now or later."""
        if not self.cells or f < 0:
            return 0
        found = self._needed.get(f)
        if found is None:
            owed = self.obligations
            found = self._of_variable(owed.variables[owed.level[f]])
            found |= self.needed_by(owed.low[f]) | self.needed_by(owed.high[f])
            self._needed[f] = found
        return found

    def _of_variable(self, variable: Variable) -> int:
        if variable.kind == ATOM:
            return 0
        found = self._own.get(variable)
        if found is None:
            number = self.cell_of.get(variable)
            found = 0 if number is None else 1 << number
            self._own[variable] = found  # a since asks its own cell: the entry ends that circle
            found |= self.needed_by(variable.p) | (self.needed_by(variable.q) if variable.kind in (UNTIL, SINCE) else 0)
            if number is not None and self.cells[number].bound is None:
                earlier = self.obligations.literal(self.cells[number].node)
                found |= self.needed_by(self.cells[number].node) if earlier != variable else 0
            self._own[variable] = found
        return found

    def _prepare_since(self, variable: Variable) -> None:
        """The chain of windows that a window rests on, one cell each, down to one that rests on itself or on an age."""
        while variable not in self.cell_of:
            if variable.low == 0 and variable.high < FOREVER and self._free_of_future(variable.p, variable.q):
                self.cell_of[variable] = self._age_cell(variable)
                return
            earlier = sooner(variable)
            node = reaching(self.obligations, earlier)
            self.cell_of[variable] = self._value_cell(node)
            if self.obligations.literal(node) != earlier or len(self.cells) > _MOST_CELLS:
                return
            variable = earlier

    def _value_cell(self, node: int) -> int:
        found = self._by_key.setdefault((node,), len(self.cells))
        if found == len(self.cells):
            self.cells.append(Cell(node))
        return found

    def _age_cell(self, variable: Variable) -> int:
        found = self._by_key.setdefault((variable.p, variable.q), len(self.cells))
        if found == len(self.cells):
            self.cells.append(Cell(p=variable.p, q=variable.q, bound=0))
        cell = self.cells[found]
        cell.bound = max(cell.bound, variable.high)
        return found

    def _inside(self, root: int) -> list[Variable]:
        """Every elementary formula inside a node, in no order that matters."""
        owed, found, seen, stack = self.obligations, {}, set(), [root]
        while stack:
            f = stack.pop()
            if f < 0 or f in seen:
                continue
            seen.add(f)
            stack += [owed.low[f], owed.high[f]]
            variable = owed.variables.get(owed.level[f])
            if variable is not None and variable not in found:
                found[variable] = None
                if variable.kind != ATOM:
                    stack += [variable.p, variable.q]
        return list(found)

    def _free_of_future(self, *roots: int) -> bool:
        return not any(variable.kind in (NEXT, UNTIL) for root in roots for variable in self._inside(root))
