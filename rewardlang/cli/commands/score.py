"""`score`: rewards for the rows of a data file."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace

from rewardlang.cli.data.open import STDIN, open_data
from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CLEAN, FINDINGS, INTERRUPTED, CliError
from rewardlang.cli.scoring.batches import check_groups
from rewardlang.cli.scoring.columns import choose, names_of, ragged_axes, sees_others
from rewardlang.cli.scoring.lines import WRITERS
from rewardlang.cli.scoring.resume import Output
from rewardlang.cli.scoring.scorer import TRUST_HINT, RewardScorer
from rewardlang.cli.scoring.session import Session, peek
from rewardlang.cli.specs import load_spec
from rewardlang.cli.terminal import note, plural
from rewardlang.cli.values import bindings, params, see_current_folder
from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec
from rewardlang.program import Program
from rewardlang.tensor.build import compile_program
from rewardlang.tensor.reward import CompiledReward
from rewardlang.tensor.words import RewardError, TrustError
from rewardlang.text.near import did_you_mean


def run(values: SimpleNamespace) -> int:
    """Score all rows; the exit code."""
    _check_paths(values)
    program = load_spec(values.file, values.stdin_filename)
    _check_outputs(program, values.output)
    reward = _compiled(program, values)
    roots = _roots(reward.spec, values.output)
    names = names_of(reward.spec, roots)
    data = open_data(values.data, ragged_axes(names) | ({values.batch_by: None} if values.batch_by else {}))
    first, rows = peek(data)
    columns = choose(reward.spec, roots, names, set(bindings(values.bind)), first)
    scorer = RewardScorer(reward, columns, values.output)
    readable = any(row.values is not None for row in first)     # else there is no telling which columns are missing
    for sentence in scorer.check() if readable else ():
        note(f"note: {sentence}")
    output = _output(values, reward, data.identity)
    session = Session(data, scorer, WRITERS[values.format], output, _writer(values.out, output), note, scorer)
    scorer.add_work = session.summary.add_work
    try:
        _score(session, rows, values, roots, program.spec)
    except KeyboardInterrupt:
        return _stop(session, output, values)
    finally:
        sys.stdout.flush()
    if output is not None:
        output.finish()
    note(session.summary.text())
    if values.profile:
        note(scorer.profile())
    return FINDINGS if session.summary.unread else CLEAN


def _check_paths(values: SimpleNamespace) -> None:
    """Nothing that is read may be overwritten, and standard input is read once."""
    if values.file == STDIN and values.data in (None, STDIN):
        raise CliError("the spec and the data cannot both come from standard input")
    if values.out is None:
        return
    if not Path(values.out).resolve().parent.is_dir():
        raise CliError(f"{values.out}: there is no such folder")
    read = [Path(name).resolve() for name in (values.file, values.data) if name not in (None, STDIN)]
    if Path(values.out).resolve() in read:
        raise CliError(f"{values.out} would overwrite what is read", "choose another name for -o")


def _check_outputs(program: Program, names: Sequence[str]) -> None:
    for name in names:
        if name not in program.spec.outputs:
            near = did_you_mean(name, program.spec.outputs)
            raise CliError(f"the spec has no output `{name}`",
                           f"did you mean `{near}`?" if near else f"outputs: {', '.join(program.spec.outputs)}")


def _compiled(program: Program, values: SimpleNamespace) -> CompiledReward:
    bind = bindings(values.bind)
    if values.trust:
        see_current_folder()
    try:
        return compile_program(program, params(values.set), bind, values.trust, values.output or None)
    except TrustError as error:
        raise CliError(str(error), TRUST_HINT) from error
    except RewardError as error:
        raise CliError(str(error)) from error


def _roots(spec: Spec, names: Sequence[str]) -> list[Node]:
    """The nodes of the outputs that are asked for, terms included, and the assumptions that rows are held to."""
    asked = [output for name, output in spec.outputs.items() if not names or name in names]
    return [output.node for output in asked] + [node for output in asked for _, node in output.terms] + spec.assumptions


def _writer(out: str | None, output: Output | None) -> Callable[[bytes], object]:
    """Where rows go that no interrupted run is to find again: standard output, or a device or pipe that `-o` names."""
    if out is None or output is not None:
        return sys.stdout.buffer.write
    device = Path(out).open("wb", buffering=0)  # noqa: SIM115 - open until the program ends

    def write(text: bytes) -> None:
        try:
            device.write(text)
        except OSError as error:
            raise CliError(f"{out} cannot be written: {error.strerror}") from error
    return write


def _output(values: SimpleNamespace, reward: CompiledReward, identity: str) -> Output | None:
    """The file of `-o` with what an interrupted run left in it; None for standard output, devices and pipes."""
    if values.out is None or (Path(values.out).exists() and not Path(values.out).is_file()):
        return None
    settings = {"spec": reward.fingerprint, "set of params": params(values.set), "set of outputs": values.output,
                "set of bindings": values.bind, "--batch-by": values.batch_by, "--chunk": values.chunk,
                "--format": values.format, "data file": values.data, "content of the data": identity}
    return Output(Path(values.out), settings, values.restart)


def _score(session: Session, rows: Iterable[Row], values: SimpleNamespace, roots: list[Node], spec: Spec) -> None:
    """Stream where no rollout sees another, else take the data as a whole."""
    group, batch = sees_others(roots)
    if values.batch_by and not batch:
        note("note: --batch-by changes nothing here: no value of this spec looks at its batch")
    if not group and not batch:
        session.stream(rows, values.chunk)
        return

    def check(batches: list[list[Row]]) -> None:
        if group and values.batch_by:
            check_groups(batches, spec.inputs[spec.group_key].column, values.batch_by)

    session.whole(rows, values.batch_by if batch else None, check)


def _stop(session: Session, output: Output | None, values: SimpleNamespace) -> int:
    """An interrupt from the keyboard: say how to go on."""
    if output is None:
        note("interrupted")
    else:
        output.close()
        done = output.state.rows
        note(f"interrupted: {plural(done, 'row')} {'is' if done == 1 else 'are'} in {values.out}; "
             "the same command goes on from there")
    return INTERRUPTED
