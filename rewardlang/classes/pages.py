"""The pages about formalisms, made of their table: one each for `explain`, and docs/classes.md as a whole."""

import sys

from rewardlang.classes.guide import ADVICE, EXAMPLES, drawing
from rewardlang.classes.rules import OUTSIDE, RULES
from rewardlang.values.classes import CLASSES, FORMALISMS, class_of

_INTRO = """# Classes of objectives

An objective orders policies. Seventeen formalisms in which objectives are said were compared by the orders that they can
induce, over stationary policies in every finite environment (Subramani et al., arXiv 2310.11840); some are equal, so that
there are eleven classes. The compiler derives the least that contains a spec, and
`rewardlang inspect` shows it with its derivation.

Under `setting continuing` a run may have no end; this is the class in general. Under `episodic horizon 500` no episode is
longer. Under `single_turn` the state is the whole text so far, and one transition decides what rests on the trajectory.
`inspect` shows the class in general and that of the setting. An exact class is the least one for generic numbers: with a
weight of 0 it may be lower.
"""


def page(name: str) -> str:
    """What `explain` says of a formalism: definition, place, what optimises it, an example."""
    row, own = FORMALISMS[name], class_of(name)
    equal = [other for other in FORMALISMS if class_of(other) == own and other != name]
    covers = [other for other in CLASSES if own in FORMALISMS[other].covered_by]
    advice = ADVICE[own]
    lines = [f"# {name}", "", f"{row.title[0].upper()}{row.title[1:]}: the objective is {row.objective}.", "",
             f"Equal: {', '.join(equal) or 'none'}. Right below: {', '.join(covers) or 'none'}. "
             f"Right above: {', '.join(FORMALISMS[own].covered_by) or 'none'}.", "",
             f"A best policy: {advice.optimum}.", "", f"Sound: {advice.algorithms}.", "", f"Mind that {advice.mind}.", "",
             "For example", "", *(f"    {line}" for line in EXAMPLES[name].splitlines()), "",
             *(f"    {line}".rstrip() for line in drawing((own,)).splitlines())]
    return "\n".join(lines) + "\n"


def document() -> str:
    """docs/classes.md."""
    lines = [_INTRO, "```", drawing().rstrip(), "```", "",
             "| name | formalism | objective | equals |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.title} | {row.objective} | {row.equals} |" for row in FORMALISMS.values()]
    lines += ["", "`OUTSIDE` is what none of them contains: no order, or no objective at all.", "",
              "## What optimises a class", "", "| class | a best policy | sound | mind that |", "|---|---|---|---|"]
    lines += [f"| {name} | {row.optimum} | {row.algorithms} | {row.mind} |" for name, row in ADVICE.items()]
    lines += ["", "## The rules", "",
              "What a derivation is made of. A bound contains the objective, but may not be the least that does.",
              "", "| rule | premise | class | source |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.premise} | {_given(row)} | {row.source} |" for row in RULES.values()]
    return "\n".join(lines) + "\n"


def _given(row) -> str:
    found = " and ".join(row.gives) or "that of its part"
    return found if row.exact or row.gives == (OUTSIDE,) and row.name not in ("S8", "S9") else f"{found}, as a bound"


if __name__ == "__main__":
    sys.stdout.write(document())
