"""What `inspect` says of temporal formulas and of automata from files: when they are decided, where they stand, their size."""

from rewardlang.automata.hoa_omega import OmegaFile
from rewardlang.automata.infinite import Place
from rewardlang.automata.omega import TooManyLoops
from rewardlang.facts.formula_checks import CheckedFormula
from rewardlang.ir.objective import measures_of
from rewardlang.program import Program

_VERDICTS = {"safety": "false as soon as it is violated (safety)", "co_safety": "true as soon as it is satisfied (co-safety)",
             "both": "decided before the end either way (safety and co-safety)", "neither": "may wait for the end (neither)"}
_PLACES = {"safety": "safety without an end too", "co_safety": "co-safety without an end too",
           "both": "decided without an end too",
           "obligation": "an obligation without an end: safety and co-safety joined",
           "recurrence": "a recurrence without an end: infinitely often something",
           "persistence": "a persistence without an end: from some step on always something",
           "general": "without an end neither recurrence nor persistence"}
_LONGEST_TRACE = 6


def formulas(program: Program) -> list[dict]:
    """All formulas that a program rests on, as JSON has them."""
    objective = program.spec.objective
    measured = measures_of(objective) if objective is not None else ()
    files = [(part.value, part.node["over"][0].name) for part in measured if isinstance(part.value, OmegaFile)]
    ends = program.spec.setting.kind == "single_turn"
    return [_formula(read, ends) for read in program.facts.formulas] + [_of_file(file, axis) for file, axis in files]


def _formula(read: CheckedFormula, ends: bool) -> dict:
    trace = read.shortest
    place = Place(None, None) if ends else read.place
    return {"text": str(read.formula), "reading": read.reading, "axis": read.axis.name, "class": read.kind,
            "hierarchy": place.name, "hierarchy_unknown": place.unknown,
            "states": len(read.dfa) if read.dfa is not None else None,
            "dead_states": len(read.dfa.dead) if read.dfa is not None else None,
            "shortest": None if trace is None else [sorted(letter) for letter in trace]}


def _of_file(file: OmegaFile, axis: str) -> dict:
    """An automaton of traces without end: nothing is said of traces that have one."""
    found = file.automaton
    try:
        place, dead = Place(found.hierarchy(), None), len(found.hopeless)
    except TooManyLoops as why:
        place, dead = Place(None, str(why)), None
    return {"text": str(file), "reading": "P", "axis": axis, "class": None, "hierarchy": place.name,
            "hierarchy_unknown": place.unknown, "states": len(found), "dead_states": dead, "shortest": None}


def formula_row(entry: dict) -> tuple:
    """A formula as a row of cells."""
    unknown = entry["hierarchy_unknown"]
    place = f"its place without an end is not known: {unknown}" if unknown else _PLACES.get(entry["hierarchy"], "")
    dead = "" if entry["dead_states"] is None else f", {entry['dead_states']} dead"
    states = "no automaton" if entry["states"] is None else f"{entry['states']} states{dead}"
    trace = entry["shortest"]
    if trace is None:
        shown = ""
    elif len(trace) > _LONGEST_TRACE:
        shown = f"holds from {len(trace)} steps on"
    else:
        shown = "holds on " + "; ".join(", ".join(letter) or "-" for letter in trace)
    return f"{entry['reading']}: {entry['text']}", _VERDICTS.get(entry["class"], ""), place, states, shown
