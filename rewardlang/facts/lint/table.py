"""THE list of lints, in the order of the codes."""

from collections.abc import Iterable

from rewardlang.facts.lint.claims import claims
from rewardlang.facts.lint.domains import domains
from rewardlang.facts.lint.formulas import formulas, long_windows
from rewardlang.facts.lint.incentives import (
    fails_open,
    float_equality,
    no_objective,
    saturation,
    small_groups,
    terms,
    unbounded,
)
from rewardlang.facts.lint.machine_incentives import machine_incentives
from rewardlang.facts.lint.machines import machines
from rewardlang.facts.lint.margins import infinite_margins
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.structure import constant_reward, dead_gates, unused, vacuous
from rewardlang.facts.verdict import Verdict
from rewardlang.ir.spec import Spec
from rewardlang.text.diagnostic import Diagnostic

LINTS = (
<<<<<<< HEAD
    domains, infinite_margins, machines, machine_incentives, dead_gates, constant_reward, unused, terms, fails_open, float_equality, small_groups,
=======
    domains, infinite_margins, formulas, long_windows, dead_gates, constant_reward, unused, terms, fails_open, float_equality, small_groups,
>>>>>>> eed6c20 (Formulas that never hold, always hold, have an idle part, or outlast the horizon are said, each with a trace; inspect shows their class; time at its worst in one file of tests)
    unbounded, saturation, vacuous, no_objective,
)


def lint(spec: Spec, ranges, verdicts: Iterable[Verdict] = ()) -> list[Diagnostic]:
    """All findings about a typed program; those about its `ensure`s come from the given verdicts."""
    places = Places(spec)
    found = list(claims(places, verdicts))
    for check in LINTS:
        found += check(ranges, places)
    return found
