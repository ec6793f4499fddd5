"""The words and signs of the language, each said once: what is reserved, what is temporal, what binds operands."""

TEMPORAL_PREFIX = frozenset(
    "next weak_next always eventually previous weak_previous once historically".split())
TEMPORAL_INFIX = frozenset(
    "until weak_until release strong_release since triggers".split())
COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))

# Words that stand between two operands (or begin a clause after one), and words that begin an operand.
INFIX = frozenset("and or implies iff in else over where when".split()) | TEMPORAL_INFIX
PREFIX = frozenset(("not", "gate", "match")) | TEMPORAL_PREFIX
CONSTANTS = frozenset(("true", "false", "invalid"))

RESERVED = INFIX | PREFIX | CONSTANTS

# The words that start a declaration; none of them is reserved elsewhere.
OUTPUT_ROLES = ("reward", "output", "weight", "keep", "done", "advantage", "preference")
DECLARATIONS = ("use", "setting", "axis", "input", "group", "param", "model", "verifier", "let", "def", "assume",
                *OUTPUT_ROLES, "machine", "objective", "ensure", "example")
MACHINE_ITEMS = ("start", "counter", "final", "first", "otherwise")

CLAUSE_ORDERS = {
    "input": "name : type in … unit … from … = default", "param": "name : type in … unit … = default learnable",
    "let": "name : type in … unit … = value", "def": "name(parameters) -> type in … = value"}

UNITS_OF_TIME = {"ms": "1/1000", "s": "1", "min": "60", "h": "3600"}
