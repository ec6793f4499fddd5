"""`diff`: two specs beside each other, on logged rows or on a small tabular model."""

import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from rewardlang.cli.data.open import open_data
from rewardlang.cli.data.rows import Row, find
from rewardlang.cli.errors import CLEAN, FINDINGS, CliError, file_error
from rewardlang.cli.scoring.columns import choose, names_of, ragged_axes
from rewardlang.cli.scoring.scorer import RewardScorer
from rewardlang.cli.specs import load_spec
from rewardlang.cli.terminal import note, plural, say, say_json
from rewardlang.cli.values import params
from rewardlang.program import Program
from rewardlang.tensor.build import compile_program

_MODEL = ("transition", "gamma", "initial", "columns")


def run(values: SimpleNamespace) -> int:
    """Compare; the exit code."""
    from rewardlang.analysis import compare_on_model, compare_on_samples

    if (values.data is None) == (values.model is None):
        raise CliError("`diff` compares on rows of data or on a tabular model: give one of them",
                       "for example: rewardlang diff old.rwd new.rwd answers.jsonl")
    programs = [load_spec(name, "<stdin>") for name in (values.file, values.other)]
    try:
        if values.model is not None:
            found = compare_on_model(*_on_model(programs, values))
        else:
            rewards, groups, rows = _on_rows(programs, values)
            found = compare_on_samples(*rewards, groups)
            found["witness"] = found["witness"] and [rows[place] for place in found["witness"]]
    except ValueError as error:
        raise CliError(str(error)) from error
    _show(found, values)
    return FINDINGS if values.max is not None and not found["distance"] <= _limit(values.max) else CLEAN


def _limit(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise CliError(f"--max {text}: a distance is a number from 0 to 2") from None


def _on_rows(programs: Sequence[Program], values: SimpleNamespace):
    """Both rewards of every row that both score, the groups of these, and their numbers."""
    names = {name: axis for program in programs for name, axis in ragged_axes(names_of(program.spec, _roots(program, values))).items()}
    key = values.group or next((program.spec.inputs[program.spec.group_key].column for program in programs if program.spec.group_key), None)
    rows = list(open_data(values.data, names | ({key: None} if key else {})).rows())
    rewards = [_scored(program, rows, values) for program in programs]
    kept = [place for place, pair in enumerate(zip(*rewards)) if None not in pair]
    if len(kept) < len(rows):
        note(f"note: {plural(len(rows) - len(kept), 'row')} left out, which one of the two does not score")
    groups = [repr(find(rows[place].values, key)[1]) for place in kept] if key else None
    return [[one[place] for place in kept] for one in rewards], groups, [rows[place].number for place in kept]


def _roots(program: Program, values: SimpleNamespace) -> list:
    output = program.spec.outputs.get(values.output)
    if output is None:
        raise CliError(f"{program.source.name}: the spec has no output `{values.output}`",
                       f"outputs: {', '.join(program.spec.outputs)}")
    return [output.node, *program.spec.assumptions]


def _scored(program: Program, rows: Sequence[Row], values: SimpleNamespace) -> list[float | None]:
    """The output of each row: its sum where it has values along steps, None where it is invalid."""
    given = {name: value for name, value in params(values.set).items() if name in program.spec.params}
    reward = compile_program(program, given, {}, [], [values.output])
    roots = _roots(program, values)
    columns = choose(reward.spec, roots, names_of(reward.spec, roots), set(), rows)
    scorer = RewardScorer(reward, columns, [values.output])
    scorer.check()
    return [_total(row.reward if values.output == "reward" else row.outputs.get(values.output)) for row in scorer(rows)]


def _total(value) -> float | None:
    if not isinstance(value, list):
        return None if value is None else float(value)
    parts = [_total(part) for part in value]
    return None if None in parts else sum(parts)


def _on_model(programs: Sequence[Program], values: SimpleNamespace):
    """Both rewards as tables [s, a, s'], and the model: each column of the file is a table of the same shape."""
    try:
        with open(values.model, encoding="utf-8") as file:
            model = json.load(file)
    except OSError as error:
        raise file_error(values.model, error) from error
    except ValueError as error:
        raise CliError(f"{values.model}: no JSON: {error}") from error
    missing = [name for name in _MODEL if not isinstance(model, Mapping) or name not in model]
    if missing:
        raise CliError(f"{values.model}: a model is an object of {', '.join(_MODEL)}; {', '.join(missing)} is missing")
    states, actions = len(model["transition"]), len(model["transition"][0])
    places = [(s, a, n) for s in range(states) for a in range(actions) for n in range(states)]
    try:
        rows = [Row(at + 1, {name: table[s][a][n] for name, table in model["columns"].items()})
                for at, (s, a, n) in enumerate(places)]
    except (IndexError, KeyError, TypeError):
        raise CliError(f"{values.model}: each of `columns` is a table [{states}][{actions}][{states}], as `transition` is") from None
    tables = []
    for program in programs:
        scored = iter(_scored(program, rows, values))
        tables.append([[[next(scored) for _ in range(states)] for _ in range(actions)] for _ in range(states)])
    return *tables, model["transition"], model["gamma"], model["initial"]


def _show(found: dict, values: SimpleNamespace) -> None:
    if values.format == "json":
        say_json({"version": "1.0", "files": [values.file, values.other], "output": values.output, **found})
        return
    flat = {name: value for name, value in found.items() if not isinstance(value, dict)}
    flat |= {f"{name} ({part})": value for name, inner in found.items() if isinstance(inner, dict) for part, value in inner.items()}
    width = max(map(len, flat))
    for name, value in flat.items():
        say(f"{name:<{width}}  {'none' if value is None else f'{value:.6g}' if isinstance(value, float) else value}")
