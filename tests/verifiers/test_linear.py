"""Every verifier that is declared without a time limit takes linear time, on texts made to make it slow."""

import time

import pytest

from rewardlang.verifiers import answer, constraints, jsons, layout, numbers, similarity, tags, text

NASTY = [
    *("a", "1,", "1,234", "\\boxed{", "{", "<<", "<<a", "*", "*a ", "**", "[", "[a", "P.S.", "answer ", "answer: ", "\n"),
    *("\n ", "- ", "#### ", "$", "<tag>", "</tag>", "<tag></tag>", "```\n", "-", "1e", "a'", "Mr. ", "(A", "A) ", " ", ". "),
    *(".", "”", "!) ", "Section 1 ", "x ", '"', "0.", ".5", "É", "\\", ".x", "a\n", "0/", ",000"),
]
LINEAR = {
    "tagged": lambda given: tags.tagged(given, ["tag", "other"]),
    "between_all": lambda given: tags.between_all(given, "<tag>", "</tag>"),
    "tags_balanced": lambda given: tags.tags_balanced(given, ["tag"]),
    "code_blocks": lambda given: tags.code_blocks(given, "python"),
    "boxed": tags.boxed,
    "last_number": numbers.last_number,
    "parse_number": numbers.parse_number,
    "choice_letter": answer.choice_letter,
    "final_answer": answer.final_answer,
    "repetition": lambda given: text.repetition(given, 3),
    "token_f1": lambda given: similarity.token_f1(given, given),
    "script_share": lambda given: similarity.script_share(given, "latin"),
    "json_valid": jsons.json_valid,
    "json_lines": jsons.json_lines,
    "number_of_sentences": lambda given: constraints.number_of_sentences(given, "at least", 1),
    "number_of_words": lambda given: constraints.number_of_words(given, "at least", 1),
    "number_of_paragraphs": lambda given: constraints.number_of_paragraphs(given, 1),
    "paragraph_begins": lambda given: constraints.paragraph_begins(given, 1, 1, "a"),
    "capital_words": lambda given: constraints.capital_words(given, "at least", 1),
    "keywords_absent": lambda given: constraints.keywords_absent(given, ["a", "b"]),
    "placeholders": lambda given: layout.placeholders(given, 1),
    "postscript": lambda given: layout.postscript(given, "P.S."),
    "bullets": lambda given: layout.bullets(given, 1),
    "highlighted": lambda given: layout.highlighted(given, 1),
    "sections": lambda given: layout.sections(given, "Section", 1),
    "titled": layout.titled,
    "two_responses": layout.two_responses,
    "json_only": layout.json_only,
}


@pytest.mark.parametrize("name", LINEAR)
def test_hostile_texts_of_60_000_characters_take_no_time(name):
    """Linear, they take a few milliseconds; quadratic, ten seconds and more."""
    for unit in NASTY:
        for end in ("", "x", "\n"):
            given = unit * (60_000 // len(unit)) + end
            started = time.process_time()
            LINEAR[name](given)
            assert time.process_time() - started < 0.5, unit
