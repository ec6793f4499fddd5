"""From syntax tree to typed graph: names resolved, types inferred, functions expanded, labels attributed."""

from rewardlang.elaborate import calls, choice, claims, declarations, examples, expressions, objective
from rewardlang.elaborate.constants import constant
from rewardlang.elaborate.context import Context, Failed, Session
from rewardlang.elaborate.expressions import declared
from rewardlang.elaborate.external import external
from rewardlang.elaborate.knots import Knot
from rewardlang.elaborate.order import in_order
from rewardlang.elaborate.scope import Module, ScopeBuilder
from rewardlang.elaborate.states import knot
from rewardlang.ir.node import Graph, leaves
from rewardlang.ir.spec import SettingInfo, Spec
from rewardlang.syntax import tree
from rewardlang.syntax.limits import MAX_DEPTH
from rewardlang.syntax.modules import Loader
from rewardlang.text.near import hint as near
from rewardlang.text.source import Source
from rewardlang.values.types import Kind

RULES = {**expressions.RULES, **choice.RULES, **calls.RULES, **declarations.RULES}
_SETTINGS = ("single_turn", "episodic", "continuing")
_KEYS = (Kind.ID, Kind.TEXT, Kind.INT, Kind.ENUM)


def elaborate(program: tree.Program, source: Source, loader: Loader | None = None) -> Spec:
    """The typed program; `spec.diagnostics` holds what is wrong with it. Never raises on a parsed program."""
    builder = ScopeBuilder(loader)
    module = builder.build(program)
    spec = Spec(source, Graph(), program.docstring, builder.used, axes=module.axes)
    spec.diagnostics.extend(builder.findings)
    session = Session(spec, RULES)
    cx = Context(session, module)
    _once(session, program, tree.Setting, "setting")
    _once(session, program, tree.GroupBy, "group by")
    _each(cx, program, tree.Setting, _setting)
    _inputs(session, module)
    _group(cx)
    for place, declaration in in_order(session, module):
        _quietly(knot if isinstance(declaration, Knot) else declared, cx, place, declaration)
    _each(cx, program, tree.External, lambda cx, item: external(cx, module, item))
    _named_calls(session, module)
    _functions(cx)
    for kind, enter in ((tree.Assume, claims.assume), (tree.Ensure, claims.ensure), (tree.Example, examples.example),
                        (tree.Objective, objective.objective)):
        _each(cx, program, kind, enter)
    _once(session, program, tree.Objective, "objective")
    _one_reward(session, program)
    return spec


def _quietly(function, *args) -> None:
    """Enter a declaration (the last argument); its failures are reported where they arise, save one: too deep a nest."""
    cx, declaration = args[0], args[-1]
    try:
        function(*args)
    except Failed:
        pass
    except RecursionError:
        span = declaration.declarations[0].span if isinstance(declaration, Knot) else declaration.span
        cx.session.report("RW002", span, limit=MAX_DEPTH)


def _each(cx: Context, program: tree.Program, kind: type, enter) -> None:
    for item in program.declarations:
        if isinstance(item, kind):
            _quietly(enter, cx, item)


def _inputs(session: Session, module: Module) -> None:
    for declaration in module.values.values():
        if isinstance(declaration, tree.Input):
            _quietly(declared, Context(session, module), module, declaration)


def _once(session: Session, program: tree.Program, kind: type, what: str) -> None:
    found = [item for item in program.declarations if isinstance(item, kind)]
    for extra in found[1:]:
        session.report("RW102", extra.span, name=what, line=found[0].span.source.position(found[0].span.start)[0])


def _setting(cx: Context, declaration: tree.Setting) -> None:
    if declaration.kind not in _SETTINGS:
        known = f"`setting`, which is one of {', '.join(_SETTINGS)}"
        raise cx.fail("RW116", declaration.span, name=declaration.kind, type=known, hint=near(declaration.kind, _SETTINGS))
    ends = [constant(cx, end, "the horizon") for end in declaration.horizon] if declaration.horizon else None
    discount = float(constant(cx, declaration.discount, "the discount")) if declaration.discount else None
    if ends and not all(isinstance(end, int) and end >= 0 for end in ends):
        raise cx.fail("RW108", declaration.span, what="the horizon", wanted="a whole number of steps", found=str(ends[-1]))
    if discount is not None and not 0 <= discount <= 1:
        raise cx.fail("RW121", declaration.span, what="the discount", value=discount, domain="[0, 1]")
    cx.spec.setting = SettingInfo(declaration.kind, tuple(ends) if ends else None, declaration.axis, discount,
                                  declaration.within_episodes)


def _group(cx: Context) -> None:
    """`group by key size [low, high]`."""
    declaration = cx.module.group
    if declaration is None:
        return
    info = cx.spec.inputs.get(declaration.key)
    if info is None:
        cx.session.report("RW101", declaration.span, name=declaration.key, hint=": `group by` takes an input")
    elif info.type.kind not in _KEYS or info.type.axes:
        cx.session.report("RW108", declaration.span, what="the key of a group", wanted="an id, text, int or enum",
                          found=str(info.type))
    else:
        cx.spec.group_key = declaration.key
    cx.session.group_is_broken = cx.spec.group_key is None
    if declaration.size is not None:
        try:
            low, high = (constant(cx, end, "the size of a group") for end in declaration.size)
            cx.spec.group_size = (int(low), int(high))
        except Failed:
            pass


def _named_calls(session: Session, module: Module) -> None:
    """A model or verifier is a column of its own name: called with different arguments, each call needs a name."""
    named = set(session.spec.names.values())
    for name, (owner, declaration) in module.functions.items():
        if owner is not module or not isinstance(declaration, tree.External):
            continue
        calls = [node for node in leaves(session.spec.graph.nodes, "call") if node["callee"] == name]
        for node in calls if len(calls) > 1 else ():
            if node not in named:
                problem = "is called with different arguments: give each call a name with `let`, which is then its column"
                session.report("RW107", session.spec.graph.origins[node], name=name, problem=problem, subject=name)


def _functions(cx: Context) -> None:
    """Every function of the file once with its own parameters, so that its errors show though nobody calls it."""
    for _name, (module, declaration) in cx.module.functions.items():
        if isinstance(declaration, tree.Def) and module is cx.module:
            _quietly(calls.check_function, cx, declaration)


def _one_reward(session: Session, program: tree.Program) -> None:
    rewards = [item for item in program.declarations if isinstance(item, tree.Output) and item.role == "reward"]
    for extra in rewards[1:]:
        session.report("RW118", extra.span, problem="there is one `reward` already: call this one `output name = …`",
                       subject="reward")
