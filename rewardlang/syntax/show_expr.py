"""Expressions back to text, with the fewest brackets that keep their meaning."""

from typing import Any

from rewardlang.syntax import literals, tree
from rewardlang.syntax.layout import LINE, SOFT, Break, Doc, Group, Mark, Nest, Pad, joined, render

# How tightly each form binds, loosest first, as in the grammar.
(WHOLE, IFF, IMPLIES, OR, AND, BETWEEN, PREFIX, COMPARISON, COALESCE, SUM, PRODUCT, SIGNED, POWER, POSTFIX,
 ATOM) = range(15)

# Own level, level of the left operand, level of the right operand.
_BINARY = {
    "iff": (IFF, IMPLIES, IMPLIES), "implies": (IMPLIES, OR, IMPLIES), "or": (OR, OR, AND), "and": (AND, AND, BETWEEN),
    "??": (COALESCE, SUM, COALESCE), "+": (SUM, SUM, PRODUCT), "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, SIGNED), "/": (PRODUCT, PRODUCT, SIGNED), "**": (POWER, POSTFIX, SIGNED),
}
_LEVELS = {
    tree.Gate: WHOLE, tree.Match: WHOLE, tree.Block: WHOLE, tree.Table: WHOLE, tree.Compare: COMPARISON,
    tree.InRange: COMPARISON, tree.InSet: COMPARISON, tree.Duration: POWER, tree.Member: POSTFIX, tree.Call: POSTFIX,
    tree.Index: POSTFIX, tree.Rename: POSTFIX,
}


def format_expr(expr: tree.Expr) -> str:
    """An expression on one line."""
    return flat(Shower(one_line=True).expr(expr))


def flat(doc: Doc) -> str:
    """A document on one line, however long."""
    return "\n".join(" " * line.indent + line.text for line in render(Group(doc), 10**9))


def level(expr: tree.Expr) -> int:
    """How tightly an expression binds."""
    kind = type(expr)
    if kind is tree.Binary:
        return _BINARY[expr.op][0]
    if kind is tree.Unary:
        return PREFIX if expr.op == "not" else SIGNED
    if kind is tree.Temporal:
        return PREFIX if len(expr.operands) == 1 else BETWEEN
    if kind is tree.Number and (expr.value < 0 or number(expr).startswith("+")):
        return SIGNED
    if kind is tree.Number and "/" in number(expr):
        return PRODUCT
    return _LEVELS.get(kind, ATOM)


def number(node: tree.Number) -> str:
    """A number as its author spelled it, else the shortest spelling."""
    spelled = node.span.text
    digits = spelled.removeprefix("+").strip()
    if digits[:1].isdigit() and digits[-1:].isalnum() and _same_number(digits, node):
        return "+" + digits if spelled.startswith("+") else digits
    sign = "-" if node.value < 0 else ""
    try:
        return sign + literals.number_literal(abs(node.value), node.integer)
    except ValueError:
        return f"{node.value.numerator} / {node.value.denominator}"


def _same_number(digits: str, node: tree.Number) -> bool:
    try:
        return literals.number_value(digits) == node.value and literals.is_integer(digits) == node.integer
    except ValueError:
        return False


def text(node: tree.Text) -> str:
    """A text as its author spelled it, else the plainest literal."""
    spelled = node.span.text.replace("\r\n", "\n")
    if len(spelled) >= 2 and spelled[0] in 'r"' and spelled[-1] == '"' and literals.text_value(spelled) == (node.value, []):
        return spelled
    return literals.text_literal(node.value, node.raw)


class Shower:
    """Makes documents of expressions; `one_line` ignores where the author broke lines."""

    def __init__(self, one_line: bool = False):
        self.one_line = one_line

    def expr(self, node: tree.Expr, least: int = WHOLE, keep_brackets: bool = False) -> Doc:
        """A node in a place that takes forms of at least that level; the author's brackets stay if asked for."""
        own = level(node)
        doc = getattr(self, type(node).__name__.lower())(node)
        marked = [Mark(node.span.start), doc]
        kept = node.bracketed and own < ATOM and (keep_brackets or type(node) is tree.Temporal) and least > WHOLE
        return ["(", marked, ")"] if own < least or kept else marked

    def commas(self, nodes: Any) -> Doc:
        """Expressions with commas between them."""
        return joined([self.expr(node) for node in nodes], [",", LINE])

    def inside(self, opening: str, doc: Doc, closing: str) -> Doc:
        """Something in brackets, each part on a line of its own where it does not fit."""
        return Group([opening, Nest([SOFT, doc]), SOFT, closing])

    # --- atoms ---

    def number(self, node):
        return number(node)

    def duration(self, node):
        spelled = literals.duration_parts(node.span.text)
        if spelled and literals.duration_value(node.span.text) == node.seconds:
            return " ".join(spelled)
        return literals.duration_literal(node.seconds)

    def text(self, node):
        return text(node)

    def bool(self, node):
        return "true" if node.value else "false"

    def invalid(self, node):
        return "invalid"

    def name(self, node):
        return node.name

    def vector(self, node):
        return self.inside("[", joined([self.argument(item) for item in node.items], [",", LINE]), "]")

    def argument(self, node):
        """`value` or `key = value`."""
        value = self.expr(node.value)
        return [Mark(node.span.start), f"{node.key} = ", value] if node.key else value

    def when(self, node):
        return ["(", self.expr(node.value), " when ", self.expr(node.condition), ")"]

    # --- operators ---

    def unary(self, node):
        if node.op == "not":
            return ["not ", self.expr(node.operand, PREFIX)]
        return ["-", self.expr(node.operand, SIGNED)]

    def binary(self, node):
        own, left, right = _BINARY[node.op]
        if own in (IFF, IMPLIES, COALESCE, POWER):
            return Group([self.expr(node.left, left), f" {node.op}", Nest([LINE, self.expr(node.right, right)])])
        parts: list[Doc] = []
        while type(node) is tree.Binary and _BINARY[node.op][0] == own:
            parts.append([f" {node.op}", LINE, self.expr(node.right, right)])
            last, node = node, node.left
        return Group([self.expr(last.left, left), Nest(list(reversed(parts)))])

    def compare(self, node):
        rest = [[f" {op}", LINE, self.expr(operand, COALESCE)] for op, operand in zip(node.ops, node.operands[1:])]
        return Group([self.expr(node.operands[0], COALESCE), Nest(rest)])

    def inrange(self, node):
        word = " not in " if node.negated else " in "
        return [self.expr(node.value, COALESCE), word, self.interval(node.low, node.high)]

    def interval(self, low, high):
        """`[low, high]`."""
        return ["[", self.expr(low), ", ", self.expr(high), "]"]

    def inset(self, node):
        word = " not in " if node.negated else " in "
        return [self.expr(node.value, COALESCE), word, self.inside("{", self.commas(node.items), "}")]

    def temporal(self, node):
        word: list[Doc] = [node.op]
        if node.window:
            word.append(self.interval(*node.window))
        if node.over:
            word.append(f" over {node.over}")
        operands = [self.expr(operand, PREFIX, keep_brackets=True) for operand in node.operands]
        if not node.window and not node.over and _begins_like_window(node.operands[-1]):
            operands[-1] = ["(", operands[-1], ")"]
        if len(operands) == 1:
            return [*word, " ", operands[0]]
        return Group([operands[0], " ", *word, Nest([LINE, operands[1]])])

    # --- after a value ---

    def member(self, node):
        return [self.expr(node.value, POSTFIX), f".{node.name}"]

    def index(self, node):
        return [self.expr(node.value, POSTFIX), "[", self.argument(node.item), "]"]

    def rename(self, node):
        return [self.expr(node.value, POSTFIX), f"[{node.source} -> {node.target}]"]

    def call(self, node):
        arguments = [self.argument(argument) for argument in node.arguments]
        clauses = self._clauses(node)
        if clauses and node.arguments and node.arguments[0].key is None:
            arguments[0] = Group([arguments[0], Nest([[LINE, clause] for clause in clauses])])
        elif clauses:
            arguments.insert(0, joined(clauses, LINE))
        if node.onto:
            arguments.append(f"onto {node.onto}")
        return [node.function, self.inside("(", joined(arguments, [",", LINE]), ")") if arguments else "()"]

    def _clauses(self, node):
        clauses: list[Doc] = []
        if node.over:
            names = ", ".join(node.over.axes)
            clauses.append(f"over [{names}]" if node.over.listed or len(node.over.axes) > 1 else f"over {names}")
        if node.where is not None:
            clauses.append(["where ", self.expr(node.where)])
        if node.by is not None:
            clauses.append(["by ", self.expr(node.by)])
        return clauses

    # --- whole-expression forms ---

    def gate(self, node):
        start: list[Doc] = ["gate ", self.expr(node.condition, IFF), " ", self.braced(node.body)]
        if node.otherwise is None:
            return start
        is_form = isinstance(node.otherwise, (tree.Gate, tree.Match, tree.Block))
        return [*start, " else ", self.expr(node.otherwise, WHOLE if is_form else PRODUCT)]

    def braced(self, body):
        """What stands in the braces of a gate."""
        return self.expr(body) if type(body) is tree.Block else ["{ ", self.expr(body), " }"]

    def match(self, node):
        subject = [self.expr(node.subject, IFF), " "] if node.subject is not None else []
        rows = []
        for arm in node.arms:
            tests = joined([self.expr(test, IFF) for test in arm.tests], ", ") if arm.tests else "else"
            rows.append((arm.span, [tests, ":"], arm.value))
        return ["match ", subject, self.items(node, self.labelled(rows))]

    def block(self, node):
        lets = [[Mark(let.span.start), f"let {let.name} = ", self.expr(let.value)] for let in node.lets]
        if node.value is not None:
            return self.items(node, [*lets, self.expr(node.value)])
        rows = [(term.span, f"{term.label}:", term.value) for term in node.terms]
        return self.items(node, [*lets, *self.labelled(rows)])

    def labelled(self, rows):
        """Lines `label: value` whose values stand in one column, a minus sign before it."""
        labels = [flat(label) for _, label, _ in rows]
        width = max(map(len, labels), default=0)
        result: list[Doc] = []
        for (span, label, value), plain in zip(rows, labels):
            pad = width - len(plain) - (1 if starts_with_minus(value) else 0)
            result.append([Mark(span.start), label, " ", Pad(max(pad, 0)), self.expr(value)])
        return result

    def table(self, node):
        rows = [[text_key(key), ": ", self.expr(value)] for key, value in node.rows]
        return self.inside("{", joined(rows, [",", LINE]), "}")

    def items(self, node, parts):
        """Items in braces: a line each if the author broke the line anywhere in them, else with commas."""
        end = Mark(node.span.end - 1)
        return Group(["{", Nest([LINE, joined(parts, Break(", "))]), LINE, end, "}"], broken=self._is_broken(node))

    def _is_broken(self, node):
        return not self.one_line and "\n" in node.span.text


def text_key(key: str) -> str:
    """A table's key."""
    return literals.text_literal(key)


def starts_with_minus(node: tree.Expr) -> bool:
    """Whether the text of an expression begins with a minus sign."""
    first = _leftmost(node)
    return type(first) is tree.Unary and first.op == "-"


def _begins_like_window(operand: tree.Expr) -> bool:
    """Whether an operand, as it is shown after a temporal word, begins with `[`."""
    is_open = level(operand) >= PREFIX and (level(operand) == ATOM or not operand.bracketed)
    return is_open and type(_leftmost(operand)) is tree.Vector


def _leftmost(node: tree.Expr) -> tree.Expr | None:
    """The node whose text comes first, or None where an opening bracket does."""
    while True:
        if type(node) is tree.Binary:
            inner, least = node.left, _BINARY[node.op][1]
        elif type(node) is tree.Compare:
            inner, least = node.operands[0], COALESCE
        elif type(node) in (tree.InRange, tree.InSet):
            inner, least = node.value, COALESCE
        elif type(node) in (tree.Member, tree.Index, tree.Rename):
            inner, least = node.value, POSTFIX
        else:
            return node
        if level(inner) < least:
            return None
        node = inner
