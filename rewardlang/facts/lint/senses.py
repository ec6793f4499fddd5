"""Signs that contradict names: what is called unwanted and pays, what is called wanted and costs."""

from collections.abc import Iterator

from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.lint.names import is_unwanted, is_wanted
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import alone, asked_for, way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.search.signs import sign
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.types import Kind

_SOURCES = frozenset({"input", "call", "field"})
_NUMBERS = (Kind.BOOL, Kind.INT, Kind.FLOAT)



def wrong_sign(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward that rises with what is called a cost, or a term that is called one and only ever pays; and the reverse."""
    spec = ranges.spec
    for output in rewards(spec):
        said: set[Node] = set()
        for label, node in output.terms:
            found = ranges.of(node)
            if is_unwanted(label) and found is not None and found.lo >= 0 and found.hi > 0 and not _is_reward_for_less(ranges, node):
                said.update(reachable([node]))
                yield _finding(places, output, "RW525", label, node, label, {label: found.to_json()})
        for name, node in spec.names.items():
            if is_unwanted(name) and _pays(ranges, output, node, said) and not _is_price(ranges, node):
                said.update(reachable([node]))
                yield _about(places, output, "RW525", name, node)
            elif is_unwanted(name) and _is_taken_away_twice(ranges, output, node):
                said.update(reachable([node]))
                yield _about(places, output, "RW525", f"-{name}", node)
        for source in reachable([output.node]):
            if source.op not in _SOURCES or source in said or source.type.kind not in _NUMBERS:
                continue
            name = name_of(spec, source)
            if is_unwanted(name) and not asked_for(spec, source, 1) and (sign(ranges, output.node, source) or 0) > 0:
                yield _about(places, output, "RW525", name, source)
            elif is_wanted(name) and not asked_for(spec, source, -1) and way(ranges, output.node, source) == -1 \
                    and not _is_turned_round(ranges, output.node, source):
                yield _about(places, output, "RW534", name, source)


def _pays(ranges, output: OutputInfo, node: Node, said: set[Node]) -> bool:
    """Whether the reward rises with a named value that is no source."""
    live = node in reachable([output.node]) and node not in said
    return live and node.op not in _SOURCES and node is not output.node and node.type.kind in _NUMBERS and \
        (sign(ranges, output.node, node) or 0) > 0


def _is_taken_away_twice(ranges, output: OutputInfo, node: Node) -> bool:
    """Whether a price that is negative already is subtracted."""
    found = ranges.of(node) if node.type.kind in _NUMBERS and node in reachable([output.node]) and node.op not in _SOURCES else None
    return found is not None and found.hi <= 0 and found.lo < 0 and (sign(ranges, output.node, node) or 0) < 0


def _is_turned_round(ranges, root: Node, source: Node) -> bool:
    """Whether a source is only read as what it falls short of its best, `1 - solved` or `not solved`: an adversary's or proposer's aim."""
    best = ranges.of(source)
    readers = [node for node in reachable([root]) if source in node.args]
    while len(readers) == 1 and readers[0].op == "number":
        readers = [node for node in reachable([root]) if readers[0] in node.args]
    return bool(readers) and all(
        node.op == "not" or node.op == "sub" and best is not None and node.args[0].get("value") == best.hi for node in readers)


def _is_price(ranges, node: Node) -> bool:
    """Whether what is called a penalty is negative already, so that adding it is right; or of either sign, so that it may be."""
    found = ranges.of(node)
    sources = [part for part in reachable([node]) if part.op == "input"]
    drift = {ranges.spec.inputs[part["name"]].role for part in sources}
    return found is None or found.lo < 0 and not {"policy", "reference"} <= drift


def _is_reward_for_less(ranges, node: Node) -> bool:
    """Whether a term falls with a source that is unwanted: `error: 1 - error` pays for less of it."""
    sources = [part for part in reachable([node]) if part.op in _SOURCES and is_unwanted(name_of(ranges.spec, part))]
    return any(way(ranges, node, source) == -1 for source in sources)


def _about(places: Places, output: OutputInfo, code: str, name: str, node: Node) -> Diagnostic:
    """A finding at the term that rests on a value, if one alone does."""
    label, term = alone(output, node)
    return _finding(places, output, code, label, term, name, {name: "more pays less" if code == "RW534" else "more pays more"})


def _finding(places: Places, output: OutputInfo, code: str, label: str, term: Node, name: str, witness: dict) -> Diagnostic:
    span = places.term(term, output.span) if term is not output.node else output.span
    return Diagnostic(code, span, {"subject": f"`{output.name}`", "name": name}, (), label, witness)
