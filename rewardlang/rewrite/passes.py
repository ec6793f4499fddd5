"""THE list of passes: from a typed program to one of the same meaning with less to do."""

from dataclasses import dataclass, replace

from rewardlang.facts.ranges import roots
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Claim, Spec
from rewardlang.rewrite.algebra import ALGEBRA
from rewardlang.rewrite.choices import CHOICES
from rewardlang.rewrite.constants import FOLDING
from rewardlang.rewrite.early import EARLY
from rewardlang.rewrite.rule import Rule, Scene
from rewardlang.rewrite.unrolled import UNROLLED


@dataclass(frozen=True)
class Pass:
    """Some rules, tried at every node from the leaves up, and why they have their turn at this place."""

    name: str
    rules: tuple[Rule, ...]
    why: str


PASSES = (
    Pass("fold", FOLDING, "first, since a constant is what the laws and ranges after it look for"),
    Pass("simplify", ALGEBRA, "before choices: fewer and plainer nodes give narrower ranges"),
    Pass("decide", CHOICES, "on what is left: what ranges prove never to happen is dropped with all it rests on"),
    Pass("clean", FOLDING + ALGEBRA, "a side that was chosen may make its consumers constant"),
    Pass("unroll", UNROLLED, "before early decisions, which are made between two values"),
    Pass("early", EARLY, "last: what is left is asked for only where nothing cheaper decides"),
)

#: Rules at one node; each makes it smaller, so the limit is never met by rules that keep their promise.
_MOST_STEPS = 16


def optimise(spec: Spec, facts) -> Spec:
    """The program after all passes. Nodes that no rule touched are the very nodes of `spec`; outputs keep their terms.

    `facts` are those of `spec`; they hold for the result, whose nodes mean the same. Assumptions stay as they are
    written, since they are checked on the data.
    """
    for one in PASSES:
        spec = run(spec, facts.ranges, one)
    return spec


def run(spec: Spec, ranges, one: Pass) -> Spec:
    """The program after one pass."""
    graph = spec.graph.copy()
    scene = Scene(graph, ranges)
    image: dict[Node, Node] = {}
    domains = dict(spec.domains)
    for node in reachable(roots(spec)):
        same = scene.again(node, tuple(image[arg] for arg in node.args))
        if node in domains:
            domains[same] = domains[node]
        image[node] = _settled(scene, one.rules, same)
    return replace(_mapped(spec, image), graph=graph, domains=domains)


def _settled(scene: Scene, rules: tuple[Rule, ...], node: Node) -> Node:
    for _ in range(_MOST_STEPS):
        found = next((new for rule in rules if (new := rule.apply(scene, node)) is not None and new is not node), None)
        if found is None:
            return node
        node = found
    return node


def _mapped(spec: Spec, image: dict[Node, Node]) -> Spec:
    """All that is said about nodes, said about their images; assumptions and leaves excepted."""
    outputs = {
        name: replace(output, node=image[output.node], terms=tuple((label, image[term]) for label, term in output.terms))
        for name, output in spec.outputs.items()
    }
    ensures = [
        replace(info, claims=tuple(_claim(claim, image) for claim in info.claims), condition=image.get(info.condition),
                along=image.get(info.along))
        for info in spec.ensures
    ]
    examples = [
        replace(example, expects=tuple(replace(expect, node=image[expect.node]) for expect in example.expects))
        for example in spec.examples
    ]
    machines = {name: replace(info, states=image.get(info.states, info.states)) for name, info in spec.machines.items()}
    return replace(
        spec, outputs=outputs, ensures=ensures, examples=examples, machines=machines,
        names={name: image[node] for name, node in spec.names.items()},
        gates={name: image[node] for name, node in spec.gates.items()},
    )


def _claim(claim: Claim, image: dict[Node, Node]) -> Claim:
    return replace(claim, node=image[claim.node], condition=image.get(claim.condition))
