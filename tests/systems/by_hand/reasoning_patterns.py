"""Noisy rewards, the reasoning pattern reward, and its calibration."""

import re
from collections import Counter

from drawn import system

from by_hand.common import each

_PHRASES = (
    "i need to|we need to|wait|alternatively|let me check|let me see|let's focus on|we know that|we can observe |we can see |"
    "let me try|let's try|let us try|first, |firstly, |next, |finally, |let us first|let's first|let me first|try again|"
    "still not|not working|not correct|does not work|doesn't work|makes sence|since we |because we |consequently|as a result|"
    "thus|therefore|hence|so that|thereby|if we|given there |for instance |for example ").split("|")
_HELP = _PHRASES + ["1. ", "2. ", "3. ", "4. ", "step 1 ", "step 2 ", "step 3. ", "step 4 ", "considering the", "i'll", "i will",
                    "i would", "i should"]
#: A boxed answer, a reference, and whether they are equal after the normalisation.
_BOXES = [
    ("2", "2", 1), ("2", "3", 0), ("0.5", "\\frac{1}{2}", 1), ("1/2", "\\frac12", 1), ("\\dfrac{1}{2}", "\\boxed{\\frac{1}{2}}", 1),
    (".5", "0.5", 1), ("0.50", "0.5", 0), ("x = 5", "5", 1), ("xyz=5", "5", 0), ("5\\text{ cm}", "5", 1), ("\\sqrt3", "\\sqrt{3}", 1),
    ("\\left( 1, 2 \\right)", "(1,2)", 1), ("50\\%", "50", 1), ("\\$5", "5", 1), ("90^\\circ", "90", 1), ("90^{\\circ}", "90", 1),
    ("1\\!0", "10", 1), ("2/4", "\\frac{1}{2}", 0), ("2/4", "\\frac{2}{4}", 1), ("\\frac{1}{2", "1", 0), ("1,000", "1000", 0),
    ("{2}", "{2}", 1), ("A", "a", 0), ("a=b=5", "5", 0), ("-\\frac12", "-\\frac{1}{2}", 1), ("\\tfrac34", "\\frac{3}{4}", 1),
    ("1 \n2", "12", 1), ("2 / 3", "\\frac{2}{3}", 1), ("-1/2", "-\\frac{1}{2}", None)]


def _texts(columns, rng):
    """Texts of phrases, with a box whose verdict is carried as the number of blanks at the end; groups share a draw."""
    def phrases(most):
        return rng.choice([" ", ". ", "\n"]).join(rng.choice([*_HELP, "User: ", "w", "First,", "Wait", "makes sense"])
                                                  for _ in range(rng.randint(0, most)))
    columns["group"] = [rng.choice("pq") for _ in columns["transcript"]]
    draws = {group: rng.choice([0, 0.4, 0.4, rng.random()]) for group in "pq"}
    for i, group in enumerate(columns["group"]):
        box, reference, equal = rng.choice([one for one in _BOXES if one[2] is not None])
        start = rng.choice(["User: q wait Assistant: <think> ", "Assistant: <think>Assistant: <think> wait", "", "assistant: <think>"])
        ending = rng.choice([f"\\boxed{{7}} \\boxed{{{box}}}", f"\\boxed{{{box}}}", f"\\boxed{{{box}}}", "no box", "\\boxed{}"])
        if box not in ending:
            equal = 0
        columns["transcript"][i] = (start + phrases(60) + rng.choice(["", " w" * 23]) + ending + " " * (1 + equal))
        columns["reference"][i] = reference
        columns["response"][i] = rng.choice([
            "<think>{}</think><answer>{}</answer>", "<think>{}</think>\n<answer>{}</answer> wait", "<answer>{}</answer><think>{}</think>",
            "<think></think><answer>{}{}</answer>", "<think> </think><answer> </answer>{}{}", "{}{}",
            "<think>x<think>{}</think><answer>{}</answer>",
            "<think>{}<answer>{}</answer></think>", "<think>a</think>{}<answer>b</answer>{}<answer>c</answer>"
        ]).format(phrases(30), phrases(30))
        columns["flip_draw"][i] = draws[group]
        columns["base_score"][i] = rng.choice([0, 1])
        columns["format_score"][i] = rng.choice([0, 1, rng.random()])
        columns["rm_score"][i] = rng.choice([0.5, 0.49, 0, 1, rng.random()])


def _repeated(text, n=20):
    words = text.split()
    counts = Counter(tuple(words[at:at + n]) for at in range(len(words) - n + 1))
    total = sum(counts.values())
    return sum(count > 1 for count in counts.values()) / total if total else 0.0


def _share(text, phrases):
    return min(1, sum(phrase in text for phrase in phrases) / 20) - _repeated(text)


def _rpr(transcript):
    _, marker, rest = transcript.partition("Assistant: <think>")
    body = (rest if marker else transcript).lower()
    return max(0, _share(body, _PHRASES) - body.count("user: "))


def _parts(response):
    opened, closed, asked, told = (response.rfind(tag) for tag in ("<think>", "</think>", "<answer>", "</answer>"))
    think, answer = response[opened + 7:closed], response[asked + 8:told]
    whole = min(opened, closed, asked, told) >= 0 and opened < closed < asked < told and think and answer
    return think + answer if whole else None


def _decision(c, f, flip, on_wrong):
    if f is None:
        return c
    if flip:
        return f if c == 1 and on_wrong else 1 - c
    return f if c == 0 and on_wrong else c


@system("noisy-rewards-rpr", adjust=_texts, params=lambda rng: {"flip_prob": rng.choice([0, 0.4, 1]), "rpr_on_wrong": rng.random() < 0.5})
def noisy_rewards(columns, params):
    def rule(row):
        text, flip = row["transcript"], params["flip_prob"] > row["flip_draw"]
        correct, rpr = int(text.endswith("  ")), _rpr(text)
        empty = re.search(r"\\boxed\{\}\s*$", text)
        joined = _parts(row["response"])
        s = row["rm_score"] if row["format_valid"] else 0
        return {"rpr": rpr, "correct": correct, "reward": _decision(correct, None if empty else rpr, flip, params["rpr_on_wrong"]),
                "noisy": _decision(row["base_score"], row["format_score"], flip, params["rpr_on_wrong"]),
                "format_ok": joined is not None, "rpr_help": 0 if joined is None else max(0, _share(joined.lower(), _HELP)),
                "calibrated": min(1, s + 0.1 * row["format_score"]) if s < 0.5 else s}
    return each(columns, rule)
