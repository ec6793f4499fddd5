"""Each checkable kind of IFEval tells responses that follow an instruction from those that break it, on real arguments."""

import json

import pytest

from rewardlang.verifiers.ifeval import KINDS, follows

NOT_CHECKED = {"language:response_language"}


@pytest.fixture(scope="module")
def instructions(shared):
    """(kind, arguments) of every instruction of the 200 prompts."""
    with open(shared / "data" / "ifeval_prompts_200.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [pair for row in rows for pair in zip(row["instruction_id_list"], row["kwargs"], strict=True)]


def times(relation, count):
    """How often something may occur at most or least so that the relation holds, and a number that breaks it."""
    return (count, count - 1) if relation == "at least" else (count - 1, count)


def repeated(unit, relation, count, joint=" "):
    good, bad = times(relation, count)
    return joint.join([unit] * good), joint.join([unit] * bad)


def paragraphs(count, joint):
    return joint.join(f"Part {n} of it." for n in range(count))


def nth_begins(a, word):
    parts = [f"Part {n}." for n in range(a["num_paragraphs"])]
    parts[a["nth_paragraph"] - 1] = f"{word} is first."
    return "\n\n".join(parts)


# Kind -> from the data's arguments, a response that follows the instruction and one that does not. Written from the
# instructions' wording, not from the checks.
RESPONSES = {
    "change_case:capital_word_frequency": lambda a: repeated("LOUD", a["capital_relation"], a["capital_frequency"]),
    "change_case:english_capital": lambda a: ("ALL OF IT IS LOUD.", "ALL BUT one."),
    "change_case:english_lowercase": lambda a: ("all of it is quiet.", "all but One."),
    "combination:repeat_prompt": lambda a: (a["prompt_to_repeat"] + "\n\nHere it is.", "Sure. " + a["prompt_to_repeat"]),
    "combination:two_responses": lambda a: ("One way.\n******\nAnother.", "One way.\n\nAnother."),
    "detectable_content:number_placeholders": lambda a: (
        "[name] " * a["num_placeholders"],
        "[name] " * (a["num_placeholders"] - 1),
    ),
    "detectable_content:postscript": lambda a: (f"Bye.\n\n{a['postscript_marker']} One more thing.", "Bye."),
    "detectable_format:json_format": lambda a: ('```json\n{"answer": [1, 2]}\n```', "answer: 1, 2"),
    "detectable_format:multiple_sections": lambda a: tuple(
        "\n".join(f"{a['section_spliter']} {n + 1}\nText." for n in range(a["num_sections"] - fewer)) for fewer in (0, 1)
    ),
    "detectable_format:number_bullet_lists": lambda a: (
        "List:\n" + "* a point.\n" * a["num_bullets"],
        "List:\n" + "* a point.\n" * (a["num_bullets"] + 1),
    ),
    "detectable_format:number_highlighted_sections": lambda a: (
        "\n".join(["Some *highlighted part* here."] * a["num_highlights"]),
        "\n".join(["Some *highlighted part* here."] * (a["num_highlights"] - 1)),
    ),
    "detectable_format:title": lambda a: ("<<The title>>\nText.", "<The title>\nText."),
    "keywords:existence": lambda a: ("All of " + ", ".join(a["keywords"]), ", ".join(a["keywords"][1:])),
    "keywords:forbidden_words": lambda a: ("Nothing of the kind.", f"It is {a['forbidden_words'][-1].upper()}, indeed."),
    "keywords:frequency": lambda a: repeated(a["keyword"], a["relation"], a["frequency"]),
    "keywords:letter_frequency": lambda a: repeated(a["letter"], a["let_relation"], a["let_frequency"]),
    "length_constraints:nth_paragraph_first_word": lambda a: (
        nth_begins(a, a["first_word"].title()),
        nth_begins(a, "Other"),
    ),
    "length_constraints:number_paragraphs": lambda a: (
        paragraphs(a["num_paragraphs"], "\n\n***\n\n"),
        paragraphs(a["num_paragraphs"] + 1, "\n***\n"),
    ),
    "length_constraints:number_sentences": lambda a: repeated("It rains on Mr. Smith.", a["relation"], a["num_sentences"]),
    "length_constraints:number_words": lambda a: repeated("word", a["relation"], a["num_words"], joint=", "),
    "punctuation:no_comma": lambda a: ("None here.", "One, here."),
    "startend:end_checker": lambda a: (f"That was it. {a['end_phrase']}\n", f"{a['end_phrase']} That was it."),
    "startend:quotation": lambda a: ('"All of it is said."', "Nothing is."),
}


def test_every_kind_of_the_data_is_known(instructions):
    kinds = {kind for kind, _ in instructions}
    assert len(kinds) == 24
    assert kinds - NOT_CHECKED == set(KINDS) == set(RESPONSES)


def test_responses_made_to_follow_and_to_break_each_instruction(instructions):
    checked = [pair for pair in instructions if pair[0] not in NOT_CHECKED]
    assert len(checked) == sum(kind in KINDS for kind, _ in instructions) > 280
    for kind, arguments in checked:
        good, bad = RESPONSES[kind](arguments)
        assert follows(good, kind, arguments), (kind, arguments, good)
        assert not follows(bad, kind, arguments), (kind, arguments, bad)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_empty_response_never_raises(instructions, kind):
    for found, arguments in instructions:
        if found == kind:
            assert follows("", kind, arguments) in (True, False)


def test_a_kind_that_cannot_be_checked_is_said_so():
    with pytest.raises(ValueError, match="language:response_language"):
        follows("text", "language:response_language", {"language": "vi"})


def test_a_missing_argument_is_named():
    with pytest.raises(ValueError, match="needs relation, num_words"):
        follows("text", "length_constraints:number_words", {"num_words": None})
