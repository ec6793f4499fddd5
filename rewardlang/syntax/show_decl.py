"""Declarations back to text: clauses in one order, machines in columns."""

from collections.abc import Mapping

from rewardlang.syntax import tree
from rewardlang.syntax.layout import HARD, LINE, Doc, Group, Mark, Nest, joined
from rewardlang.syntax.literals import is_plain_long, text_literal
from rewardlang.syntax.show_expr import IFF, SUM, Shower, flat

WIDTH = 100
_METHODS = {tree.Def: "function"}


class Declarations(Shower):
    """Makes documents of declarations; `places` says where keywords of a machine without a node of their own stand."""

    def __init__(self, places: Mapping[str, int] | None = None):
        super().__init__()
        self.places = places or {}

    def declaration(self, node: tree.Declaration) -> Doc:
        """One declaration."""
        return [Mark(node.span.start), getattr(self, _METHODS.get(type(node), type(node).__name__.lower()))(node)]

    def clauses(self, head: Doc, *clauses: Doc | None) -> Doc:
        """A head and its clauses: on one line, or one clause a line."""
        present = [[LINE, clause] for clause in clauses if clause is not None]
        return Group([head, Nest(present)])

    # --- names and settings ---

    def use(self, node):
        path = text_literal(node.path) if node.is_file else node.path
        if not node.names:
            return f"use {path}"
        names = [f"{name} as {alias}" if alias else name for name, alias in node.names]
        return Group([f"use {path}: ", Nest(joined(names, [",", LINE]))])

    def setting(self, node):
        horizon = discount = None
        if node.horizon:
            axis = f" {node.axis}" if node.axis else ""
            horizon = ["horizon ", self.pair(*node.horizon), axis]
        if node.discount is not None:
            within = " within episodes" if node.within_episodes else ""
            discount = ["discount ", self.expr(node.discount, SUM), within]
        return self.clauses(f"setting {node.kind}", horizon, discount)

    def pair(self, low, high):
        """`[low, high]`, or the one number that both are."""
        single = low == high and isinstance(low, (tree.Number, tree.Name))
        return self.expr(low) if single else self.interval(low, high)

    def axisdecl(self, node):
        head = f"axis {node.name}"
        if node.labels:
            return [head, " = ", self.words("{", node.labels, "}")]
        if node.size is not None:
            return f"{head} = {node.size}"
        if node.like:
            return f"{head} like {node.like}"
        return head + (" ragged" if node.ragged else "") + (" ordered" if node.ordered else "")

    def words(self, opening, names, closing):
        """Words in brackets."""
        return self.inside(opening, joined(list(names), [",", LINE]), closing)

    # --- what comes from outside ---

    def input(self, node):
        return self.clauses(["input ", node.name, " : ", self.type(node.type)], self.domain(node.domain),
                            self.unit(node.unit), self.origin(node.origin), self.default(node.default))

    def groupby(self, node):
        size = ["size ", self.pair(*node.size)] if node.size else None
        return self.clauses(f"group by {node.key}", size)

    def param(self, node):
        head = ["param ", node.name, [" : ", self.type(node.type)] if node.type else []]
        return self.clauses(head, self.domain(node.domain), self.unit(node.unit), self.default(node.default),
                            "learnable" if node.learnable else None)

    def external(self, node):
        range_ = [[" ", part] for part in (self.domain(node.domain), self.unit(node.unit)) if part is not None]
        head = [f"{node.kind} {node.name}", self.signature(node.parameters), " -> ", self.type(node.result), range_]
        timeout = ["timeout ", self.expr(node.timeout)] if node.timeout else None
        on_error = ["on_error ", self.expr(node.on_error, IFF)] if node.on_error is not None else None
        options = [self.option(option) for option in node.options]
        return self.clauses(head, self.origin(node.origin, node.mode), *options, timeout, on_error)

    def option(self, node):
        """`votes 3`; a text of several lines as it is written."""
        if type(node.value) is tree.Text and "\n" in node.value.value and is_plain_long(node.value.value):
            return [Mark(node.span.start), f'{node.name} """{node.value.value}"""']
        return [Mark(node.span.start), f"{node.name} ", self.expr(node.value, IFF)]

    def domain(self, node):
        """`in [low, high]`."""
        return None if node is None else ["in ", self.interval(node.low, node.high)]

    def unit(self, unit):
        """`unit "m"`."""
        return None if unit is None else f"unit {text_literal(unit)}"

    def origin(self, node, mode=None):
        """`from policy of given "column"`."""
        words = [mode] if mode else []
        if node is not None and node.role:
            words.append(node.role + (" of given" if node.of_given else " of state" if node.of_state else ""))
        if node is not None and node.column is not None:
            words.append(text_literal(node.column))
        mark = Mark(node.span.start) if node is not None else []
        return [mark, "from " + " ".join(words)] if words else None

    def default(self, value):
        """`= value`."""
        return None if value is None else ["= ", self.expr(value)]

    # --- values and functions ---

    def let(self, node):
        head: Doc = f"let {node.name}"
        if node.type:
            head = [head, " : ", self.type(node.type)]
        clauses = [clause for clause in (self.domain(node.domain), self.unit(node.unit)) if clause is not None]
        head = Group([head, Nest([[LINE, clause] for clause in clauses])]) if clauses else head
        return [head, " = ", self.expr(node.value)]

    def function(self, node):
        result = [" -> ", self.type(node.result)] if node.result else []
        domain = [" ", self.domain(node.domain)] if node.domain else []
        return [f"def {node.name}", self.signature(node.parameters), result, domain, " = ", self.expr(node.body)]

    def signature(self, parameters):
        """Parameters in brackets."""
        shown = [self.parameter(parameter) for parameter in parameters]
        return self.inside("(", joined(shown, [",", LINE]), ")") if shown else "()"

    def parameter(self, node):
        """`name: type in domain unit "m" = default`."""
        parts = [self.domain(node.domain), self.unit(node.unit), self.default(node.default)]
        tail = [[" ", part] for part in parts if part is not None]
        return [Mark(node.span.start), node.name, ": ", self.type(node.type), tail]

    def assume(self, node):
        return ["assume ", self.expr(node.fact)]

    def output(self, node):
        name = f" {node.name}" if node.name else ""
        return [node.role, name, " = ", self.expr(node.value)]

    # --- what is aimed at and promised ---

    def objective(self, node):
        values = [f"objective {node.kind} ", Nest(self.commas(node.values))]
        if not node.constraints:
            return Group(values)
        return Group([values, Nest([LINE, "subject to ", self.commas(node.constraints)])])

    def ensure(self, node):
        claim: list[Doc] = ["ensure ", self.expr(node.claim)]
        if node.direction:
            strictly = "strictly " if node.strictly else ""
            claim.append([f" {strictly}{node.direction} in ", self.expr(node.along)])
        return self.clauses(claim, ["when ", self.expr(node.condition)] if node.condition is not None else None)

    # --- machines ---

    def machine(self, node):
        head = f"machine {node.name}" + (f" over {node.over}" if node.over else "")
        if node.value is not None:
            return [head, " = ", self.expr(node.value)]
        parts: list[Doc] = [self.listed("start", node.starts)] if node.starts else []
        if node.first_match:
            parts.append([self.place("first"), "first match"])
        parts += [[Mark(c.span.start), f"counter {c.name} ", self.domain(c.domain)] for c in node.counters]
        parts += self.edges(node.edges)
        if node.finals:
            parts.append(self.listed("final", node.finals))
        return self.opened(head, parts, node)

    def opened(self, head, parts, node):
        """A head, and its items in braces, a line each."""
        if not parts:
            return [head, " {", HARD, Mark(node.span.end - 1), "}"]
        return [head, " {", Nest([[HARD, part] for part in parts]), HARD, Mark(node.span.end - 1), "}"]

    def place(self, word):
        """Where a keyword of the machine stands in the source."""
        return Mark(self.places[word]) if word in self.places else []

    def listed(self, word, names):
        """`start a, b`."""
        return [self.place(word), f"{word} {', '.join(names)}"]

    def edges(self, edges):
        """Edges in columns: where from and to, when and what changes, what is paid."""
        rows = [self.edge(edge) for edge in edges]
        sources = max((len(row[0]) for row in rows if row[1]), default=0)
        ways = [f"{start.ljust(sources)} -> {end}" if end else start for start, end, _, _ in rows]
        width = max((len(way) for way, row in zip(ways, rows) if row[1]), default=0)
        middles = [f"{way.ljust(width)}  {row[2]}" if row[2] else way for way, row in zip(ways, rows)]
        column = max(map(len, middles), default=0)
        lines = [f"{middle.ljust(column)} : {row[3]}" if row[3] else middle for middle, row in zip(middles, rows)]
        if any(len(line) > WIDTH - 4 or "\n" in line for line in lines):
            return [self.wide_edge(edge) for edge in edges]
        return [[Mark(edge.span.start), line] for edge, line in zip(edges, lines)]

    def edge(self, edge):
        """The columns of an edge as plain text: sources, target, guard and updates, reward."""
        start = ", ".join(edge.sources) or ("otherwise" if edge.target else "otherwise stay")
        changes = []
        if edge.guard is not None:
            changes.append("when " + flat(self.expr(edge.guard)))
        if edge.updates:
            changes.append("do " + ", ".join(map(self.update, edge.updates)))
        return start, edge.target or "", "  ".join(changes), flat(self.expr(edge.reward)) if edge.reward is not None else ""

    def wide_edge(self, edge):
        """An edge without columns, broken where it is too long."""
        start, target, _, _ = self.edge(edge)
        guard = ["when ", self.expr(edge.guard)] if edge.guard is not None else None
        updates = "do " + ", ".join(map(self.update, edge.updates)) if edge.updates else None
        paid = [": ", self.expr(edge.reward)] if edge.reward is not None else None
        return [Mark(edge.span.start), self.clauses(f"{start} -> {target}" if target else start, guard, updates, paid)]

    def update(self, node):
        """`spills += 1`."""
        return f"{node.counter} {node.op} {flat(self.expr(node.value))}"

    # --- examples ---

    def example(self, node):
        parts = [self.given(given) for given in node.givens]
        parts += [self.sample(sample) for sample in node.samples]
        parts += [self.expect(expect) for expect in node.expects]
        return self.opened(f"example {text_literal(node.title)}", parts, node)

    def given(self, node):
        """`name = value`."""
        return [Mark(node.span.start), f"{node.name} = ", self.expr(node.value)]

    def sample(self, node):
        """`sample { … }`."""
        if not node.givens:
            return [Mark(node.span.start), "sample {}"]
        return [Mark(node.span.start), "sample ", self.items(node, [self.given(given) for given in node.givens])]

    def expect(self, node):
        """`expect claim +- tolerance`."""
        tolerance = [" +- ", self.expr(node.tolerance)] if node.tolerance is not None else []
        return [Mark(node.span.start), "expect ", self.expr(node.claim), tolerance]

    # --- types ---

    def type(self, node):
        """`float[step, joint]?` and its kin."""
        axes = f"[{', '.join(node.axes)}]" if node.axes else ""
        end = axes + ("?" if node.optional else "")
        if node.kind == "enum" and node.labels:
            return ["enum", self.words("{", node.labels, "}"), end]
        if node.kind == "table" and node.value:
            return ["table[text] of ", self.type(node.value)]
        if node.kind == "record" and node.fields:
            fields = [self.field(field) for field in node.fields]
            return [Group(["{", Nest([LINE, joined(fields, [",", LINE])]), LINE, "}"]), end]
        return node.kind + end

    def field(self, node):
        """`name: type in domain`."""
        domain = [" ", self.domain(node.domain)] if node.domain else []
        return [Mark(node.span.start), f"{node.name}: ", self.type(node.type), domain]
