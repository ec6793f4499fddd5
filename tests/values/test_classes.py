"""The order of the formalisms is the published one: covers, equivalences, and pairs that do not compare."""

from itertools import combinations, product

import pytest

from rewardlang.values.classes import CLASSES, FORMALISMS, class_of, join, least_upper_bounds, leq

EQUAL = [{"FTR", "INMR", "IMORL"}, {"FTLR", "FOMR", "OMORL"}, {"TLO", "OMO", "GOMORL"}]
STRICT = ["MR RM", "MR RRL", "MR ONMR", "RM FTR", "LAR FTR", "LTL FTR", "FTR FTLR", "RRL FTLR", "ONMR FTLR", "FTLR TLO",
          "FTLR FPR", "TLO PO", "FPR PO", "MR PO", "LTL OMORL", "MR INMR"]
APART = [*combinations(["RM", "LTL", "LAR", "RRL", "ONMR"], 2), ("MR", "LAR"), ("MR", "LTL"), ("FTR", "RRL"),
         ("FTR", "ONMR"), ("TLO", "FPR")]
JOINS = [("MR", "LAR", "FTR"), ("RM", "MR", "RM"), ("RM", "LTL", "FTR"), ("RM", "RRL", "FOMR"), ("TLO", "FPR", "PO"),
         ("INMR", "IMORL", "FTR"), ("LAR", "ONMR", "FOMR")]


def test_there_are_17_formalisms_in_11_classes():
    assert len(FORMALISMS) == 17
    assert {class_of(name) for name in FORMALISMS} == set(CLASSES) and len(CLASSES) == 11


@pytest.mark.parametrize("group", EQUAL, ids=lambda group: "=".join(sorted(group)))
def test_equal_formalisms_are_at_most_each_other(group):
    assert all(leq(a, b) for a, b in product(group, group))
    assert not any(leq(a, b) and leq(b, a) for a in group for b in FORMALISMS if b not in group)


@pytest.mark.parametrize("pair", STRICT)
def test_an_inclusion_is_strict(pair):
    low, high = pair.split()
    assert leq(low, high) and not leq(high, low)


@pytest.mark.parametrize("pair", APART, ids="-".join)
def test_some_do_not_compare(pair):
    a, b = pair
    assert not leq(a, b) and not leq(b, a)


def test_it_is_an_order():
    assert all(leq(a, a) for a in FORMALISMS)
    assert all(leq(a, c) for a, b, c in product(FORMALISMS, repeat=3) if leq(a, b) and leq(b, c))
    assert all(class_of(a) == class_of(b) for a, b in product(FORMALISMS, repeat=2) if leq(a, b) and leq(b, a))


def test_minimal_and_greatest_elements():
    assert {a for a in CLASSES if not any(b != a and leq(b, a) for b in CLASSES)} == {"MR", "LAR", "LTL"}
    assert all(leq(a, "PO") for a in FORMALISMS)


@pytest.mark.parametrize(("a", "b", "least"), JOINS)
def test_joins(a, b, least):
    assert join(a, b) == join(b, a) == least


def test_every_pair_has_one_least_upper_bound_and_it_is_below_all_others():
    for a, b in product(FORMALISMS, repeat=2):
        least = join(a, b)
        assert leq(a, least) and leq(b, least)
        assert all(leq(least, c) for c in CLASSES if leq(a, c) and leq(b, c))


def test_the_bounds_of_several_and_of_none():
    assert least_upper_bounds(["MR", "RM", "LTL"]) == {"FTR"}
    assert least_upper_bounds([]) == {"MR", "LAR", "LTL"}
    with pytest.raises(KeyError):
        leq("MR", "XYZ")
