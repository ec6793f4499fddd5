"""The instruction kinds of IFEval (arXiv 2311.07911) by name, with the argument names of its data."""

from collections.abc import Callable
from typing import Any

from rewardlang.verifiers import constraints, layout
from rewardlang.verifiers.gold import FAILS, gold

# Kind -> the check, and the names in the data of its arguments after the text.
KINDS: dict[str, tuple[Callable[..., bool], tuple[str, ...]]] = {
    "change_case:capital_word_frequency": (constraints.capital_words, ("capital_relation", "capital_frequency")),
    "change_case:english_capital": (constraints.all_capital, ()),
    "change_case:english_lowercase": (constraints.all_lowercase, ()),
    "combination:repeat_prompt": (constraints.repeats_prompt, ("prompt_to_repeat",)),
    "combination:two_responses": (layout.two_responses, ()),
    "detectable_content:number_placeholders": (layout.placeholders, ("num_placeholders",)),
    "detectable_content:postscript": (layout.postscript, ("postscript_marker",)),
    "detectable_format:json_format": (layout.json_only, ()),
    "detectable_format:multiple_sections": (layout.sections, ("section_spliter", "num_sections")),
    "detectable_format:number_bullet_lists": (layout.bullets, ("num_bullets",)),
    "detectable_format:number_highlighted_sections": (layout.highlighted, ("num_highlights",)),
    "detectable_format:title": (layout.titled, ()),
    "keywords:existence": (constraints.keywords_present, ("keywords",)),
    "keywords:forbidden_words": (constraints.keywords_absent, ("forbidden_words",)),
    "keywords:frequency": (constraints.keyword_frequency, ("keyword", "relation", "frequency")),
    "keywords:letter_frequency": (constraints.letter_frequency, ("letter", "let_relation", "let_frequency")),
    "length_constraints:nth_paragraph_first_word": (
        constraints.paragraph_begins,
        ("num_paragraphs", "nth_paragraph", "first_word"),
    ),
    "length_constraints:number_paragraphs": (constraints.number_of_paragraphs, ("num_paragraphs",)),
    "length_constraints:number_sentences": (constraints.number_of_sentences, ("relation", "num_sentences")),
    "length_constraints:number_words": (constraints.number_of_words, ("relation", "num_words")),
    "punctuation:no_comma": (constraints.no_comma, ()),
    "startend:end_checker": (constraints.ends_with_phrase, ("end_phrase",)),
    "startend:quotation": (constraints.quoted, ()),
}


@gold(
    (("Hello there", "length_constraints:number_words", {"relation": "at least", "num_words": 2}), True),
    (("One, two", "punctuation:no_comma", {}), False),
    (("One, two", "punctuation:no_comma", None), False),
    (("x", "length_constraints:number_words", {"relation": "at least", "num_words": None}), FAILS),
    (("x", "language:response_language", {"language": "vi"}), FAILS),
)
def follows(text: str, kind: str, arguments: Any) -> bool:
    """Whether a response follows an instruction of IFEval, given as its kind and its arguments, as the data has them.

    Raises ValueError for a kind that is not known (`language:response_language` among them: it needs a language model)
    and for a missing argument.
    """
    if kind not in KINDS:
        raise ValueError(f"no instruction kind {kind!r} can be checked here")
    check, names = KINDS[kind]
    given = arguments or {}
    missing = [name for name in names if given.get(name) is None]
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    return check(text, *(given[name] for name in names))
