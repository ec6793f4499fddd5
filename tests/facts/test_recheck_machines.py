"""Certificates of machines: what is true has one, every change of one is noticed, and so is an engine whose returns are wrong."""

import random
from dataclasses import replace
from fractions import Fraction
from math import inf

import pytest
from programs import facts_of

from rewardlang.automata import gains
from rewardlang.automata.certificate import Certificate, fault, lasso_fault
from rewardlang.facts.machines import machine_facts
from rewardlang.facts.recheck.machines import certificates, recheck_machine
from rewardlang.facts.recheck.ranges import CONTRADICTED, HOLDS
from rewardlang.facts.returns.sums import steps

TASK = """
    setting {setting}
    input coffee : bool[step]
    input desk : bool[step]
    input cost : float[step] in [0, 0.5]
    machine task {{
        start empty
        counter spills in [0, 2]
        empty -> full when coffee : +1
        full -> empty when not coffee and not desk do spills += 1 : {drop}
        full -> done when desk and not coffee : +5
        otherwise stay : -cost
        final done
    }}
    reward = gate coffee {{ task.reward }} else 0.5 * task.reward
"""
SETTINGS = ["episodic", "episodic discount 0.9", "episodic horizon 7", "episodic horizon [2, 9] discount 0.5", "continuing discount 0.99"]


def facts(setting: str, drop: str = "-1.2"):
    found = facts_of(TASK.format(setting=setting, drop=drop))
    found.output("reward")
    machine = machine_facts(found.ranges, found.spec.machines["task"])
    return found, machine, steps(found.spec.setting, (machine.info.axis,))


@pytest.mark.parametrize("drop", ["-1.2", "-0.2"])      # the second is a loop that pays
@pytest.mark.parametrize("setting", SETTINGS)
def test_what_is_true_is_confirmed(setting, drop):
    found, machine, count = facts(setting, drop)
    opinion = recheck_machine(machine, count, found.spec.setting.discount)
    assert opinion.status == HOLDS and opinion.fault is None and opinion.moves > 20
    assert opinion.inequalities > 0 or setting == "episodic" and drop == "-0.2"     # unbounded both ways


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_changed_potential_bound_or_payment_is_noticed(setting):
    found, machine, count = facts(setting)
    made = list(certificates(machine, count, found.spec.setting.discount))
    assert made
    draw = random.Random(3)
    for certificate in made:
        assert fault(certificate) is None
        last = (certificate.forced or certificate.optional)[-1]
        assert fault(replace(certificate, bound=last[0] - Fraction(1, 10**6))) is not None
        numbers = range(len(certificate.arrows))
        # A place's potential is the greatest over its arrows, or 0 where a run may end: any less, and one of them breaks it.
        for part in ("optional", "forced"):
            for number, layer in enumerate(getattr(certificate, part)):
                place = draw.choice(sorted({source for source, _, _ in certificate.arrows}))
                lower = tuple(value - (1 if at == place else 0) for at, value in enumerate(layer))
                layers = getattr(certificate, part)
                changed = replace(certificate, **{part: (*layers[:number], lower, *layers[number + 1:])})
                assert fault(changed) is not None, (part, number, place)
        dear = draw.choice(list(numbers))
        arrows = [(s, t, w + 1000 if at == dear else w) for at, (s, t, w) in enumerate(certificate.arrows)]
        assert fault(replace(certificate, arrows=tuple(arrows))) is not None
        assert fault(replace(certificate, optional=())) is not None


def test_a_certificate_speaks_of_all_the_steps_that_it_names():
    """Without horizon a loop that pays has no certificate, whatever the potentials."""
    arrows = ((0, 1, 1), (1, 0, -Fraction(1, 2)))
    assert fault(Certificate(arrows, 1, 0, 3, ((0, 0), (1, 0), (1, Fraction(1, 2)), (Fraction(3, 2), Fraction(1, 2))), (), Fraction(3, 2))) is None
    assert fault(Certificate(arrows, 1, 0, 4, ((0, 0), (1, 0), (1, Fraction(1, 2)), (Fraction(3, 2), Fraction(1, 2))), (), Fraction(3, 2)))
    assert fault(Certificate(arrows, 1, 0, inf, ((100, 100),), (), 100))
    assert fault(Certificate(arrows, Fraction(1, 2), 0, inf, ((1, 0),), (), 1)) is None
    assert fault(Certificate(arrows, Fraction(1, 2), 2, inf, ((1, 0),), (), 1)) is None
    assert fault(Certificate(arrows, Fraction(1, 2), 2, inf, ((1, 0),), ((1, 0), (Fraction(1, 2), 0)), 1))     # less than 1 + 0 to come
    assert fault(Certificate(((0, 0, inf),), 1, 0, 1, ((0,), (9,)), (), 9))


def test_a_loop_is_checked_arrow_by_arrow():
    loop = [(0, 1, 1), (1, 2, 3), (2, 1, -1)]
    assert lasso_fault(loop, 1, 2) is None
    assert lasso_fault(loop, 1, 3) and lasso_fault(loop, 0, 3) and lasso_fault(loop[1:], 0, 2)
    assert lasso_fault([(0, 1, 1), (1, 0, -1)], 0, 0)


@pytest.mark.parametrize("wrong", ["a move", "a payment", "a round too few"])
def test_a_corrupted_engine_is_caught(wrong, monkeypatch):
    found, machine, count = facts("episodic horizon 7")
    if wrong == "a move":
        arrows = tuple(tuple(arrow._replace(target=arrow.source) for arrow in own) for own in machine.unfolded.arrows)
        monkeypatch.setitem(machine.__dict__, "unfolded", replace(machine.unfolded, arrows=arrows))
    elif wrong == "a payment":
        monkeypatch.setattr(type(machine), "pay", lambda self, arrow: type(count)(0, 0))
    else:
        rounds = gains._rounds
        monkeypatch.setattr(gains, "_rounds", lambda own, layers, many, *rest: rounds(own, layers, (many[0] - 1, many[1] - 1), *rest))
    assert recheck_machine(machine, count, None).status == CONTRADICTED
