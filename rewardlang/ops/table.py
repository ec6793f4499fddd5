"""THE operator table: one row for every operator of the graph, by name."""

from rewardlang.ops.control import CONTROL
from rewardlang.ops.host import HOST
from rewardlang.ops.memory import MEMORY
from rewardlang.ops.placement import PLACEMENT
from rewardlang.ops.pointwise import POINTWISE
from rewardlang.ops.reductions import REDUCTIONS
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.scans import SCANS
from rewardlang.ops.temporal import ON_NOTHING, TEMPORAL

_ROWS = (*POINTWISE, *CONTROL, *REDUCTIONS, *SCANS, *TEMPORAL, *MEMORY, *PLACEMENT, *HOST)

OPERATORS: dict[str, Operator] = {row.name: row for row in _ROWS}

#: Rows that count positions: they are written without the value that they have in the graph, `count(over claim where m)`.
COUNTS = ("count", "cumcount")

if len(OPERATORS) != len(_ROWS):
    raise ValueError("two rows of the operator table share a name")


def of_family(family: Family) -> list[Operator]:
    """The rows of a family, in the order of the table."""
    return [row for row in _ROWS if row.family is family]


def signature(row: Operator) -> str:
    """`std(x: number over …, ddof = …) -> float`, for people."""
    if row.name in COUNTS:
        return f"{row.name}(over …) -> {row.result}"
    if row.name in ON_NOTHING:
        return _of_word(row)
    over = " over …" if row.family in (Family.REDUCTION, Family.SCAN) else ""
    parts = []
    for argument in row.arguments:
        if argument.name == "length":
            parts.append("axis")
        elif argument.option:
            parts.append(f"{argument.name} = {'…' if argument.default is None else argument.default}")
        else:
            parts.append(f"{argument.name}: {argument.kinds}{over}")
            over = ""
    return f"{row.name}({', '.join(parts)}) -> {row.result}"


def _of_word(row: Operator) -> str:
    """`p until[low, high] q -> bool`: how a temporal word is written; its other options come from the reading."""
    names = [argument.name for argument in row.arguments]
    word = f"{row.name}[low, high]" if "low" in names else row.name
    return f"p {word} q -> bool" if "q" in names else f"{word} {names[0]} -> bool"
