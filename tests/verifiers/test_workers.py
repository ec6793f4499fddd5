"""A limited call that hangs, crashes, raises or prints costs only itself, and no process is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from rewardlang.verifiers.binding import VerifierUnavailable
from rewardlang.verifiers.pool import close_workers
from rewardlang.verifiers.workers import run_limited

HERE = str(Path(__file__).parent)
ROOT = str(Path(__file__).parents[2])
ODD = "odd_verifiers:"


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.syspath_prepend(HERE)


def values(outcomes):
    return [outcome.value for outcome in outcomes]


def errors(outcomes):
    return [outcome.error for outcome in outcomes]


def test_order_is_kept_over_many_calls():
    outcomes = run_limited(ODD + "double", [(n,) for n in range(1000)], seconds=1)
    assert values(outcomes) == [2 * n for n in range(1000)]
    assert set(errors(outcomes)) == {None}


def test_no_calls_start_nothing():
    assert run_limited("nowhere:nothing", [], seconds=1) == []


def test_importing_is_not_part_of_the_first_call():
    close_workers()
    assert values(run_limited(ODD + "double", [(1,), (2,)], seconds=0.1)) == [2, 4]


def test_only_the_hung_call_fails_and_the_limit_holds_within_100_ms():
    run_limited(ODD + "double", [(1,)], seconds=1, workers=1)
    calls = [(n == 20, n) for n in range(50)]
    started = time.monotonic()
    outcomes = run_limited(ODD + "spin_if", calls, seconds=0.5, workers=1)
    elapsed = time.monotonic() - started
    assert [o.value for n, o in enumerate(outcomes) if n != 20] == [n for n in range(50) if n != 20]
    assert outcomes[20].value is None
    assert outcomes[20].error == "took longer than 0.5 s"
    # Beside the limit itself: one new process, which imports the slow module once more (0.3 s).
    assert 0.5 <= elapsed < 0.5 + 0.1 + 0.3 + 0.5


def test_a_hung_call_at_the_end_is_killed_within_100_ms_of_its_limit():
    run_limited(ODD + "double", [(1,)], seconds=1, workers=1)
    started = time.monotonic()
    outcomes = run_limited(ODD + "spin_if", [(True, 1)], seconds=0.3, workers=1)
    elapsed = time.monotonic() - started
    assert errors(outcomes) == ["took longer than 0.3 s"]
    assert 0.3 <= elapsed < 0.4


def test_the_limit_is_for_each_call_not_for_the_batch():
    outcomes = run_limited(ODD + "sleep_for", [(0.05,)] * 20, seconds=0.3, workers=1)
    assert values(outcomes) == [0.05] * 20


def test_a_crash_costs_one_call():
    outcomes = run_limited(ODD + "exit_if", [(3 if n == 5 else 0, n) for n in range(12)], seconds=2)
    assert values(outcomes) == [None if n == 5 else n for n in range(12)]
    assert outcomes[5].error == "ended its process with code 3"


def test_a_signal_is_named():
    (outcome,) = run_limited(ODD + "kill_itself", [(1,)], seconds=2)
    assert outcome.error == "was killed by SIGSEGV"


def test_every_call_may_crash():
    outcomes = run_limited(ODD + "exit_if", [(9, n) for n in range(4)], seconds=2)
    assert errors(outcomes) == ["ended its process with code 9"] * 4


@pytest.mark.parametrize(
    ("function", "error"),
    [("refuse", "ValueError: no 1 at all"), ("leave", "SystemExit: 1")],
)
def test_an_exception_is_reported_in_one_line(function, error):
    assert errors(run_limited(ODD + function, [(1,)], seconds=2)) == [error]


def test_a_result_that_cannot_travel_is_an_error_of_that_call():
    (outcome,) = run_limited(ODD + "unpicklable", [(1,)], seconds=2)
    assert "pickle" in outcome.error.lower() or "lambda" in outcome.error


def test_what_a_verifier_prints_does_not_reach_the_channel():
    assert values(run_limited(ODD + "shout", [(n,) for n in range(3)], seconds=5)) == [0, 1, 2]


def test_standard_input_is_empty():
    assert values(run_limited(ODD + "read_input", [(1,)], seconds=2)) == [""]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no_such_module_here:f", "No module named 'no_such_module_here'"),
        (ODD + "no_such_function", "has no 'no_such_function'"),
        ("no-colon", "not of the form 'module:function'"),
        (ODD + "NUMBER", "is not a function"),
        (ODD + "needs_the_impossible", r"pip install 'rewardlang\[impossible\]'"),
    ],
)
def test_a_target_that_cannot_be_used_is_no_failure_of_a_sample(target, reason):
    with pytest.raises(VerifierUnavailable, match=reason):
        run_limited(target, [(1,), (2,)], seconds=2)


def test_a_module_whose_import_ends_the_process_is_unavailable(tmp_path, monkeypatch):
    (tmp_path / "dies_when_imported.py").write_text("import os; os._exit(4)")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(VerifierUnavailable, match="importing it ended its process with code 4"):
        run_limited("dies_when_imported:f", [(n,) for n in range(10)], seconds=2)


def test_large_arguments_and_results_travel():
    text = "x" * 3_000_000
    assert values(run_limited("rewardlang.verifiers.text:upper", [(text,)] * 3, seconds=10)) == [text.upper()] * 3


def test_workers_stay_warm_between_jobs():
    first = values(run_limited(ODD + "own_pid", [(1,)], seconds=2, workers=1))
    second = values(run_limited(ODD + "own_pid", [(1,)], seconds=2, workers=1))
    assert first == second != [os.getpid()]


def test_a_worker_that_died_while_idle_is_replaced():
    (pid,) = values(run_limited(ODD + "own_pid", [(1,)], seconds=2, workers=1))
    os.kill(pid, signal.SIGKILL)
    assert errors(run_limited(ODD + "double", [(n,) for n in range(20)], seconds=2)) == [None] * 20


def test_it_works_off_the_main_thread_and_from_several_threads_at_once():
    results = {}

    def score(start):
        calls = [(start + n,) for n in range(200)]
        results[start] = values(run_limited(ODD + "double", calls, seconds=2))

    threads = [threading.Thread(target=score, args=(start,)) for start in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert results == {start: [2 * (start + n) for n in range(200)] for start in (0, 1000, 2000)}


def test_a_verifier_s_own_subprocess_is_killed_with_it(capfd):
    close_workers()  # a warm worker writes to the standard error it was started with
    run_limited(ODD + "start_sleeper_and_hang", [(1,)], seconds=1, workers=1)
    sleeper = int(capfd.readouterr().err.split("sleeper ")[1].split()[0])
    assert gone([sleeper])


def test_bad_limits_are_refused():
    with pytest.raises(ValueError, match="positive limit"):
        run_limited(ODD + "double", [(1,)], seconds=0)


def gone(pids):
    """Whether all these processes end within three seconds (a zombie that init has not yet collected counts as ended)."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def start_script(body):
    """A parent in a process of its own, that reports the numbers of its workers and goes on as `body` says."""
    script = f"""
        import os, sys, time
        sys.path[:0] = [{HERE!r}, {ROOT!r}]
        from rewardlang.verifiers.workers import run_limited
        if __name__ == "__main__":
            outcomes = run_limited("odd_verifiers:own_pid", [(n,) for n in range(100)], seconds=2)
            print(*sorted({{o.value for o in outcomes}}), flush=True)
    """
    text = textwrap.dedent(script) + textwrap.indent(textwrap.dedent(body), "    ")
    parent = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert workers, parent.stderr.read()
    return parent, workers


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc to see which processes live")


@needs_proc
@pytest.mark.parametrize("ending", ["pass", "raise SystemExit(3)", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_no_worker_outlives_its_parent(ending):
    parent, workers = start_script(ending)
    parent.communicate(timeout=20)
    assert gone(workers)


@needs_proc
def test_a_worker_in_a_hung_call_ends_soon_after_its_parent_is_killed():
    parent, workers = start_script('run_limited("odd_verifiers:spin_if", [(True, 1), (True, 2)], seconds=1)')
    time.sleep(0.3)
    parent.kill()
    parent.communicate(timeout=20)
    assert gone(workers)


@needs_proc
def test_ctrl_c_ends_the_workers_too():
    parent, workers = start_script('run_limited("odd_verifiers:sleep_for", [(60,)] * 2, seconds=90)')
    time.sleep(0.3)
    parent.send_signal(signal.SIGINT)
    _, errors_text = parent.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors_text
    assert gone(workers)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_process_has_workers_of_its_own():
    body = """
        import warnings
        warnings.simplefilter("ignore")
        child = os.fork()
        outcomes = run_limited("odd_verifiers:double", [(n,) for n in range(100)], seconds=2)
        assert [o.value for o in outcomes] == [2 * n for n in range(100)]
        if child == 0:
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    parent, _ = start_script(body)
    output, errors_text = parent.communicate(timeout=30)
    assert output.strip() == "7", errors_text
