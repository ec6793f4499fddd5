"""What came of the file's `ensure`s, as findings."""

from collections.abc import Iterable, Iterator

from rewardlang.facts.contracts.verdict import REFUTED, UNPROVED, Verdict
from rewardlang.facts.lint.places import Places
from rewardlang.ir.node import Node
from rewardlang.text.diagnostic import Diagnostic

_CODES = {REFUTED: "RW210", UNPROVED: "RW211"}
_OF_STATES = {REFUTED: "RW340", UNPROVED: "RW341"}


def claims(places: Places, verdicts: Iterable[Verdict]) -> Iterator[Diagnostic]:
    """An error for each claim that is not proved."""
    for verdict in verdicts:
        code = (_CODES if verdict.info.state is None else _OF_STATES).get(verdict.status)
        if code is not None:
            info = verdict.info
            subject = info.state or (_subject(places, info.claims[0].node) if info.claims else None)
            values = {"claim": info.text, "witness": verdict.shows, "known": verdict.known, "what": f"`ensure {info.text}`"}
            yield Diagnostic(code, info.span, values, (), subject, verdict.witness, None, verdict.reason)


def _subject(places: Places, node: Node) -> str | None:
    named = [name for name, output in places.spec.outputs.items() if output.node is node]
    named += [label for output in places.spec.outputs.values() for label, term in output.terms if term is node]
    return named[0] if named else places.subject(node)
