"""Formulas and traces for tests: read from text, drawn at random, and automata made from definitions alone."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence

from rewardlang.automata.formula import INFIX, ONE_STEP, PREFIX, Formula, atom, make
from rewardlang.syntax import tree
from rewardlang.syntax.parse import parse_expression
from rewardlang.text.source import Source

FUTURE_ONLY = "next weak_next always eventually until weak_until release strong_release".split()
PAST_ONLY = "previous weak_previous once historically since triggers".split()
BOOLEAN = "not and or implies iff".split()


def formula(text: str) -> Formula:
    """The formula of a text in the language; a comparison is an atom named by its text."""
    expression, diagnostics = parse_expression(Source("formula", text))
    assert not diagnostics, (text, diagnostics[0].message)
    return _formula(expression, text)


def _formula(node: tree.Expr, text: str) -> Formula:
    match node:
        case tree.Bool():
            return make("true" if node.value else "false")
        case tree.Name():
            return atom(node.name)
        case tree.Unary():
            return make(node.op, _formula(node.operand, text))
        case tree.Binary():
            return make(node.op, _formula(node.left, text), _formula(node.right, text))
        case tree.Temporal():
            window = tuple(int(end.value) for end in node.window) if node.window else None
            return make(node.op, *[_formula(each, text) for each in node.operands], window=window)
        case tree.Compare():
            return atom(text[node.span.start:node.span.end])
    raise AssertionError(f"no formula: {node}")


def drawn(source: random.Random, depth: int, names: Sequence[str] = "ab", past: bool = True, future: bool = True) -> Formula:
    """A random formula of at most that depth."""
    if depth == 0 or source.random() < 0.1:
        return make(source.choice(["true", "false"])) if source.random() < 0.1 else atom(source.choice(names))
    op = source.choice(BOOLEAN * 2 + FUTURE_ONLY * future + PAST_ONLY * past)
    count = 2 if op in INFIX or op in BOOLEAN[1:] else 1
    low = source.randint(0, 2)
    windowed = op in (PREFIX | INFIX) - ONE_STEP and source.random() < 0.3
    window = (low, low + source.randint(0, 2)) if windowed else None
    args = [drawn(source, source.randint(0, depth - 1), names, past, future) for _ in range(count)]
    return make(op, *args, window=window)


def letters(names: Sequence[str]) -> list[frozenset[str]]:
    """Every letter over some atoms; the number of a letter has bit k set where atom k is true."""
    return [frozenset(name for k, name in enumerate(names) if n >> k & 1) for n in range(1 << len(names))]


def traces(longest: int, alphabet: Sequence[frozenset[str]]) -> Iterator[tuple[frozenset[str], ...]]:
    """Every trace up to a length, the empty one first, shorter ones before longer ones."""
    for length in range(longest + 1):
        yield from itertools.product(alphabet, repeat=length)


def coarsest(count: int, accepting: Sequence[bool], step: Callable[[int, frozenset[str]], int],
             alphabet: Sequence[frozenset[str]]) -> int:
    """How many states the minimal automaton has: those reached, refined until nothing parts them any more."""
    reached, queue = {0}, [0]
    for state in queue:
        for letter in alphabet:
            target = step(state, letter)
            assert 0 <= target < count
            if target not in reached:
                reached.add(target)
                queue.append(target)
    block = {state: int(accepting[state]) for state in queue}
    while True:
        signatures = {state: (block[state], *(block[step(state, letter)] for letter in alphabet)) for state in queue}
        numbers = {signature: n for n, signature in enumerate(dict.fromkeys(signatures.values()))}
        refined = {state: numbers[signatures[state]] for state in queue}
        if len(numbers) == len(set(block.values())):
            return len(numbers)
        block = refined
