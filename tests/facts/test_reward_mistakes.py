"""Each kind of mistake in other words than the published ones: found, named, placed and witnessed; and quiet once it is mended."""

from collections import Counter

import pytest
from mistakes import MISTAKES

from rewardlang import check

#: Every reason that a finding may have.
REASONS = set("""domination compensation length-incentive idle-incentive early-end-incentive farming wrong-sign unbounded domain-error
    fails-open ambiguous-guards missing-case dead-gate vacuous-formula unsatisfiable-formula window-beyond-horizon scale-mismatch
    double-counting saturation negligible-term zero-spread-group non-stationary shaping-not-invariant discount-mismatch unit-mismatch
    needs-the-future float-equality order-dependence signed-multiplier small-group-normalisation no-objective class-too-rich
    unused-input constant-reward""".split())

IDS = [f"{reason}-{number}" for number, (reason, *_) in enumerate(MISTAKES)]


@pytest.mark.parametrize(("reason", "where", "text", "wrong", "right"), MISTAKES, ids=IDS)
def test_it_is_found_and_its_mended_form_is_not(reason, where, text, wrong, right):
    found = [each for each in check(text=text) if each.reason == reason]
    assert [each for each in found if each.subject == where and each.witness], [(each.code, each.subject, each.witness) for each in found]
    assert wrong in text and [each.message for each in check(text=text.replace(wrong, right))] == []


def test_there_are_two_of_every_kind():
    counts = Counter(reason for reason, *_ in MISTAKES)
    assert set(counts) == REASONS and min(counts.values()) >= 2, {reason: counts[reason] for reason in REASONS if counts[reason] < 2}
