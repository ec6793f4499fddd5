"""Trees and graphs as vertices with edges, drawn as text, JSON, dot (Graphviz) or Mermaid."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction

from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.syntax import tree
from rewardlang.text.plain import phrase, plain
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis


@dataclass
class Vertex:
    """One vertex: what stands in it, further facts by name, and edges as (name of the edge, key of the other end)."""

    key: str
    label: str
    facts: dict[str, object] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Drawing:
    """Vertices in an order in which they can be read, and the names under which some of them are known outside."""

    vertices: list[Vertex]
    names: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict:
        """For programs."""
        entries = [{"key": vertex.key, "label": vertex.label, **plain(vertex.facts),
                    "edges": [{"name": name, "to": key} for name, key in vertex.edges]} for vertex in self.vertices]
        return {"names": self.names, "vertices": entries}

    def as_dot(self) -> str:
        """For Graphviz."""
        lines = ["digraph {", '  node [shape=box, fontname="monospace"];']
        for vertex in self.vertices:
            lines.append(f'  "{vertex.key}" [label="{_dot(_full(vertex))}"];')
            lines += [f'  "{vertex.key}" -> "{key}"' + (f' [label="{_dot(name)}"];' if name else ";")
                      for name, key in vertex.edges]
        for name, key in self.names.items():
            lines += [f'  "={_dot(name)}" [label="{_dot(name)}", shape=plain];', f'  "={_dot(name)}" -> "{key}";']
        return "\n".join([*lines, "}"]) + "\n"

    def as_mermaid(self) -> str:
        """For Mermaid, as Markdown pages draw it."""
        ids = {vertex.key: f"n{number}" for number, vertex in enumerate(self.vertices)}
        lines = ["flowchart TD"]
        for vertex in self.vertices:
            lines.append(f'  {ids[vertex.key]}["{_mermaid(_full(vertex))}"]')
            lines += [f"  {ids[vertex.key]} -->" + (f'|"{_mermaid(name)}"| ' if name else " ") + ids[key]
                      for name, key in vertex.edges]
        for number, (name, key) in enumerate(self.names.items()):
            lines += [f'  out{number}(["{_mermaid(name)}"]) --> {ids[key]}']
        return "\n".join(lines) + "\n"


def _full(vertex: Vertex) -> str:
    facts = [f"{name}: {phrase(value, is_inner=True)}" for name, value in vertex.facts.items() if _says_something(value)]
    return "\n".join([vertex.label, *facts])


def _dot(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _mermaid(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\n", "<br/>")


# --- the syntax tree -----------------------------------------------------------------------------------------------


def tree_drawing(program: object) -> Drawing:
    """The syntax tree: a vertex for each construct, an edge for each part of it."""
    vertices: list[Vertex] = []

    def visit(node: object) -> str:
        vertex = Vertex(f"t{len(vertices)}", type(node).__name__)
        vertices.append(vertex)
        for name, value in _parts(node):
            children = list(_children(value))
            if children:
                vertex.edges += [(name, visit(child)) for child in children]
            elif _says_something(value) or isinstance(node, tree.Bool):
                vertex.facts[name] = _scalar(value)
        return vertex.key

    visit(program)
    return Drawing(vertices)


def tree_text(drawing: Drawing) -> str:
    """The tree with indents."""
    known = {vertex.key: vertex for vertex in drawing.vertices}
    lines: list[str] = []
    stack = [(0, "", drawing.vertices[0].key)]
    while stack:
        depth, edge, key = stack.pop()
        vertex = known[key]
        facts = ", ".join(f"{name} = {phrase(value, is_inner=True)}" for name, value in vertex.facts.items())
        lines.append(f"{'  ' * depth}{f'{edge}: ' if edge else ''}{vertex.label}{f' ({facts})' if facts else ''}")
        stack += [(depth + 1, name, child) for name, child in reversed(vertex.edges)]
    return "\n".join(lines) + "\n"


def _parts(node: object) -> Iterable[tuple[str, object]]:
    return ((part.name, getattr(node, part.name)) for part in fields(node) if part.name not in ("span", "bracketed"))


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value not in ((), [], "")


def _children(value: object) -> Iterable[object]:
    """The constructs in a field: itself, or those in a tuple, at any depth."""
    if is_dataclass(value) and not isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _children(item)


def _scalar(value: object) -> object:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return list(value) if isinstance(value, tuple) else value


# --- the graph ------------------------------------------------------------------------------------------------------


def roots(spec: Spec) -> dict[str, Node]:
    """What the graph is for: outputs and their terms by printable names."""
    found: dict[str, Node] = {}
    for name, output in spec.outputs.items():
        found[name] = output.node
        found.update({f"{name}.{label}": node for label, node in output.terms})
    return found


def graph_drawing(spec: Spec, facts_of=None) -> Drawing:
    """The typed graph below the outputs; `facts_of(node)` gives further facts by name."""
    known = roots(spec)
    vertices = []
    for node in reachable(known.values()):
        vertex = Vertex(f"%{node.number}", _label(node), {"type": str(node.type)})
        if facts_of is not None:
            vertex.facts.update(facts_of(node))
        several = len(node.args) > 1
        vertex.edges = [(str(place) if several else "", f"%{arg.number}") for place, arg in enumerate(node.args)]
        vertices.append(vertex)
    return Drawing(vertices, {name: f"%{node.number}" for name, node in known.items()})


def graph_text(drawing: Drawing) -> str:
    """One line a node, arguments first: `%3 = add(%1, %2)  float[step]`."""
    written = [_line(vertex) for vertex in drawing.vertices]
    width = min(max((len(left) for left, _ in written), default=0), 60)
    lines = [f"{left:<{width}}  {right}".rstrip() for left, right in written]
    return "\n".join([*lines, *(f"{name} = {key}" for name, key in drawing.names.items())]) + "\n"


def _line(vertex: Vertex) -> tuple[str, str]:
    """What a vertex computes, and what is known of it."""
    args = f"({', '.join(key for _, key in vertex.edges)})" if vertex.edges else ""
    facts = [_short(name, value) for name, value in vertex.facts.items() if _says_something(value)]
    return f"{vertex.key} = {vertex.label}{args}", "  ".join(facts)


def _short(name: str, value: object) -> str:
    return str(value) if name == "type" else f"{name} {phrase(value, is_inner=True)}"


def _label(node: Node) -> str:
    attrs = ", ".join(f"{name}={_attr(value)}" for name, value in node.attrs)
    return f"{node.op}[{attrs}]" if attrs else node.op


def _attr(value: object) -> str:
    if isinstance(value, Axis):
        return value.name
    if isinstance(value, tuple):
        return "[" + ", ".join(_attr(item) for item in value) + "]"
    if isinstance(value, Fraction):
        return str(_scalar(value))
    return repr(value) if isinstance(value, str) and not value.isidentifier() else str(value)
