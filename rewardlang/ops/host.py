"""Rows on texts, ids, tables and records: Python objects, never tensors."""

from rewardlang.ops.build import anything, family, option, primitive
from rewardlang.ops.row import Argument, Family

row = family(Family.HOST)

HOST = (
    row("codes", (Argument("x", "text"),), "int", "drop", primitive("codes"),
        "An int for a text or id, such that equal ones have equal codes within one evaluation. It is not written; `==` on "
        "texts is made of it.", ('codes("a") == codes("a")', True)),
    row("lookup", (Argument("table", "any"), Argument("key", "text")), "value", "drop", primitive("lookup"),
        "The entry of a table under a text; invalid where there is none.", ('lookup({"a": 1}, "a")', 1)),
    row("field", (*anything("record"), option("name", kinds="text")), "value", "drop", primitive("field"),
        "A field of a record.", ('{"score": 2}.score', 2)),
)
