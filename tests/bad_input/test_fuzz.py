"""Anything at all as input: random bytes, scrambled programs, what is long or deep, always end in findings or in none.

Never a traceback, never longer than five seconds. `examples/`, `stdlib/` and the collected bugs are the good files; their
words are swapped, their ends cut off. Hypothesis draws the same cases in every run.
"""

import contextlib
import re
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rewardlang as rl
from rewardlang.text.render import render

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "examples", ROOT / "stdlib", ROOT.parent / "shared" / "bugs")
GOOD = sorted(path for folder in FOLDERS if folder.is_dir() for path in folder.rglob("*.rwd"))
TEXTS = [path.read_text(encoding="utf-8") for path in GOOD]
LEXEME = re.compile(r'"""[\s\S]*?"""|"[^"\n]*"|\w+|\s+|->|\*\*|\?\?|[<>=!]=|\S')
WORDS = sorted({word for text in TEXTS for word in LEXEME.findall(text) if not word.isspace()})
LONGEST = 5.0
CODE = re.compile(r"RW\d\d\d")

drawn_alike = settings(derandomize=True, deadline=None, database=None, max_examples=60)


def late(*_):
    """What takes for ever ends here."""
    raise TimeoutError(f"longer than {LONGEST} s")


def looked_at(text: str | None = None, path: Path | None = None) -> list:
    """The findings, each drawn; fails where that takes long."""
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        found = rl.check(path) if path else rl.check(text=text)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(CODE.fullmatch(each.code) and each.position[0] >= 1 for each in found)
    render(found)
    return found


def errors(found: list) -> list:
    """Those without which the program has a meaning."""
    return [each for each in found if each.severity == "error"]


@drawn_alike
@given(data=st.binary(max_size=300))
def test_random_bytes(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "random.rwd"
    path.write_bytes(data)
    looked_at(path=path)


@drawn_alike
@given(words=st.lists(st.sampled_from(WORDS) | st.sampled_from([" ", "\n", "\n    "]), max_size=60))
def test_random_words(words):
    looked_at(" ".join(words))


@drawn_alike
@given(text=st.text(max_size=200))
def test_random_characters(text):
    looked_at(text)


@pytest.mark.parametrize("number", range(len(TEXTS)), ids=[f"{path.parent.name}-{path.name}" for path in GOOD])
def test_cut_and_scrambled(number):
    text = TEXTS[number]
    lexemes = LEXEME.findall(text)
    places = st.integers(0, len(lexemes) - 1)

    @settings(derandomize=True, deadline=None, database=None, max_examples=6)
    @given(end=st.integers(0, len(text)), one=places, two=places, word=st.sampled_from(WORDS))
    def scramble(end, one, two, word):
        looked_at(text[:end])
        swapped = list(lexemes)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        looked_at("".join(swapped))
        looked_at("".join([*lexemes[:one], word, *lexemes[one + 1:]]))
        looked_at("".join([*lexemes[:one], *lexemes[one + 1:]]))

    scramble()


LONG = {
    "a line of a megabyte": "let a = " + "1 + " * 250_000 + "1",
    "a name of a megabyte": "let " + "a" * 1_000_000 + " = 1",
    "a text of a megabyte": 'let a = "' + "a" * 1_000_000 + '" == "b"',
    "a comment of a megabyte": "# " + "a" * 1_000_000,
    "a megabyte of blanks": " " * 1_000_000,
    "a megabyte of brackets": "(" * 1_000_000,
    "a megabyte of one open text": '"' * 999_999,
    "a number of a megabyte": "let a = " + "9" * 1_000_000,
    "parentheses": "reward = " + "(" * 10_000 + "1" + ")" * 10_000,
    "unclosed parentheses": "reward = " + "(" * 10_000,
    "blocks": "reward = " + "{ a: " * 10_000 + "1" + " }" * 10_000,
    "gates": "reward = " + "gate true { " * 10_000 + "1" + " }" * 10_000,
    "signs": "reward = " + "-" * 10_000 + "1",
    "negations": "reward = " + "not " * 10_000 + "true",
    "powers": "reward = " + "2 ** " * 10_000 + "1",
    "implications": "reward = " + "true implies " * 10_000 + "true",
    "calls": "reward = " + "abs(" * 10_000 + "1" + ")" * 10_000,
    "members": "reward = a" + ".a" * 10_000,
    "vectors": "reward = " + "[" * 10_000 + "]" * 10_000,
    "else gates": "reward = " + "gate true { 1 } else " * 10_000 + "0",
    "records": "verifier v(a: " + "{ a: " * 10_000 + "int" + " }" * 10_000 + ") -> bool",
    "chains of lets": "let a0 = 1\n" + "".join(f"let a{i} = a{i - 1} + 1\n" for i in range(1, 1500)) + "reward = a1499",
    "doubled lets": "let a0 = 2\n" + "".join(f"let a{i} = a{i - 1} * a{i - 1}\n" for i in range(1, 200)) + "reward = a199",
    "doubled definitions": "def f0(x: float) -> float = x + 1\n" + "".join(
        f"def f{i}(x: float) -> float = f{i - 1}(f{i - 1}(x))\n" for i in range(1, 60)) + "reward = f59(1)",
    "a chain of definitions": "def f0(x: float) -> float = x + 1\n" + "".join(
        f"def f{i}(x: float) -> float = f{i - 1}(x) + 1\n" for i in range(1, 1000)) + "reward = f999(1)",
    "a thousand mistakes": "let = \n" * 1000,
    "a thousand of one name": "let a = 1\n" * 1000,
    "huge powers": "input x : int in [2, 9]\nreward = 10 ** 10 ** 10 ** x",
    "a huge constant": "reward = 9 ** 9 ** 9 ** 9",
    "a huge axis": "axis m = 1000000000\ninput v : float[m] in [0, 1]\nreward = prod(1 + v over m)",
}


@pytest.mark.parametrize("name", LONG)
def test_long_and_deep(name):
    looked_at(LONG[name])


MEANT_WELL = ("chains of lets", "a comment of a megabyte", "a megabyte of blanks")


@pytest.mark.parametrize("name", MEANT_WELL)
def test_long_and_right(name):
    assert not errors(looked_at(LONG[name]))


def test_a_ring_of_files(tmp_path):
    for one, two in (("a", "b"), ("b", "c"), ("c", "a")):
        text = f'use "./{two}.rwd": f as g\ndef f(x: float) -> float = g(x)\ninput x : float in [0, 1]\nreward = f(x)\n'
        (tmp_path / f"{one}.rwd").write_text(text, encoding="utf-8")
    assert any(each.code == "RW115" for each in looked_at(path=tmp_path / "a.rwd"))


def test_a_long_row_of_files(tmp_path):
    for i in range(400):
        text = f'use "./f{i + 1}.rwd": f as g\ndef f(x: float) -> float = g(x)\ninput x : float in [0, 1]\nreward = f(x)\n'
        (tmp_path / f"f{i}.rwd").write_text(text, encoding="utf-8")
    (tmp_path / "f400.rwd").write_text("def f(x: float) -> float = x\n", encoding="utf-8")
    looked_at(path=tmp_path / "f0.rwd")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xef\xbb\xbfreward = 1\n", b"reward = 1 # \xe9\n", b"", b"\x00" * 1000,
                                  b"\r\n\r\n", b"reward = 1\rlet a = 1\r"])
def test_what_is_no_plain_text(tmp_path, data):
    path = tmp_path / "odd.rwd"
    path.write_bytes(data)
    looked_at(path=path)


def test_a_mark_of_byte_order_is_no_mistake(tmp_path):
    path = tmp_path / "marked.rwd"
    path.write_bytes(b"\xef\xbb\xbfinput x : float in [0, 1]\r\nreward = x\r\n")
    assert not errors(looked_at(path=path))


def test_what_is_no_file(tmp_path):
    for path in (tmp_path, tmp_path / "absent.rwd"):
        with contextlib.suppress(OSError):  # a file that cannot be read is no program: the caller's to say
            looked_at(path=path)
