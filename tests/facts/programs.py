"""Programs as text, with their facts: what the tests of claims and findings start from."""

from rewardlang.elaborate.elaborate import elaborate
from rewardlang.facts.analyse import Facts, analyse
from rewardlang.syntax.parse import parse
from rewardlang.text.dedent import dedent
from rewardlang.text.source import Source


def facts_of(text: str) -> Facts:
    """The facts of a program that must have no error before them."""
    source = Source("test.rwd", dedent(text))
    tree, findings = parse(source)
    spec = elaborate(tree, source)
    wrong = [found.message for found in (*findings, *spec.diagnostics) if found.severity == "error"]
    assert not wrong, wrong
    return analyse(spec)


def codes(text: str) -> list[str]:
    """The codes of all findings of the facts."""
    return [found.code for found in facts_of(text).diagnostics]
