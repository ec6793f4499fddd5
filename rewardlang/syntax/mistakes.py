"""Mistakes that people make, each recognised by its look: where the parser is stuck, the first rule that fits speaks."""

from collections.abc import Callable

from rewardlang.syntax import words
from rewardlang.syntax.scan import Lexeme
from rewardlang.syntax.stuck import Stuck, shown
from rewardlang.text.diagnostic import Diagnostic, Fix
from rewardlang.text.near import did_you_mean
from rewardlang.text.source import Span

_OPERAND_KINDS = frozenset(("word", "number", "text", "duration"))
_SIGNS_BETWEEN = frozenset(("+", "-", "*", "/", "**", "??", "==", "!=", "<", "<=", ">", ">=", "+-"))
_WORDS_BETWEEN = (words.INFIX - {"else"})
_TIGHT = frozenset(("*", "/", "**", ".", "(", "["))

Rule = Callable[[Stuck], Diagnostic | None]


def explain(stuck: Stuck) -> Diagnostic:
    """The diagnostic of the first rule that recognises the mistake; the last rule recognises every one."""
    for rule in RULES:
        diagnostic = rule(stuck)
        if diagnostic is not None:
            return diagnostic
    raise AssertionError("the last rule always speaks")


# --- words and signs of other languages -------------------------------------------------------------------------

_FOREIGN_WORDS = {
    "if": "write `gate condition { value } else other`", "elif": "write `else gate condition { … }`, or a `match`",
    "then": "write `gate condition { value } else other`", "return": "what follows `=` is the result",
    "lambda": "write `def name(x: float) = …`", "is": "write `==`", "xor": "write `!=`",
    "mod": "write `a - b * floor(a / b)`",
    "div": "write `floor(a / b)`",
    "for": "write a reduction such as `sum(x over axis)`", "import": "write `use module: name`",
    "except": "a failure is a value: write `x ?? other`", "try": "a failure is a value: write `x ?? other`",
    "switch": "write `match value { label: … else: … }`", "case": "write `match value { label: … else: … }`",
    "while": "write a reduction over an axis, or a machine", "None": "write `invalid`", "null": "write `invalid`",
}


def foreign_word(stuck: Stuck) -> Diagnostic | None:
    """`x if c else y`, `elif`, `lambda`, `return`."""
    for lexeme in (stuck.here, stuck.before):
        if lexeme.kind == "word" and lexeme.text in _FOREIGN_WORDS and lexeme is not stuck.lexemes[0]:
            cure = _FOREIGN_WORDS[lexeme.text]
            if lexeme.text == "if" and stuck.declaration == "ensure":
                cure = "write `ensure claim when condition`"
            return Diagnostic("RW020", lexeme.span, {"word": lexeme.text, "cure": cure})
    return None


_FOREIGN_PAIRS = {
    "//": "write `floor(a / b)`", "===": "write `==`", ":=": "write `=`", "=>": "write `implies`, or `->` in a machine",
    "<>": "write `!=`", "!==": "write `!=`", "++": "write `x + 1`", "?:": "write `gate condition { value } else other`",
    "..": "a range is `[low, high]`", "**=": "write `=`", "*=": "write `=`", "/=": "write `=`", "?.": "write `?? other`",
}


def foreign_sign(stuck: Stuck) -> Diagnostic | None:
    """`a // b`, `c ? a : b`, `x := 1`."""
    for left, right in ((stuck.before, stuck.here), (stuck.here, stuck.after), (stuck.near(-2), stuck.before)):
        pair = left.text + right.text
        if left.span.end == right.span.start and pair in _FOREIGN_PAIRS:
            return _foreign(left.span.to(right.span), pair, _FOREIGN_PAIRS[pair])
    if stuck.here.text == "?" and stuck.after_value:
        return _foreign(stuck.here.span, "?", _FOREIGN_PAIRS["?:"])
    if stuck.here.text in ("+=", "-=") and stuck.here.kind == "sign":
        return _foreign(stuck.here.span, stuck.here.text, "only the `do` of a machine changes a counter")
    if stuck.before.text == "+" and stuck.legal == {"NUMBER"}:
        return _foreign(stuck.before.span, "+", "before a value it says nothing, leave it out")
    return None


def _foreign(span: Span, found: str, cure: str) -> Diagnostic:
    return Diagnostic("RW011", span, {"found": found, "cure": cure})


def equals_sign(stuck: Stuck) -> Diagnostic | None:
    """`gate x = 1 { … }`."""
    if stuck.here.text != "=" or stuck.here.kind != "sign" or not (stuck.after_value or stuck.before.type == "KEY"):
        return None
    if not ({"COMPARISON", "RBRACE", "RPAR", "LBRACE"} & stuck.legal):
        return None
    return Diagnostic("RW012", stuck.here.span, fix=Fix("compare", stuck.here.span, "=="))


def def_with_colon(stuck: Stuck) -> Diagnostic | None:
    """`def f(x: float): …`."""
    if stuck.declaration == "def" and stuck.here.text == ":" and "EQUAL" in stuck.legal:
        return Diagnostic("RW020", stuck.here.span, {"word": ":", "cure": "write `def name(x: float) = expression`"})
    return None


# --- how a declaration starts -------------------------------------------------------------------------------------

_ELSEWHERE = {"import": "use", "from": "use", "include": "use", "const": "let", "var": "let", "val": "let",
              "function": "def",
              "fn": "def", "func": "def", "return": "reward", "assert": "ensure", "require": "ensure", "type": "axis",
              "maximize": "objective", "minimize": "objective", "class": "machine", "constant": "let", "define": "def",
              "parameter": "param", "test": "example", "guarantee": "ensure", "score": "reward", "judge": "model"}

#: Statements of other languages, and what says the same of values.
_CHOICE = ": a choice is a value, `reward = gate condition { … } else …` or `match`"
_LOOP = ": there are no loops, values run along axes, as in `mean(x over step)`"
_STATEMENTS = {"if": _CHOICE, "elif": _CHOICE, "else": _CHOICE, "switch": _CHOICE, "case": _CHOICE, "for": _LOOP, "while": _LOOP}


def first_word(stuck: Stuck) -> Diagnostic | None:
    """A declaration that starts with none of the words that declarations start with."""
    if stuck.at != 0:
        return None
    first = stuck.here
    if first.kind != "word":
        hint = ": the text that documents a file stands before everything else" if first.kind == "text" else ""
        return Diagnostic("RW018", first.span, {"found": shown(first), "hint": hint})
    near = did_you_mean(first.text, words.DECLARATIONS) or _ELSEWHERE.get(first.text)
    if near:
        fix = Fix(f"write `{near}`", first.span, near)
        return Diagnostic("RW018", first.span, {"found": shown(first), "hint": f": did you mean `{near}`?"}, fix=fix)
    if first.text in _STATEMENTS:
        return Diagnostic("RW018", first.span, {"found": shown(first), "hint": _STATEMENTS[first.text]})
    if stuck.after.text == "=":
        fix = Fix("declare it", Span(first.span.source, first.span.start, first.span.start), "let ")
        hint = f": did you mean `let {first.text} = …`?"
        return Diagnostic("RW018", first.span, {"found": shown(first), "hint": hint}, fix=fix)
    return Diagnostic("RW018", first.span, {"found": shown(first), "hint": ""})


def indented_declaration(stuck: Stuck) -> Diagnostic | None:
    """A further declaration that does not start in column 1, so that it would belong to the one above."""
    if stuck.here.kind != "word" or stuck.here.text not in words.DECLARATIONS or "$END" not in stuck.legal:
        return None
    source, start = stuck.here.span.source, stuck.here.span.start
    line_start = source.text.rfind("\n", 0, start) + 1
    if source.text[line_start:start].strip():
        return None
    return Diagnostic("RW023", stuck.here.span, fix=Fix("move it to column 1", Span(source, line_start, start), ""))


# --- operators and their operands ---------------------------------------------------------------------------------


def repeated(stuck: Stuck) -> Diagnostic | None:
    """`a iff b iff c`, `a until b until c`."""
    here = stuck.here.text
    if stuck.here.kind != "word" or not stuck.after_value or here not in words.TEMPORAL_INFIX | {"iff"}:
        return None
    family = words.TEMPORAL_INFIX if here in words.TEMPORAL_INFIX else {"iff"}
    earlier = next((found for word in sorted(family) if (found := stuck.open_at(word)) is not None), None)
    if earlier is None:
        return None
    return Diagnostic("RW017", stuck.here.span, {"left": stuck.lexemes[earlier].text, "right": here})


def wide_else(stuck: Stuck) -> Diagnostic | None:
    """`gate c { a } else b + 1`."""
    if not _is_operator(stuck.here) or stuck.before.text == "}":
        return None
    if stuck.open_at("else") is None:
        return None
    return Diagnostic("RW014", stuck.here.span, {"operator": stuck.here.text})


def form_before_operator(stuck: Stuck) -> Diagnostic | None:
    """`gate c { a } + 1`, `match x { … } * 2`, `{ a: 1 } + 2`."""
    if stuck.before.text != "}" or not (_is_operator(stuck.here) or stuck.here.text in _TIGHT):
        return None
    forms = [form for form in ("gate", "match") if stuck.open_at(form) is not None]
    form = f"`{forms[0]}`" if forms else "block in braces"
    return Diagnostic("RW015", stuck.here.span, {"form": form, "operator": stuck.here.text})


def form_after_operator(stuck: Stuck) -> Diagnostic | None:
    """`1 + gate c { a }`, `not match x { … }`."""
    is_form = stuck.here.text in ("gate", "match", "{") and stuck.here.kind in ("word", "sign")
    if not is_form or not stuck.wants_value:
        return None
    form = "block in braces" if stuck.here.text == "{" else f"`{stuck.here.text}`"
    return Diagnostic("RW015", stuck.here.span, {"form": form, "operator": stuck.before.text})


_CLAUSES = frozenset(("over", "where", "when", "in"))


def reserved_value(stuck: Stuck) -> Diagnostic | None:
    """`reward = over`, `gate where { 1 }`, `f(over, 1)`: a word that begins a clause, with nothing after it, meant as a name."""
    for lexeme, follows, wanted in ((stuck.here, stuck.after, stuck.wants_value),
                                    (stuck.before, stuck.here, stuck.near(-2).text in ("(", ","))):
        is_clause = lexeme.kind == "word" and lexeme.text in _CLAUSES
        if is_clause and wanted and follows.kind not in _OPERAND_KINDS and follows.text not in ("(", "["):
            return Diagnostic("RW022", lexeme.span, {"word": lexeme.text})
    return None


def missing_operand(stuck: Stuck) -> Diagnostic | None:
    """`a +` at the end of a line, `a + * b`, `= ` with nothing after it."""
    before = stuck.before
    begins = stuck.here.kind in _OPERAND_KINDS - {"word"} or stuck.here.text in ("(", "[")
    if not stuck.wants_value or begins:
        return None
    is_word = before.kind == "word" and before.text in words.RESERVED - words.CONSTANTS
    is_sign = before.kind == "sign" and before.text not in (")", "]", "}")
    if stuck.here.kind == "word" and stuck.here.text not in words.INFIX:
        return None
    if is_word or is_sign:
        where = "inside" if before.text in ("(", "[", "{") else "after"
        return Diagnostic("RW013", before.span, {"where": where, "operator": before.text})
    return None


_ITEM_WORDS = frozenset((*words.MACHINE_ITEMS, "let", "expect", "sample"))


def operator_at_line_end(stuck: Stuck) -> Diagnostic | None:
    """`a: 1 +` with the next item below: the value is missing where the line ends."""
    operator, label = stuck.near(-2), stuck.before
    begins_item = stuck.here.text in (":", "->", "=") or label.text in _ITEM_WORDS
    if not begins_item or label.kind != "word" or not _is_operator(operator):
        return None
    between = operator.span.source.text[operator.span.end:label.span.start]
    return Diagnostic("RW013", operator.span, {"where": "after", "operator": operator.text}) if "\n" in between else None


def missing_left(stuck: Stuck) -> Diagnostic | None:
    """An infix operator where a value should begin."""
    if stuck.wants_value and _is_operator(stuck.here):
        return Diagnostic("RW013", stuck.here.span, {"where": "before", "operator": stuck.here.text})
    return None


def _is_operator(lexeme: Lexeme) -> bool:
    if lexeme.kind == "sign":
        return lexeme.text in _SIGNS_BETWEEN
    return lexeme.kind == "word" and lexeme.text in _WORDS_BETWEEN - {"over", "where", "when"}


def number_spelling(stuck: Stuck) -> Diagnostic | None:
    """`.5`, `5.`."""
    here, before = stuck.here, stuck.before
    if here.text == "." and stuck.after.kind == "number" and stuck.after.span.start == here.span.end:
        return _respelled(here.span.to(stuck.after.span), f"0.{stuck.after.text}")
    number = stuck.near(-2)
    if before.text == "." and number.kind == "number" and number.span.end == before.span.start:
        return _respelled(number.span.to(before.span), f"{number.text}.0")
    return None


def _respelled(span: Span, cure: str) -> Diagnostic:
    return Diagnostic("RW028", span, {"cure": cure}, fix=Fix("add the 0", span, cure))


# --- names, types, clauses ----------------------------------------------------------------------------------------


def reserved_name(stuck: Stuck) -> Diagnostic | None:
    """`let over = 1`."""
    is_name = "NAME" in stuck.legal and "NUMBER" not in stuck.legal
    if is_name and stuck.here.kind == "word" and stuck.here.text in words.RESERVED:
        return Diagnostic("RW022", stuck.here.span, {"word": stuck.here.text})
    return None


def missing_type(stuck: Stuck) -> Diagnostic | None:
    """`input x`, `input x float`, `def f(x) = …`, `model q(x) -> …`."""
    if "COLON" not in stuck.legal or stuck.before.type not in ("NAME", "LABEL"):
        return None
    if stuck.declaration not in ("input", "def", "model", "verifier"):
        return None
    colon = " " if stuck.declaration == "input" else ""
    span = stuck.before.span if stuck.here.kind != "word" else stuck.here.span
    example = stuck.here.text if stuck.here.kind == "word" else "float"
    return Diagnostic("RW019", span, {"name": stuck.before.text, "colon": colon, "example": example})


def clause_order(stuck: Stuck) -> Diagnostic | None:
    """`input x : float = 0 unit "m"`."""
    order = words.CLAUSE_ORDERS.get(stuck.declaration)
    if order is None or stuck.here.text not in ("in", "unit", "from") or stuck.open_at("=") is None:
        return None
    return Diagnostic("RW027", stuck.here.span, {"clause": stuck.here.text, "order": order})


# --- braces and lines ---------------------------------------------------------------------------------------------


def missing_braces(stuck: Stuck) -> Diagnostic | None:
    """`gate c: a`, `match x a: 1`."""
    if "LBRACE" not in stuck.legal or stuck.here.text == "{":
        return None
    for word, what, example in (("gate", "body", "gate c { a } else b"), ("match", "arms", "match x { a: 1, else: 0 }"),
                                ("machine", "states", "machine m { … }"), ("example", "data", 'example "title" { … }'),
                                ("sample", "columns", "sample { … }")):
        at = stuck.open_at(word)
        if at is not None and stuck.lexemes[at].kind == "word":
            return Diagnostic("RW025", stuck.here.span, {"word": word, "what": what, "example": f"`{example}`"})
    return None


def unlabelled(stuck: Stuck) -> Diagnostic | None:
    """A line of a block without its label, a label where none belongs, a line that begins with `+`."""
    here, before = stuck.here, stuck.before
    begins_item = before.kind == "separator" or before.text == ","
    if here.text == "}" and begins_item is False and stuck.open_at("let") is not None and "SEP" in stuck.legal:
        return _unlabelled(here, "these braces end with a `let`: a value must follow")
    if begins_item and "LABEL" in stuck.legal and here.text in ("+", "-"):
        problem = f"a line that begins with `{here.text}` does not continue the one above: end that line with it"
        return _unlabelled(here, problem)
    if begins_item and "LABEL" in stuck.legal and here.kind in _OPERAND_KINDS:
        return _unlabelled(here, "the lines above are labelled, this one is not: write `label: value`")
    if begins_item and stuck.legal == {"RBRACE"}:
        return _unlabelled(here, "these braces hold one value: label every line to add them up, or name one with `let`")
    return None


def _unlabelled(lexeme: Lexeme, problem: str) -> Diagnostic:
    return Diagnostic("RW026", lexeme.span, {"problem": problem})


def clause_outside(stuck: Stuck) -> Diagnostic | None:
    """`mean(x) over claim`."""
    if stuck.here.text not in ("over", "where", "by", "onto") or stuck.before.text != ")":
        return None
    problem = f"`{stuck.here.text}` belongs inside the brackets of the call: `mean(x over claim where checked)`"
    return Diagnostic("RW001", stuck.here.span, {"problem": problem})


def side_by_side(stuck: Stuck) -> Diagnostic | None:
    """`2 x`, `f(a b)`."""
    begins = stuck.here.kind in _OPERAND_KINDS or stuck.here.text in ("(", "[")
    if not begins or not stuck.after_value or not ({"PLUS", "STAR"} & stuck.legal):
        return None
    return Diagnostic("RW024", stuck.here.span, {"left": shown(stuck.before), "right": shown(stuck.here)})


# --- everything else ----------------------------------------------------------------------------------------------

_KINDS = {"NAME": "a name", "WORD": "a name", "LABEL": "a label and `:`", "KEY": "a name and `=`", "TEXT": "a text",
          "NUMBER": "a number", "DURATION": "a duration such as `2 s`", "$END": "the end of the declaration"}


def unexpected(stuck: Stuck) -> Diagnostic:
    """What stands here, and what could."""
    wanted = _wanted(stuck)
    problem = f"{shown(stuck.here)} cannot stand here" if stuck.here.text else "this ends too early"
    if stuck.here.text and not wanted:
        return Diagnostic("RW001", stuck.here.span, {"problem": problem})
    return Diagnostic("RW001", stuck.here.span, {"problem": f"{problem}: {wanted} should come" if wanted else problem})


def _wanted(stuck: Stuck) -> str:
    """The legal continuations in words, if there are few enough to be of use."""
    if stuck.wants_value:
        return "a value"
    if "ENUM" in stuck.legal:
        return "a type"
    if stuck.legal == {"LBRACE", "LSQB"}:
        return "a range `[low, high]` or a set `{a, b}`"
    names = dict.fromkeys(_KINDS[terminal] for terminal in _KINDS if terminal in stuck.legal)
    signs = [f"`{stuck.spelled[terminal]}`" for terminal in sorted(stuck.legal) if terminal in stuck.spelled]
    choices = [*names, *signs]
    return " or ".join(choices) if len(choices) <= 4 else ""


RULES: tuple[Rule, ...] = (
    first_word, indented_declaration, foreign_word, foreign_sign, operator_at_line_end, equals_sign, def_with_colon,
    number_spelling, repeated, form_before_operator, wide_else, reserved_value, missing_operand, form_after_operator, unlabelled,
    missing_left, reserved_name, missing_type, clause_order, missing_braces, clause_outside, side_by_side, unexpected)

# Mistakes that are told apart by their look alone: worth saying even after an earlier mistake in the same declaration.
SURE = frozenset(("RW011", "RW012", "RW013", "RW014", "RW015", "RW016", "RW017", "RW020", "RW022", "RW024", "RW028",
                  "RW031"))
