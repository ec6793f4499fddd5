"""What one term does to one sample, in every adapter: nothing, an exception, too late, infinite or no number; all counted."""

import every_adapter
import pytest
from every_adapter import FAILED, NEEDS, WANTED, WAYS

from rewardlang.trainers.table import TRAINERS


def test_none_is_left_out():
    assert set(WAYS) == set(TRAINERS)


@pytest.mark.parametrize(("trainer", "way"), [(trainer, way) for trainer, ways in WAYS.items() for way in ways])
def test_a_failure_is_its_sample_s_own_and_counted(trainer, way):
    if trainer in NEEDS:
        pytest.importorskip(NEEDS[trainer], reason=f"{NEEDS[trainer]} is not installed here: `make trainers` does it")
    told = way()
    assert told.rewards == pytest.approx(WANTED)
    assert told.failed == FAILED


def test_the_judge_is_what_it_says():
    with pytest.raises(RuntimeError):
        every_adapter.judge("2")
    assert every_adapter.judge("0") == 0.5 and every_adapter.judge("1") is None
