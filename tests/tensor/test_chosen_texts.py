"""Texts that a gate, a match or `??` chooses reach calls as they are, and only calls whose text is chosen are made."""

import pytest

import rewardlang as rl

HEAD = """
use std.text: boxed, lower
input k : bool
input t : enum{p, q}
input c : text
input d : text
"""
DATA = {"k": [True, False, True], "t": ["p", "q", "p"], "c": ["Y", r"\boxed{Y}", "Q"], "d": ["Q", "Y", r"\boxed{Y}"]}


class Spy:
    """A function of one text that remembers on what it was called."""

    def __init__(self, function):
        self.function, self.seen = function, []

    def __call__(self, text):
        self.seen.append(text)
        return self.function(text)


@pytest.mark.parametrize(("text", "wanted"), [
    ('lower(gate k { c } else "y")', [1, 1, 0]),
    ("lower(boxed(c) ?? d)", [0, 1, 0]),
    ("lower(match t { p: c  q: d })", [1, 1, 0]),
    ("lower(gate k { lower(c) } else lower(lower(d)))", [1, 1, 0]),
    ("lower(lower(gate k { boxed(d) ?? c } else d))", [1, 1, 1]),
    ("lower(gate lower(c) == \"q\" { boxed(d) ?? c } else c)", [1, 0, 1]),
])
def test_a_chosen_text_reaches_a_call(text, wanted):
    reward = rl.compile(text=f'{HEAD}reward = {text} == "y"')
    assert reward(DATA).reward.tolist() == wanted


def test_an_invalid_chosen_text_makes_the_call_invalid():
    out = rl.compile(text=f'{HEAD}reward = lower(gate k {{ boxed(c) }} else d) == "y"')(DATA)
    assert out.to_lists("reward") == [None, 1, None]
    assert out.counts["std.text.lower"].demanded == 3 and out.counts["std.text.lower"].evaluated == 1


def test_calls_are_made_where_their_text_is_chosen():
    f, g, h = Spy(str.lower), Spy(str.lower), Spy(str.upper)
    reward = rl.compile(text=HEAD + """
verifier f(x: text) -> text
verifier g(x: text) -> text
verifier h(x: text) -> text
reward = gate t == p { h(gate k { f(c) } else g(d)) == "Y" } else 2
    """, bind={"f": f, "g": g, "h": h})
    data = {"k": [True, True, False, False], "t": ["p", "q", "p", "q"], "c": ["Y", "b", "c", "d"], "d": ["e", "f", "Z", "h"]}
    assert reward(data).reward.tolist() == [1, 2, 0, 2]
    assert (f.seen, g.seen, h.seen) == (["Y"], ["Z"], ["y", "z"])


def test_a_fallback_is_called_where_the_first_has_no_text():
    g, h = Spy(str.lower), Spy(str.upper)
    reward = rl.compile(text=HEAD + """
verifier g(x: text) -> text
verifier h(x: text) -> text
reward = h(boxed(c) ?? g(d)) == "Y"
    """, bind={"g": g, "h": h})
    assert reward(DATA).reward.tolist() == [0, 1, 0]
    assert (g.seen, h.seen) == (["Q", r"\boxed{Y}"], ["q", "Y", r"\boxed{y}"])


def test_chosen_texts_along_an_axis():
    reward = rl.compile(text="""
        use std.text: lower
        input said : text[turn]
        input loud : bool[turn]
        reward = sum(lower(gate loud { lower(said) } else "y") == "y", over turn)
    """)
    out = reward({"said": [["Y", "n"], ["n", "y", "n"]], "loud": [[True, True], [False, True, True]]})
    assert out.reward.tolist() == [1, 2]


def test_a_chosen_text_is_an_output():
    reward = rl.compile(text=f'{HEAD}reward = 1\noutput chosen = gate k {{ lower(c) }} else d')
    assert reward(DATA).to_lists("chosen") == ["y", "Y", "q"]
