"""What a kernel is: the primitives from which every row of the operator table is written.

A kernel reads the rows over one kind of value. `ops.floats` reads them over Python numbers (the reference), `ops.intervals`
over ranges, `tensor` over tensors. A row's `meaning(k, …)` calls nothing but these methods, so a new operator that is
composed of them works everywhere at once, and a new primitive costs one method in each kernel.

Values. A truth value is whatever the kernel uses for one: a bool, one of the ranges [0, 0], [1, 1], [0, 1], a bool tensor.
Pointwise methods see valid entries that lie in the row's domain, but `coalesce`, `valid`, `where` and the three-valued
`logical_*`, `any`, `all`, which know `invalid`.

Collections. Reductions and scans see the entries they are over as one collection, in order, without those that `where` or
`by` keep out: a list for floats, `Elements` (range and count) for intervals. A scan's result is a collection of the same
positions; so is a placement's result along an axis. `length` is the number of positions of an axis.
"""

from collections.abc import Callable
from typing import Any, Protocol

Value = Any
Truth = Any
Collection = Any


class Pointwise(Protocol):
    """Entry by entry."""

    def constant(self, x: object) -> Value:
        """A number of the row's own."""

    def add(self, a: Value, b: Value) -> Value: ...
    def sub(self, a: Value, b: Value) -> Value: ...
    def mul(self, a: Value, b: Value) -> Value: ...
    def div(self, a: Value, b: Value) -> Value: ...
    def neg(self, a: Value) -> Value: ...
    def pow(self, a: Value, b: Value) -> Value: ...
    def abs(self, a: Value) -> Value: ...

    def detach(self, a: Value) -> Value:
        """The same value, of which no gradient is taken."""

    def sign(self, a: Value) -> Value:
        """-1, 0 or 1."""

    def floor(self, a: Value) -> Value: ...
    def ceil(self, a: Value) -> Value: ...

    def round(self, a: Value) -> Value:
        """To the nearest integer, halves to even."""

    def sqrt(self, a: Value) -> Value: ...
    def exp(self, a: Value) -> Value: ...
    def log(self, a: Value) -> Value: ...
    def log1p(self, a: Value) -> Value: ...
    def sin(self, a: Value) -> Value: ...
    def cos(self, a: Value) -> Value: ...
    def tan(self, a: Value) -> Value: ...
    def tanh(self, a: Value) -> Value: ...
    def sigmoid(self, a: Value) -> Value: ...
    def softplus(self, a: Value) -> Value: ...
    def minimum(self, a: Value, b: Value) -> Value: ...
    def maximum(self, a: Value, b: Value) -> Value: ...

    def atan2(self, y: Value, x: Value) -> Value:
        """The angle of (x, y); 0 at the origin, and a zero of either sign is 0."""

    def eq(self, a: Value, b: Value) -> Truth: ...
    def lt(self, a: Value, b: Value) -> Truth: ...
    def le(self, a: Value, b: Value) -> Truth: ...

    def number(self, a: Truth) -> Value:
        """1 for true, 0 for false."""


class Control(Protocol):
    """What decides, and what knows `invalid`."""

    def logical_and(self, a: Truth, b: Truth) -> Truth:
        """False if either is false, else invalid if either is invalid, else true."""

    def logical_or(self, a: Truth, b: Truth) -> Truth:
        """True if either is true, else invalid if either is invalid, else false."""

    def logical_not(self, a: Truth) -> Truth: ...

    def where(self, c: Truth, a: Value, b: Value) -> Value:
        """a where c, else b; what is not chosen has no effect, be it invalid; invalid where c is."""

    def coalesce(self, a: Value, b: Value) -> Value:
        """a where it is valid, else b."""

    def valid(self, a: Value) -> Truth: ...


class Collections(Protocol):
    """Reductions and scans of the entries along an axis or over a population of rollouts."""

    def count(self, xs: Collection) -> Value: ...
    def sum(self, xs: Collection) -> Value: ...
    def prod(self, xs: Collection) -> Value: ...
    def min(self, xs: Collection) -> Value: ...
    def max(self, xs: Collection) -> Value: ...

    def any(self, xs: Collection) -> Truth:
        """Three-valued or; false if there is none."""

    def all(self, xs: Collection) -> Truth:
        """Three-valued and; true if there is none."""

    def first(self, xs: Collection) -> Value: ...
    def last(self, xs: Collection) -> Value: ...

    def argmax(self, xs: Collection) -> Value:
        """The position of the greatest entry, the first of equal ones, counted among the axis' positions from 0."""

    def argmin(self, xs: Collection) -> Value: ...

    def var(self, xs: Collection, ddof: int) -> Value:
        """Squared distances from the mean, added and divided by count - ddof."""

    def quantile(self, xs: Collection, q: float) -> Value:
        """Linear between the sorted entries, of which the first is q = 0 and the last q = 1."""

    def norm(self, xs: Collection, p: float) -> Value:
        """(sum of |x|^p)^(1/p); the greatest |x| for p = inf."""

    def each(self, f: Callable[..., Value], *xs: Collection) -> Collection:
        """A pointwise function of the entries at equal positions."""

    def cumsum(self, xs: Collection) -> Collection: ...
    def cumprod(self, xs: Collection) -> Collection: ...
    def cummax(self, xs: Collection) -> Collection: ...
    def cummin(self, xs: Collection) -> Collection: ...
    def cumcount(self, xs: Collection) -> Collection: ...

    def prev(self, xs: Collection, start: Value) -> Collection:
        """The entry before; `start` at the first."""

    def ahead(self, xs: Collection, end: Value) -> Collection:
        """The entry after; `end` at the last."""

    def softmax(self, xs: Collection) -> Collection: ...

    def rank(self, xs: Collection, ties: str) -> Collection:
        """1 for the greatest. Of equal ones: `order` as they stand, `average`, `min`, `max`, or `dense` without gaps."""


class Temporal(Protocol):
    """What lies ahead of each step, or `behind` it, along one axis. `reading` is an `ops.temporal.Reading`."""

    def higher(self, a: Collection, b: Collection, reading: Any) -> Collection:
        """The greater of two entries, or of the entries at equal steps."""

    def lower(self, a: Collection, b: Collection, reading: Any) -> Collection: ...

    def opposite(self, a: Collection, reading: Any) -> Collection:
        """Not, or minus."""

    def least_within(self, xs: Collection, reading: Any, behind: bool) -> Collection:
        """The least entry of the window; certainly true where the window has no step."""

    def greatest_within(self, xs: Collection, reading: Any, behind: bool) -> Collection:
        """The greatest entry of the window; certainly false where the window has no step."""

    def until(self, ps: Collection, qs: Collection, reading: Any, behind: bool) -> Collection:
        """The greatest, over the steps of the window, of the least of q there and of p from here to just before."""

    def opening(self, xs: Collection, start: Value) -> Value:
        """The first entry; `start` if there is none."""


class Memory(Protocol):
    """What is carried from step to step. `table` is an `automata.table.Table`, or whatever has its `step` and `reached`."""

    def walk(self, *propositions: Collection, table: Any) -> Collection:
        """The state after each step."""

    def entry(self, x: Value, values: tuple) -> Value:
        """values[x]."""

    def ending(self, length: Value) -> Collection:
        """True at the last position."""


class Placement(Protocol):
    """From one axis to another. `length` is the number of positions of the axis that the result gets."""

    def at_first(self, x: Value, length: Value) -> Collection: ...
    def at_last(self, x: Value, length: Value) -> Collection: ...
    def every(self, x: Value, length: Value) -> Collection: ...

    def place(self, xs: Collection, at: Collection, length: Value) -> Collection:
        """Entry i of `xs` added at position at[i]; 0 where nothing lands; invalid if an index is out of range."""

    def spread(self, xs: Collection, by: Collection) -> Collection:
        """xs[by[j]] at each j; invalid where the index is out of range."""

    def rename(self, xs: Collection) -> Collection: ...
    def pick(self, xs: Collection, index: int) -> Value: ...
    def vector(self, *items: Value) -> Collection: ...
    def index(self, length: Value) -> Collection: ...
    def length(self, length: Value) -> Value: ...


class Host(Protocol):
    """Texts and other Python objects."""

    def codes(self, x: Value) -> Value:
        """An int for a text or id: equal ones get equal codes within one evaluation."""

    def lookup(self, table: Value, key: Value) -> Value:
        """The entry of a table under a text; invalid where there is none."""

    def field(self, record: Value, name: str) -> Value: ...


class Kernel(Pointwise, Control, Collections, Temporal, Memory, Placement, Host, Protocol):
    """All of it."""
