"""Rows that carry something from step to step: walks of finite tables, what a state stands for, and where a walk ends."""

from rewardlang.ops.build import family, numbers, option, primitive
from rewardlang.ops.placement import LENGTH
from rewardlang.ops.row import Argument, Family

row = family(Family.MEMORY)

MEMORY = (
    row("walk", (Argument("propositions", "bool"), option("table")), "int", "drop", primitive("walk"),
        "The state of a finite table after each step, from the table's start on: `table.step(state, letter)` is the next "
        "state, where bit k of the letter is proposition k. Invalid from the first step on at which a proposition is. It "
        "is not written; `verdict` and `progress` are made of it. In the case `seen` goes from 0 to 1 where its "
        "proposition holds.", ("walk([false, true, false], table = seen)", [0, 1, 1])),
    row("entry", (*numbers("x"), option("values")), "value", "drop", primitive("entry"),
        "`values[x]`, a number or a truth value for each state. It is not written.", ("entry(2, values = (-1, 0, 5))", 5)),
    row("ending", (LENGTH,), "bool", "drop", primitive("ending"),
        "True at the last position of an axis; while an episode runs, where the environment says that it ends. It is not "
        "written.", ("ending(step)", [False, False, True])),
)
