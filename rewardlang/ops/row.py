"""What one row of the operator table says; every stage reads operators through these fields and no others."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """How an operator treats axes, and so how every stage treats it."""

    POINTWISE = "pointwise"      # entry by entry; arguments broadcast by axis name
    CONTROL = "control"          # decides which argument counts: gate, coalesce, and, or …; has its own rule for `invalid`
    REDUCTION = "reduction"      # removes the axes it is `over`; keeps the rollout in a window over group, batch or run
    SCAN = "scan"                # keeps the axis it is `over`; each position sees others
    TEMPORAL = "temporal"        # keeps the axis it is `over`; truth or margin of the steps ahead or behind
    MEMORY = "memory"            # carries a state along the axis it is `over`, or says what a state stands for
    PLACEMENT = "placement"      # moves values between axes
    HOST = "host"                # works on texts and other Python objects


@dataclass(frozen=True)
class Argument:
    """One argument of an operator.

    `kinds` names what it accepts: `number` (bool counts as 0 or 1), `bool`, `text`, `any`. `option` says that it is
    fixed when the program is checked (an attribute of the node, not an argument of it); `default` None means required.
    """

    name: str
    kinds: str = "number"
    option: bool = False
    default: object = None


@dataclass(frozen=True)
class Operator:
    """One row.

    name      the word in the language and in the graph (`minimum` for the pointwise `min`).
    family    see Family.
    arguments see Argument.
    result    rule for the result's kind: `arithmetic` (int if all are int or bool, else float; what is no number keeps
              its kind), `float`, `int`, `bool`, `first` (the first argument's), `value` (of the table's or record's entry).
    units     `same` (all equal, result too), `product`, `quotient`, `power`, `square`, `square_root`, `none` (arguments and
              result dimensionless), `compare` (all equal, no unit in the result), `first`, `drop` (any; result
              dimensionless).
    meaning   what it computes, over a kernel: `meaning(k, *args, **options)`. Reductions and scans get the kernel's
              collection of entries as their first argument.
    domain    where it is defined: `domain(k, *args, **options)` a truth value of the kernel; None means everywhere.
              Outside, the value is `invalid`.
    safe      for a partial operator: an argument tuple inside the domain, which the tensor kernel substitutes
              where the domain fails, so that neither NaN nor its gradient can arise.
    bounds    a tighter interval reading than the meaning's own, `bounds(k, *args, **options)`; None if that is tight.
    monotone  one sign an argument: `+` never falls in it, `-` never rises, `?` neither for sure; "" is all `?`.
    smooth    whether it is differentiable inside its domain.
    symbol    how it is written where it is not a function call.
    laws      names of rewrite laws that hold for valid, finite arguments: `commutative`, `associative`, `idempotent`
              (f(f(x)) = f(x), or f(x, x) = x), `involution`, `zero` and `one` (0, or 1, as second argument gives the
              first; for a truth value false and true), `absorbs_zero`.
    memory    for a reduction or scan `over run`: what of all earlier batches it needs, in numbers that do not grow with
              them, by the names of `tensor.statistics`; empty where no such numbers are enough.
    """

    name: str
    family: Family
    arguments: tuple[Argument, ...]
    result: str
    units: str
    meaning: Callable
    doc: str
    example: tuple[str, object]
    domain: Callable | None = None
    safe: tuple[float, ...] = ()
    bounds: Callable | None = None
    monotone: str = ""
    smooth: bool = False
    symbol: str | None = None
    laws: tuple[str, ...] = ()
    memory: tuple[str, ...] = ()
