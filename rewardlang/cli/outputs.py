"""One output of `inspect` as text: its range, its terms as bars on one axis, what they add up to, and what it waits for and needs."""

from fractions import Fraction
from math import inf

from rewardlang.cli.axis import bars
from rewardlang.text.plain import phrase
from rewardlang.values.endpoint import exact, show

#: What the independent checker says, in words.
OPINIONS = {"holds": "yes", "open": "not decided", "contradicted": "NO: a value lies outside"}


def table(title: str, rows: list[tuple]) -> str:
    """Rows in columns under a title; empty without rows."""
    if not rows:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([title, *lines])


def interval(pair: list | None) -> str:
    """A range as it stands after a name; empty where there is none."""
    return f"in {_ends(pair)}" if pair is not None else ""


def _ends(pair: list | None) -> str:
    return "" if pair is None else f"[{_end(pair[0], -inf)}, {_end(pair[1], inf)}]"


def _end(end: int | float | str, toward: float) -> str:
    """An end of a range as a short decimal, outward."""
    return end if isinstance(end, str) else show(exact(Fraction(str(end))), toward)


def class_text(found: dict | None) -> str:
    """A class in short: under the setting, in general, and what moves."""
    if found is None:
        return ""
    bound = "" if found["exact"] else "at most "
    general = "" if found["general"] == found["effective"] else f" (in general {' and '.join(found['general'])})"
    return f"{bound}{' and '.join(found['effective'])}{general}{''.join(f', {flag}' for flag in found['flags'])}"


def why(found: dict | None) -> list[tuple]:
    """The derivation of a class, line by line, and what is to be noted about it."""
    if found is None:
        return []
    return [*(("because", line) for line in found["derivation"]), *(("note", note) for note in found["notes"])]


def output_text(name: str, entry: dict, dtype: str) -> str:
    """What was proved of an output: first what it is worth and what counts in it, then what it waits for."""
    tight = " (tight)" if entry["bounds_tight"] and entry["bounds"] else ""
    about = [("type", entry["type"]), ("range", _ends(entry["bounds"]) + tight),
             (f"in {dtype}", f"at most {float(entry['float_excess']):.2g} beyond" if entry["float_excess"] else ""),
             ("re-checked", _recheck(entry["recheck"])),
             ("range of the return", _ends(entry["return_bounds"]) if entry["axes"] else "")]
    waits = [("known at", _known_at(entry)), ("needs", ", ".join(entry["needs"])), ("varies with", _varies(entry["varying"])),
             ("invalid from", ", ".join(entry["invalid_from"])), ("class", class_text(entry["class"]))]
    return table(heading(name, entry), [row for row in (*about, *_drawn(entry), *waits) if row[1].strip()])


def heading(name: str, entry: dict) -> str:
    """`reward`, `output speed`."""
    return name if name == entry["role"] else f"{entry['role']} {name}"


def _drawn(entry: dict) -> list[tuple]:
    """The terms and their sum as bars on one axis, with what each adds up to in an episode, and what outweighs what."""
    known = {label: pair for label, pair in entry["term_bounds"].items() if pair is not None}
    if not known or entry["bounds"] is None:
        return []
    pairs = [*known.values(), entry["bounds"]]
    sums = [entry["term_return_bounds"][label] for label in known]
    sums.append(entry["return_bounds"] if any(sums) else None)
    drawn = _column([_ends(pair) for pair in pairs]), _column(bars([tuple(map(float, pair)) for pair in pairs]))
    added = [f"{_ends(pair)} an episode" if pair is not None else "" for pair in sums]
    names = [*(f"term {label}" for label in known), "together"]
    rows = [(name, "  ".join(cells).rstrip()) for name, *cells in zip(names, *drawn, added)]
    return rows + ([("what counts", entry["what_counts"])] if entry["what_counts"] else [])


def _column(cells: list[str]) -> list[str]:
    """Cells of one width."""
    room = max(map(len, cells))
    return [cell.ljust(room) for cell in cells]


def _recheck(found: dict | None) -> str:
    if found is None:
        return ""
    at = f" with {phrase(found['point'])}" if found["point"] else ""
    given = f", the ranges of {', '.join(found['trusted'])} taken as given" if found["trusted"] else ""
    return f"{OPINIONS[found['status']]}{at} ({found['boxes']} boxes{given})"


def _varies(what: list[str]) -> str:
    return "nothing in training" if what == ["frozen"] else ", ".join(what)


def _known_at(entry: dict) -> str:
    because = entry["availability_because"]
    return entry["availability"] + (f", because of {because}" if because else "")
