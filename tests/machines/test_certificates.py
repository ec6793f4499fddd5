"""Machines drawn at random: what their runs add up to has a certificate, just where it is bounded, and of just that bound."""

import random
from fractions import Fraction
from math import inf

from random_machines import machine as drawn

from rewardlang.automata import gains
from rewardlang.automata.certificate import fault
from rewardlang.automata.unfold import unfold


def test_machines_drawn_at_random_have_certificates_of_their_sharp_bounds():
    draw = random.Random(11)
    for number in range(150):
        unfolded = unfold(drawn(draw, counting=number % 3 == 0, rewards=(0, 1, -1, Fraction(1, 3), -2)))
        least = draw.choice([0, 0, 2, 5])
        count = (least, draw.choice([least, least + 1, least + 6, inf]))
        rate = draw.choice([1, 0.5, 0.9, 0.99])
        most = gains.most(unfolded, lambda arrow: arrow.reward, count, rate)
        certificate = gains.certified(unfolded, lambda arrow: arrow.reward, count, rate)
        assert (certificate is None) == (most == inf), (count, rate)
        if certificate is not None:
            assert fault(certificate) is None and certificate.bound == most, (number, count, rate, fault(certificate))
