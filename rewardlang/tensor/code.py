"""The code of one variant: stretches of tensor code with Python steps between them, and the whole as one module."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch import fx, nn

from rewardlang.tensor.callstep import CallStep
from rewardlang.tensor.host import IdStep, ListStep, Run
from rewardlang.tensor.runstep import RunStep

Step = CallStep | IdStep | ListStep | RunStep

#: The nodes of an fx graph that compute something.
COMPUTED = ("call_function", "call_method", "call_module")


@dataclass
class Segment:
    """A stretch of tensor code: a module, the nodes whose tensors it takes, and those that it gives."""

    module: nn.Module
    takes: list[fx.Node]
    gives: list[fx.Node]

    def run(self, run: Run) -> None:
        """Compute its tensors from those of the run."""
        found = self.module(*[run.tensors[node] for node in self.takes])
        run.tensors.update(zip(self.gives, found, strict=True))


def stages(graph: fx.Graph, steps: Sequence[Step]) -> tuple[dict[fx.Node, int], dict[Step, int]]:
    """For each fx node the stretch that computes it; for each step the stretch after which it runs."""
    made_by = {node: step for step in steps for node in results(step)}
    by_host = {step.node: step for step in steps if not isinstance(step, IdStep)}
    of_node: dict[fx.Node, int] = {}
    of_step: dict[Step, int] = {}

    def find(thing: fx.Node | Step) -> None:
        """Iterative, since graphs may be deep."""
        stack, waiting = [thing], set()
        while stack:
            top = stack[-1]
            known = of_step if not isinstance(top, fx.Node) else of_node
            if top in known:
                stack.pop()
                continue
            before = _before(top, made_by, by_host)
            missing = [other for other in before if other not in (of_node if isinstance(other, fx.Node) else of_step)]
            if missing:
                if top in waiting:
                    raise AssertionError(f"{top} rests on itself")
                waiting.add(top)
                stack.extend(missing)
                continue
            levels = [of_node[other] if isinstance(other, fx.Node) else of_step[other] for other in before]
            known[top] = max(levels, default=0) + (isinstance(top, fx.Node) and top in made_by)
            stack.pop()

    for node in graph.nodes:
        find(node)
    for step in steps:
        find(step)
    return of_node, of_step


def _before(thing: fx.Node | Step, made_by: dict, by_host: dict) -> list:
    if isinstance(thing, fx.Node):
        return [made_by[thing]] if thing in made_by else list(thing.all_input_nodes)
    return [*thing.needs, *(by_host[node] for node in thing.rests_on if node in by_host)]


def results(step: Step) -> list[fx.Node]:
    """The inputs of the graph that a step gives."""
    lengths = getattr(step, "lengths", {}).values()
    return [node for node in (step.result, getattr(step, "valid", None), *lengths) if node is not None]


def split(graph: fx.Graph, attributes: dict, steps: Sequence[Step], wanted: Iterable[fx.Node]) -> list[Segment | Step]:
    """The graph cut where steps come between, in the order in which all must run; what nothing rests on is left out.

    Of steps that could run at one time, those that come first in `steps` do.
    """
    wanted = list(wanted)
    live = rests_on([*wanted, *(node for step in steps for node in step.needs)])
    of_node, of_step = stages(graph, steps)
    of_node = {node: level for node, level in of_node.items() if node in live}
    last = max([*of_step.values(), *of_node.values(), 0])
    uses = _last_uses(of_node, of_step, wanted, last)
    order: list[Segment | Step] = []
    for level in range(last + 1):
        body = [node for node, found in of_node.items() if found == level and node.op in COMPUTED]
        if body:
            order.append(_segment(body, level, uses, attributes))
        order += _in_turn([step for step in steps if of_step[step] == level])
    return order


def rests_on(nodes: Iterable[fx.Node]) -> set[fx.Node]:
    """Some nodes of an fx graph and all that they rest on."""
    seen, stack = set(), list(nodes)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.all_input_nodes)
    return seen


def _in_turn(steps: list[Step]) -> list[Step]:
    """Steps such that each follows those whose lists or tensors it reads."""
    made = {node: step for step in steps for node in results(step)}
    made |= {step.node: step for step in steps if not isinstance(step, IdStep)}
    order: dict[Step, None] = {}
    waiting = list(steps)
    while waiting:
        ready = next(step for step in waiting if all(
            made[thing] in order for thing in (*step.needs, *step.rests_on) if thing in made and made[thing] is not step))
        order[ready] = None
        waiting.remove(ready)
    return list(order)


def _last_uses(of_node: dict, of_step: dict, wanted: list[fx.Node], last: int) -> dict[fx.Node, int]:
    """For each node the last stretch, or step (counted half a stretch later), that reads it."""
    uses: dict[fx.Node, float] = dict.fromkeys(wanted, last + 1)
    for node, level in of_node.items():
        for arg in node.all_input_nodes:
            uses[arg] = max(uses.get(arg, 0), level)
    for step, level in of_step.items():
        for node in step.needs:
            uses[node] = max(uses.get(node, 0), level + 0.5)
    return uses


def _segment(body: list[fx.Node], level: int, uses: dict, attributes: dict) -> Segment:
    inside = set(body)
    outer = dict.fromkeys(arg for node in body for arg in node.all_input_nodes if arg not in inside)
    takes = [node for node in outer if node.op != "get_attr"]
    gives = [node for node in body if uses.get(node, 0) > level]
    return Segment(module_of(body, takes, gives, attributes), takes, gives)


def module_of(
    body: Iterable[fx.Node], takes: Sequence[fx.Node], gives: Sequence[fx.Node], attributes: dict,
    names: Sequence[str] = (),
) -> fx.GraphModule:
    """A module of its own from some nodes of a graph: `takes` in, a tuple of `gives` out, or with `names` a dict."""
    graph, copies = fx.Graph(), {}
    for node in takes:
        copies[node] = graph.placeholder(node.name)
    for node in body:
        for arg in node.all_input_nodes:
            if arg.op == "get_attr" and arg not in copies:
                copies[arg] = graph.get_attr(arg.target)
        if node not in copies:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    for node in gives:
        if node not in copies and node.op == "get_attr":
            copies[node] = graph.get_attr(node.target)
    found = tuple(copies[node] for node in gives)
    graph.output(dict(zip(names, found, strict=True)) if names else found)
    used = {node.target for node in graph.nodes if node.op in ("get_attr", "call_module")}
    root = nn.Module()
    for name in sorted(used):
        value = attributes[name]
        if isinstance(value, nn.Module):
            root.add_module(name, value)
        elif isinstance(value, nn.Parameter):
            root.register_parameter(name, value)
        else:
            root.register_buffer(name, value, persistent=False)
    graph.owning_module = root     # asked whether its modules do more than compute
    graph.eliminate_dead_code()
    return fx.GraphModule(root, graph)

