"""The tensor reading of the kernel, entry by entry: each method adds one call to the graph that is being built."""

import operator
from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn.functional import softplus as torch_softplus

from rewardlang.ops.floats import FloatKernel
from rewardlang.tensor.collect import Collections
from rewardlang.tensor.fxgraph import FALSE, TRUE, Builder, Value

_FLOATS = FloatKernel()
# Beyond this, log(1 + exp(x)) and x are one double.
_STRAIGHT = 40.0


class Pointwise:
    """Methods of `ops.kernel.Pointwise`. They see no masks; values of constants are computed at once.

    `grad` builds what has a finite gradient wherever the value is finite.
    """

    def __init__(self, build: Builder, grad: bool):
        self.build = build
        self.grad = grad

    def _call(self, name: str, function: Callable, *values: Value, truth: bool = False, keep_loose: bool = False) -> Value:
        if all(value.constant for value in values):
            return self.constant(getattr(_FLOATS, name)(*(value.data for value in values)))
        if not (keep_loose and any(not value.loose and not value.constant for value in values)):
            values = tuple(map(self.build.number, values))
        datas, axes, batched = self.build.align(*values)
        return Value(self.build.call(function, *datas), axes, batched, truth)

    def constant(self, x: object) -> Value:
        """A number or a truth value known before any data."""
        return Value(x, truth=isinstance(x, bool))

    def add(self, a: Value, b: Value) -> Value:
        return self._call("add", operator.add, a, b, keep_loose=True)

    def sub(self, a: Value, b: Value) -> Value:
        return self._call("sub", operator.sub, a, b)

    def mul(self, a: Value, b: Value) -> Value:
        return self._call("mul", operator.mul, a, b, keep_loose=True)

    def div(self, a: Value, b: Value) -> Value:
        if b.constant and isinstance(b.data, int):
            b = replace(b, data=float(b.data))
        return self._call("div", operator.truediv, a, b)

    def neg(self, a: Value) -> Value:
        return self._call("neg", operator.neg, a)

    def pow(self, a: Value, b: Value) -> Value:
        if self.grad and not a.constant and not (b.constant and (b.data >= 1 or b.data == 0)):
            return self._power_with_gradient(a, b)
        return self._call("pow", torch.pow, a, b)

    def _power_with_gradient(self, a: Value, b: Value) -> Value:
        """Its gradient at a base of 0 is 0 instead of infinite."""
        zero = self.eq(a, self.constant(0))
        raised = self._call("pow", torch.pow, self.where(zero, self.constant(1), a), b)
        return self.where(zero, self.number(self.eq(b, self.constant(0))), raised)

    def abs(self, a: Value) -> Value:
        return self._call("abs", torch.abs, a)

    def detach(self, a: Value) -> Value:
        return self._call("detach", torch.Tensor.detach, a)

    def sign(self, a: Value) -> Value:
        return self._call("sign", torch.sign, a)

    def floor(self, a: Value) -> Value:
        return self._call("floor", torch.floor, a)

    def ceil(self, a: Value) -> Value:
        return self._call("ceil", torch.ceil, a)

    def round(self, a: Value) -> Value:
        return self._call("round", torch.round, a)

    def sqrt(self, a: Value) -> Value:
        if self.grad and not a.constant:
            positive = self.lt(self.constant(0), a)
            root = self._call("sqrt", torch.sqrt, self.where(positive, a, self.constant(1)))
            return self.where(positive, root, self.constant(0))
        return self._call("sqrt", torch.sqrt, a)

    def exp(self, a: Value) -> Value:
        return self._call("exp", torch.exp, a)

    def log(self, a: Value) -> Value:
        return self._call("log", torch.log, a)

    def log1p(self, a: Value) -> Value:
        return self._call("log1p", torch.log1p, a)

    def sin(self, a: Value) -> Value:
        return self._call("sin", torch.sin, a)

    def cos(self, a: Value) -> Value:
        return self._call("cos", torch.cos, a)

    def tan(self, a: Value) -> Value:
        return self._call("tan", torch.tan, a)

    def tanh(self, a: Value) -> Value:
        return self._call("tanh", torch.tanh, a)

    def sigmoid(self, a: Value) -> Value:
        return self._call("sigmoid", torch.sigmoid, a)

    def softplus(self, a: Value) -> Value:
        if a.constant:
            return self.constant(_FLOATS.softplus(a.data))
        a = self.build.number(a)
        return Value(self.build.call(torch_softplus, a.data, 1.0, _STRAIGHT), a.axes, a.batched)

    def minimum(self, a: Value, b: Value) -> Value:
        if a.constant and not b.constant:
            a, b = b, a
        if b.constant and not a.constant:
            return self._at_most(self.build.number(a), b)
        return self._call("minimum", torch.minimum, *self._tensors(a, b))

    def maximum(self, a: Value, b: Value) -> Value:
        if a.constant and not b.constant:
            a, b = b, a
        if b.constant and not a.constant:
            a = self.build.number(a)
            return replace(a, data=self.build.call(torch.clamp_min, a.data, b.data))
        return self._call("maximum", torch.maximum, *self._tensors(a, b))

    def _at_most(self, a: Value, high: Value) -> Value:
        """min(max(x, low), high) with constant ends is one call."""
        if a.data.target is torch.clamp_min:
            x, low = a.data.args
            return replace(a, data=self.build.call(torch.clamp, x, low, high.data))
        return replace(a, data=self.build.call(torch.clamp_max, a.data, high.data))

    def _tensors(self, a: Value, b: Value) -> tuple[Value, Value]:
        return (a, b) if a.constant and b.constant else (self.build.solid(a), self.build.solid(b))

    def atan2(self, y: Value, x: Value) -> Value:
        if y.constant and x.constant:
            return self.constant(_FLOATS.atan2(y.data, x.data))
        zero = self.constant(0.0)
        y, x = (self.build.solid(self.add(value, zero)) for value in (y, x))
        if self.grad:
            origin = self.logical_and(self.eq(y, zero), self.eq(x, zero))
            x = self.where(origin, self.constant(1.0), x)
        return self._call("atan2", torch.atan2, y, x)

    def eq(self, a: Value, b: Value) -> Value:
        return self._call("eq", operator.eq, a, b, truth=True)

    def lt(self, a: Value, b: Value) -> Value:
        return self._call("lt", operator.lt, a, b, truth=True)

    def le(self, a: Value, b: Value) -> Value:
        return self._call("le", operator.le, a, b, truth=True)

    def number(self, a: Value) -> Value:
        if a.constant:
            return Value(int(a.data))
        return replace(a.plain(), truth=False, loose=True)


class Control:
    """Methods of `ops.kernel.Control`: they read and make masks."""

    build: Builder

    def both(self, *masks: Value | None) -> Value | None:
        """Where all of some masks hold; None stands for everywhere."""
        found = None
        for mask in masks:
            if mask is not None and mask is not found:
                found = mask if found is None else self._and(found, mask)
        return None if found is not None and found.constant and found.data else found

    def logical_and(self, a: Value, b: Value) -> Value:
        if a.valid is None and b.valid is None:
            return self._and(a, b)
        data = self._and(self._assume(a, True), self._assume(b, True))
        return data.masked(self._known(self._or(self.all_valid(a, b), self._not(data))))

    def logical_or(self, a: Value, b: Value) -> Value:
        if a.valid is None and b.valid is None:
            return self._or(a, b)
        data = self._or(self._assume(a, False), self._assume(b, False))
        return data.masked(self._known(self._or(self.all_valid(a, b), data)))

    def logical_not(self, a: Value) -> Value:
        return self._not(a.plain()).masked(a.valid)

    def all_valid(self, *values: Value) -> Value:
        """Where all are valid, as a truth value."""
        return self.both(*(value.valid for value in values)) or TRUE

    def _assume(self, a: Value, truth: bool) -> Value:
        """A truth value with `truth` where it is invalid."""
        if a.valid is None:
            return a
        return self._or(a.plain(), self._not(a.valid)) if truth else self._and(a.plain(), a.valid)

    @staticmethod
    def _known(valid: Value) -> Value | None:
        return None if valid.constant and valid.data else valid

    def where(self, c: Value, a: Value, b: Value) -> Value:
        valid = self.both(c.valid, self._chosen_mask(c.plain(), a.valid, b.valid))
        return self.choose(c.plain(), a, b).masked(valid)

    def choose(self, c: Value, a: Value, b: Value) -> Value:
        """The data of a where c holds, else that of b."""
        if c.constant:
            return (a if c.data else b).plain()
        if a.constant and b.constant:
            return self._choose_constants(c, a, b)
        if _same(a, b):
            return a.plain()
        a, b = self.build.number(a), self.build.number(b)
        datas, axes, batched = self.build.align(c, a, b)
        if b.constant and b.data == 0 and self.build.zero_outside.get(datas[1]) is datas[0]:
            return a.plain()
        return Value(self.build.call(torch.where, *datas), axes, batched, a.truth)

    def _choose_constants(self, c: Value, a: Value, b: Value) -> Value:
        if a.truth:
            return a.plain() if a.data == b.data else c if a.data else self._not(c)
        if a.data == b.data:
            return a.plain()
        if (a.data, b.data) == (1, 0):
            return replace(c, truth=False, loose=True)
        return self.choose(c, self.build.literal(a.data), b)

    def _chosen_mask(self, c: Value, a: Value | None, b: Value | None) -> Value | None:
        if a is None and b is None:
            return None
        return self._known(self.choose(c, a or TRUE, b or TRUE)) if c.constant else self._known(
            self._or(self._not(c), a) if b is None else self._or(c, b) if a is None else self.choose(c, a, b))

    def coalesce(self, a: Value, b: Value) -> Value:
        if a.valid is None:
            return a
        valid = None if b.valid is None else self._known(self._or(a.valid, b.valid))
        return self.choose(a.valid, a, b).masked(valid)

    def valid(self, a: Value) -> Value:
        return a.valid or TRUE

    def _and(self, a: Value, b: Value) -> Value:
        for x, y in ((a, b), (b, a)):
            if x.constant:
                return y.plain() if x.data else FALSE
        return a.plain() if _same(a, b) else self._join(operator.and_, a, b)

    def _or(self, a: Value, b: Value) -> Value:
        for x, y in ((a, b), (b, a)):
            if x.constant:
                return TRUE if x.data else y.plain()
        return a.plain() if _same(a, b) else self._join(operator.or_, a, b)

    def _join(self, function: Callable, a: Value, b: Value) -> Value:
        datas, axes, batched = self.build.align(a, b)
        return Value(self.build.call(function, *datas), axes, batched, True)

    def _not(self, a: Value) -> Value:
        if a.constant:
            return FALSE if a.data else TRUE
        if a.data.target is operator.invert:
            return replace(a.plain(), data=a.data.args[0])
        return replace(a.plain(), data=self.build.call(operator.invert, a.data))


class Kernel(Pointwise, Control, Collections):
    """All that emission reads the table's rows with; placement and host rows are emitted on their own."""


def _same(a: Value, b: Value) -> bool:
    """Whether two values are one tensor along the same axes: a copy of an axis is another view of its data."""
    return a.data is b.data and a.axes == b.axes
