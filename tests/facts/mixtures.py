"""Random expressions as rewards are written, in mixtures: shares, weighted means, squashed sums, gates and limits, with correlated sources."""

import random

import numpy as np

#: How each part is written in the language and for numpy.
_UNARY = [
    ("tanh({0})", "np.tanh({0})"), ("sigmoid({0})", "1 / (1 + np.exp(-({0})))"), ("log(1 + exp({0}))", "np.log1p(np.exp({0}))"),
    ("exp(-abs({0}))", "np.exp(-np.abs({0}))"), ("clamp({0}, -1, 1)", "np.clip({0}, -1, 1)"), ("clamp({0}, 0, 2)", "np.clip({0}, 0, 2)"),
    ("abs({0})", "np.abs({0})"), ("({0}) ** 2", "({0}) ** 2"), ("({0}) ** 3", "({0}) ** 3"), ("sqrt(abs({0}) + 0.01)", "np.sqrt(np.abs({0}) + 0.01)"),
    ("({0}) / (1 + abs({0}))", "({0}) / (1 + np.abs({0}))"), ("sigmoid({0}) * (1 - sigmoid({0}))", "1 / (2 + np.exp({0}) + np.exp(-({0})))"),
    ("cos({0})", "np.cos({0})"), ("({0}) * exp(-(({0}) ** 2))", "({0}) * np.exp(-(({0}) ** 2))"),
]
_BINARY = [
    ("({0}) + ({1})",) * 2, ("({0}) - ({1})",) * 2, ("({0}) * ({1})",) * 2, ("min({0}, {1})", "np.minimum({0}, {1})"),
    ("max({0}, {1})", "np.maximum({0}, {1})"), ("gate {0} > {1} {{ {0} }} else {{ {1} / 2 }}", "np.where(({0}) > ({1}), {0}, ({1}) / 2)"),
    ("gate {0} > 0.25 {{ {1} }} else 0", "np.where(({0}) > 0.25, {1}, 0)"), ("({0}) / (1 + ({1}) ** 2)",) * 2,
]
_SHARES = [
    ("{a} / ({a} + {b} + 0.1)",) * 2, ("({a} * {x} + {b} * {y}) / ({a} + {b} + 0.01)",) * 2, ("2 * {a} * {b} / ({a} + {b} + 0.1)",) * 2,
    ("exp({x}) / (exp({x}) + exp({y}))", "np.exp({x}) / (np.exp({x}) + np.exp({y}))"), ("{a} * {x} + (1 - {a}) * {y}",) * 2,
    ("({a} - {b}) / ({a} + {b} + 0.5)",) * 2, ("{a} * {b} / max({a}, {b}, 0.2)", "{a} * {b} / np.maximum(np.maximum({a}, {b}), 0.2)"),
    ("{a} ** 2 / ({a} ** 2 + {b} ** 2 + 0.04)",) * 2,
]
_ASSUMED = [("{x} <= {y}", "{x} <= {y}"), ("{a} + {b} <= 1", "{a} + {b} <= 1"), ("{a} <= {b}", "{a} <= {b}"), ("{x} + 1 <= {y}", "{x} + 1 <= {y}")]

_NAMES = {"a": (0.0, 1.0), "b": (0.0, 1.0), "x": (-2.0, 2.0), "y": (-2.0, 3.0), "n": (0.0, 5.0)}


class Mixture:
    """A random expression over two unit sources, two signed ones and a whole number; every third has an `assume`."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        written, in_numpy = self._mixed(self.random.choice([2, 2, 3]))
        pair = self.random.choice(_ASSUMED) if seed % 3 == 0 else ("", "")
        self.expression, self.assumed = written, pair[0].format(**{name: name for name in _NAMES})
        self._value = compile(in_numpy, "mixture", "eval")
        self._held = compile(pair[1].format(**{name: name for name in _NAMES}) or "True", "assumed", "eval")

    def _mixed(self, deep: int) -> tuple[str, str]:
        if not deep:
            return self._leaf()
        kind = self.random.random()
        if kind < 0.25:
            names = {name: name for name in _NAMES}
            return tuple(f"({part.format(**names)})" for part in self.random.choice(_SHARES))
        if kind < 0.6:
            inner, form = self._mixed(deep - 1), self.random.choice(_UNARY)
            return tuple(f"({part.format(one)})" for part, one in zip(form, inner))
        left, right, form = self._mixed(deep - 1), self._mixed(deep - 1), self.random.choice(_BINARY)
        return tuple(f"({part.format(one, other)})" for part, one, other in zip(form, left, right))

    def _leaf(self) -> tuple[str, str]:
        one, other = self.random.sample(list(_NAMES), 2)
        scale, more = self.random.choice([1, 0.5, -1, 2]), self.random.choice([0, 0, 0.3, -1])
        text = self.random.choice([one, one, f"{scale} * {one} + {more}", f"{one} - {scale} * {other}", f"{one} * {other}"])
        return text, text

    def text(self) -> str:
        """The expression as a program."""
        kinds = {name: "int" if name == "n" else "float" for name in _NAMES}
        ends = {name: f"[{int(low)}, {int(high)}]" for name, (low, high) in _NAMES.items()}
        lines = [f"input {name} : {kinds[name]} in {ends[name]}" for name in _NAMES]
        return "\n".join([*lines, *([f"assume {self.assumed}"] if self.assumed else []), f"reward = {self.expression}"])

    def values(self, points: np.ndarray) -> np.ndarray:
        """The values at points (a column for each source); NaN where the assumption does not hold."""
        known = {"np": np, **dict(zip(_NAMES, points))}
        with np.errstate(all="ignore"):
            found = np.broadcast_to(eval(self._value, known), points[0].shape).astype(float)
            return np.where(eval(self._held, known), found, np.nan)

    def reached(self, count: int = 30_000) -> tuple[float, float]:
        """The least and the greatest value found: on a grid of ends, at random, and around the best of them ever closer."""
        draw = np.random.default_rng(0)
        low, high = (np.array([ends[i] for ends in _NAMES.values()])[:, None] for i in (0, 1))
        corners = np.array(np.meshgrid(*([0, 0.5, 1],) * len(_NAMES))).reshape(len(_NAMES), -1) * (high - low) + low
        start = np.concatenate([_whole(corners), _whole(draw.uniform(low, high, (len(_NAMES), count)))], axis=1)
        return tuple(sign * self._climbed(start, sign, draw, low, high) for sign in (-1, 1))

    def _climbed(self, points, sign, draw, low, high) -> float:
        values = sign * self.values(points)
        size = 0.3
        for _ in range(40):
            order = np.argsort(np.where(np.isnan(values), -np.inf, values))[-20:]
            points, values = points[:, order], values[order]
            steps = draw.normal(0, size, (len(_NAMES), 20, 30)) * (draw.random((len(_NAMES), 20, 30)) < 0.5)
            tried = _whole(np.clip(points[:, :, None] + steps * (high - low)[:, :, None], low[:, :, None], high[:, :, None]).reshape(len(_NAMES), -1))
            points = np.concatenate([points, tried], axis=1)
            values = np.concatenate([values, sign * self.values(tried)])
            size *= 0.75
        return float(np.nanmax(values))


def _whole(points: np.ndarray) -> np.ndarray:
    """Points whose last coordinate is a whole number."""
    points[-1] = np.round(points[-1])
    return points
