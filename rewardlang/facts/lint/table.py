"""THE list of lints, in the order of the codes."""

from collections.abc import Iterable

from rewardlang.facts.contracts.verdict import Verdict
from rewardlang.facts.lint.attempts import no_attempt
from rewardlang.facts.lint.claims import claims
from rewardlang.facts.lint.contexts import asked_again
from rewardlang.facts.lint.domains import domains
from rewardlang.facts.lint.endings import delay, early_end
from rewardlang.facts.lint.formulas import formulas, long_windows
from rewardlang.facts.lint.incentives import (
    fails_open,
    float_equality,
    saturation,
    small_groups,
    unbounded,
)
from rewardlang.facts.lint.lengths import every_step, long_and_right, long_lists, padding
from rewardlang.facts.lint.machine_incentives import machine_incentives
from rewardlang.facts.lint.machines import machines
from rewardlang.facts.lint.margins import infinite_margins
from rewardlang.facts.lint.memories import growing
from rewardlang.facts.lint.objectives import constant_automaton, kl_twice, moving, no_objective, other_discount, too_late
from rewardlang.facts.lint.payments import defaults, fallbacks, sides
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.precision import precision
from rewardlang.facts.lint.progress import one_way
from rewardlang.facts.lint.senses import wrong_sign
from rewardlang.facts.lint.shapes import (
    counted_twice,
    limits,
    order,
    signed_multiplier,
    steepest_at_the_end,
)
from rewardlang.facts.lint.structure import constant_reward, dead_gates, unused, vacuous
from rewardlang.facts.lint.weights import terms
from rewardlang.facts.rounded import PRECISIONS, SINGLE
from rewardlang.ir.spec import Spec
from rewardlang.text.diagnostic import Diagnostic

LINTS = (
    domains, infinite_margins, formulas, long_windows, machines, machine_incentives, growing, no_objective, kl_twice, other_discount,
    moving, too_late, constant_automaton, dead_gates, asked_again, constant_reward, unused, terms, fails_open, float_equality,
    small_groups, unbounded, saturation, vacuous, sides, fallbacks, padding, every_step, long_lists, early_end, counted_twice,
    signed_multiplier, order, limits, long_and_right, wrong_sign, steepest_at_the_end, defaults, no_attempt, delay, one_way,
)


def lint(spec: Spec, ranges, verdicts: Iterable[Verdict] = (), dtype: str = SINGLE.name) -> list[Diagnostic]:
    """All findings about a typed program whose tensors are of a float type; those about its `ensure`s come from the given verdicts."""
    places = Places(spec)
    found = list(claims(places, verdicts))
    for check in LINTS:
        found += check(ranges, places)
    return [*found, *precision(ranges, places, PRECISIONS[dtype])]
