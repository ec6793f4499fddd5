"""Other people's libraries for temporal logic, behind one line of JSON in and one out; runs in their own environment.

A request names a `peer` and a `formula` (nested lists: word, operands, window or null; `["ge", "x", 0.25]` compares)
with `signals` by name, and gets the `values` at each step. With `rows`, `steps` and `seed` in place of signals it gets the
`seconds` of the fastest of `calls` calls on random signals, and `first`, the value of the first row at its first step.
"""

import json
import logging
import sys
import time
from math import inf


class Rtamt:
    """rtamt's discrete-time specification, offline; one trace at a time."""

    words = {"always": "always", "eventually": "eventually", "historically": "historically", "once": "once",
             "until": "until", "since": "since", "weak_next": "next", "weak_previous": "prev",
             "and": "and", "or": "or", "implies": "->", "iff": "iff", "not": "not"}

    def __init__(self, formula, _options):
        import rtamt

        logging.disable(logging.WARNING)
        self.spec = rtamt.StlDiscreteTimeSpecification()
        for name in "xy":
            self.spec.declare_var(name, "float")
        self.spec.spec = self.text(formula)
        self.spec.parse()

    def text(self, formula) -> str:
        word, *rest = formula
        if word in _SIGNS:
            return f"({rest[0]} {_SIGNS[word]} {rest[1]})"
        window = f"[{rest[-1][0]}:{rest[-1][1]}]" if isinstance(rest[-1][0], int) else ""
        operands = [self.text(operand) for operand in (rest[:-1] if window else rest)]
        if len(operands) == 1:
            return f"({self.words[word]}{window}{operands[0]})"
        return f"({operands[0]} {self.words[word]}{window} {operands[1]})"

    def trace(self, signals) -> list:
        """The margins at each step."""
        steps = len(next(iter(signals.values())))
        found = self.spec.evaluate({"time": list(range(steps)), **{name: list(x) for name, x in signals.items()}})
        return [value for _, value in found]

    def batch(self, columns) -> object:
        """All rows, and what to call."""
        rows = [{name: x[row].tolist() for name, x in columns.items()} for row in range(len(columns["x"]))]
        return lambda: [self.trace(row) for row in rows]


class Stlcgpp:
    """stlcgpp by masks over all windows (or by recurrent cells), rows side by side by torch.vmap."""

    def __init__(self, formula, options):
        from stlcgpp import formula as stl

        self.stl, self.recurrent = stl, options.pop("recurrent", False)
        self.options = options
        self.places = {}
        self.formula = self.made(formula)

    def made(self, formula):
        word, *rest = formula
        if word in _SIGNS:
            place = "xy".index(rest[0])
            signal = self.stl.Predicate(rest[0], lambda signals: signals[..., place])
            return signal >= rest[1] if word == "ge" else signal <= rest[1] if word == "le" else signal == rest[1]
        window = rest.pop() if isinstance(rest[-1][0], int) else None
        operands = [self.made(operand) for operand in rest]
        if word in _PLAIN:
            return getattr(self.stl, _PLAIN[word])(*operands)
        name = word.capitalize() + ("Recurrent" if self.recurrent else "")
        interval = None if window is None else [window[0], inf if window[1] is None else window[1]]
        return getattr(self.stl, name)(*operands, interval=interval)

    def trace(self, signals) -> list:
        """The margins at each step."""
        import torch

        columns = torch.tensor([signals[name] for name in "xy"], dtype=torch.get_default_dtype()).T
        return self.read(columns).tolist()

    def read(self, columns):
        """The margins of one trace [steps, 2]; recurrent cells read it from its end."""
        if self.recurrent:
            return self.formula(columns.flip(0), **self.options).flip(0)
        return self.formula(columns, **self.options)

    def batch(self, columns) -> object:
        """All rows, and what to call."""
        import torch

        block = torch.stack([columns[name] for name in "xy"], -1)
        if self.recurrent or len(block) == 1:
            return lambda: [self.read(row) for row in block]
        return lambda: torch.vmap(self.read)(block)


class Mtl:
    """metric-temporal-logic; one trace at a time."""

    words = {"always": "G", "eventually": "F", "and": "&", "or": "|", "implies": "->", "not": "~", "until": "U"}

    def __init__(self, formula, _options):
        import mtl

        self.atoms = {}
        self.formula = mtl.parse(self.text(formula))

    def text(self, formula) -> str:
        word, *rest = formula
        if word in _SIGNS:
            name = f"p{len(self.atoms)}"
            self.atoms[name] = (word, *rest)
            return name
        window = rest.pop() if isinstance(rest[-1][0], int) else None
        between = self.words[word] + (f"[{window[0]},{window[1]}]" if window else "")
        operands = [self.text(operand) for operand in rest]
        return f"({between}{operands[0]})" if len(operands) == 1 else f"({operands[0]} {between} {operands[1]})"

    def trace(self, signals) -> list:
        """The margins at each step."""
        margins = {name: list(enumerate(_margins(signals[signal], word, bound)))
                   for name, (word, signal, bound) in self.atoms.items()}
        steps = len(next(iter(signals.values())))
        return [self.formula(margins, quantitative=True, dt=1, time=step) for step in range(steps)]

    def batch(self, columns) -> object:
        """All rows, and what to call."""
        rows = [{name: x[row].tolist() for name, x in columns.items()} for row in range(len(columns["x"]))]
        return lambda: [self.trace(row) for row in rows]


def _margins(samples: list, word: str, bound: float) -> list:
    return [x - bound if word == "ge" else bound - x if word == "le" else -abs(x - bound) for x in samples]


_SIGNS = {"ge": ">=", "le": "<=", "eq": "=="}
_PLAIN = {"and": "And", "or": "Or", "implies": "Implies", "not": "Negation"}
_PEERS = {"rtamt": Rtamt, "stlcgpp": Stlcgpp, "mtl": Mtl}


def random_columns(rows: int, steps: int, seed: int) -> dict:
    """Two random signals between -1 and 1; what reads them runs on one thread."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.rand(rows, steps, generator=generator) * 2 - 1 for name in "xy"}


def timed(peer, request: dict) -> dict:
    """How long the fastest call took, on the first `part` rows, and what it gave first."""
    columns = random_columns(request["rows"], request["steps"], request["seed"])
    call = peer.batch({name: x[: request.get("part", request["rows"])] for name, x in columns.items()})
    best, found = inf, None
    for _ in range(request["calls"]):
        start = time.perf_counter()
        found = call()
        best = min(best, time.perf_counter() - start)
    return {"seconds": best, "first": float(found[0][0])}


def answer(request: dict) -> dict:
    """What a request is answered with; an error as a text."""
    try:
        peer = _PEERS[request["peer"]](request["formula"], dict(request.get("options", {})))
        if "seed" in request:
            return timed(peer, request)
        return {"values": [float(value) for value in peer.trace(request["signals"])]}
    except Exception as error:  # a peer may fail in any way, which is an answer too
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer each line until the input ends."""
    output, sys.stdout = sys.stdout, sys.stderr  # peers print to stdout
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("double"):
            import torch

            torch.set_default_dtype(torch.float64)
        output.write(json.dumps(answer(request)) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
