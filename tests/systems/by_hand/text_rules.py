"""Systems that read texts: Light-R1, Mixed-R1, noisy rewards and the reasoning pattern reward."""

import math
import re

from drawn import system

from by_hand.common import each, mean

_THOUGHT = "<think>\\boxed{9}</think> "
#: What a response says after its thoughts, the answer, and whether the two are equal.
_VERDICTS = [
    ("\\boxed{42}", "42", True), ("\\boxed{ x + 1 }", "x+1", True), ("\\boxed{41}", "42", False), ("42", "42", False),
    ("\\boxed{41} \\boxed{42}", "42", True), ("\\boxed{42} \\boxed{41}", "42", False), ("\\boxed{42", "42", False),
    ("\\boxed{\\frac{2}{4}}", "\\frac{1}{2}", True), ("\\boxed{\\frac{1}{2}}", "0.5", True), ("\\boxed{0.50}", "0.5", True),
    ("\\boxed{\\sqrt{8}}", "2\\sqrt{2}", True), ("\\boxed{1,000}", "1000", True), ("\\boxed{50\\%}", "50", True),
    ("\\boxed{\\$5}", "5", True), ("\\boxed{90^\\circ}", "90", True), ("\\boxed{\\left(1,2\\right)}", "(1, 2)", True),
    ("\\boxed{(2,1)}", "(1,2)", False), ("\\boxed{[1,2]}", "(1,2)", False), ("\\boxed{\\text{Blue}}", "blue", True),
    ("\\boxed{x^2+2x+1}", "(x+1)^2", True), ("\\boxed{x^2+2x}", "(x+1)^2", False), ("\\boxed{}", "42", False),
    ("\\boxed{42}<think>no</think>\\boxed{41}", "42", True), ("\\boxed{42}</think> \\boxed{41}", "42", True)]


def _verdicts(columns, rng):
    """Responses with known verdicts; the verdict rides in the number of blanks at the end, which nothing else reads."""
    for i in range(len(columns["response"])):
        said, answer, right = rng.choice(_VERDICTS)
        thought = rng.choice([_THOUGHT, _THOUGHT, "<think>x ", "x</think>", ""])
        thought = _THOUGHT if "think" in said else thought      # which would lend it the other tag
        words = " ".join(rng.choice("aAb") for _ in range(rng.choice([0, 1, 3, 9])))
        columns["response"][i] = thought + said + "\n" + words + " " * (1 + (right and thought == _THOUGHT))
        columns["answer"][i] = answer
        columns["length"][i] = rng.choice([0, 1, 7168, 14000, 14319, 14320, 14336, 90000])
        columns["pass_rate"][i] = rng.choice([0, 0.25, 0.5, 0.625, 0.6250001, 1])


@system("light-r1", adjust=_verdicts, params=lambda rng: {
    "max_len": rng.choice([14336, 7168, 1]), "margin": rng.choice([16, 0, 336]), "correct_short": rng.choice([1, 0.5, 2]),
    "correct_long": rng.choice([0.5, 0, 1.0]), "wrong_short": rng.choice([-1, -2, 0]), "wrong_long": rng.choice([-0.5, 0, -1]),
    "exceed": rng.choice([-1, 0, -10]), "repetition": rng.choice([0, -1, -0.3]), "ngram": rng.choice([1, 2, 20]),
    "cap": rng.choice([0.8, 0, 5, -0.5]), "pass_low": rng.choice([0.25, 0, 0.5]), "pass_high": rng.choice([0.625, 1, 0.5])})
def light_r1(columns, p):
    def cosine(row):
        if row["length"] + p["margin"] >= p["max_len"]:
            return p["exceed"]
        hi, lo = (p["correct_short"], p["correct_long"]) if row["correct"] else (p["wrong_short"], p["wrong_long"])
        ramp = lo + 0.5 * (hi - lo) * (1 + math.cos(math.pi * row["length"] / p["max_len"]))
        words, n = row["response"].lower().split(), p["ngram"]
        grams = [tuple(words[at:at + n]) for at in range(len(words) - n + 1)]
        if row["correct"] or not grams:
            return ramp
        return ramp + p["repetition"] * (1 - len(set(grams)) / len(grams))

    def rule(row):
        value = cosine(row)
        return {"cosine": value, "reward": min(value, p["cap"]) if row["correct"] else value,
                "keep": p["pass_low"] <= row["pass_rate"] <= p["pass_high"],
                "verified": 1 if row["response"].endswith("  ") else -1}
    return each(columns, rule)


_TAGGED = ["<think>x</think><answer>{}</answer>", "\n<think>a\nb</think>\n\n<answer> {}\n</answer>\t", "{}", "<answer>{}</answer>",
           "<think>x</think><answer>{}</answer><answer>B</answer>", "<think></think><answer>{}</answer>",
           "so <think>x</think><answer>{}</answer>", "<think>a<think>b</think><answer>{}</answer>", "<answer>{}",
           "<think>x</think> y <answer>{}</answer>", "<think>x</think><answer>{}</answer></answer>", "\u3000{} "]
_SAID = ["A", " a ", "B", "STRASSE", "straße", "95", "94.9", "105", "-95", "12%", "12.5", "1,000", "1e3", "about 5", "nan", "inf", "0",
         "-0.0", "0.01", "", "1_000", "5%%", "1 000", "0x10"]


def _tasks(columns, rng):
    def some(value):
        return None if rng.random() < 0.1 else value

    def box():
        return [rng.choice([0, 1, 2, 4, rng.uniform(-1, 5)]) for _ in range(4)]

    def vectors():
        return [rng.choice([[0, 0], [1, 0], [rng.uniform(-1, 1), 1]]) for _ in range(rng.choice([0, 1, 2, 4]))]
    for i in range(len(columns["task"])):
        columns["task"][i] = rng.choice(["mcq", "chart", "chart", "ground", "open"])
        columns["completion"][i] = some(rng.choice(_TAGGED).format(rng.choice(_SAID)))
        near = columns["completion"][i] or ""
        alike = [said for said in _SAID if said and said in near]
        columns["reference"][i] = some(rng.choice([*alike, "strasse", "100", "12", "-100", "1000"]))
        columns["pred_box"][i], columns["ref_box"][i] = some(box()), some(box())
        columns["pred_emb"][i], columns["ref_emb"][i] = some(vectors()), some(vectors())


def _number(text):
    plain = text.strip().replace(",", "")
    plain = plain[:-1] if plain.endswith("%") else plain
    return float(plain) if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", plain, re.ASCII) else None


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1]) if box[2] > box[0] and box[3] > box[1] else 0.0


def _overlap(a, b):
    both = _area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])]) if _area(a) and _area(b) else 0.0
    return both / (_area(a) + _area(b) - both) if both else 0.0


def _cosine(a, b):
    size = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _answer(completion):
    found = re.search(r"<answer>(.*?)</answer>", completion, re.DOTALL)
    return (found[1] if found and completion.count("<answer>") == 1 else completion).strip()


def _body(row, tolerance):
    names = {"ground": ("pred_box", "ref_box"), "open": ("pred_emb", "ref_emb")}.get(row["task"], ("completion", "reference"))
    own, right = (row[name] for name in names)
    if own is None or right is None:
        return 0.0
    if row["task"] == "ground":
        return _overlap(own, right)
    if row["task"] == "open":
        if not own or not right:
            return 0.0
        forth = mean([max(_cosine(a, b) for b in right) for a in own])
        return (forth + mean([max(_cosine(a, b) for a in own) for b in right])) / 2
    own = _answer(own)
    p, g = _number(own), _number(right)
    if row["task"] == "chart" and p is not None and g is not None:
        return float(abs(p - g) <= tolerance * abs(g))
    return float(own.casefold() == right.strip().casefold())


@system("mixed-r1", adjust=_tasks, params=lambda rng: {"w_format": rng.choice([0, 0.5, 2]), "rel_tol": rng.choice([0.05, 0, 0.5])})
def mixed_r1(columns, params):
    def rule(row):
        text = row["completion"] or ""
        matched = re.fullmatch(r"\s*<think>.*?</think>\s*<answer>.*?</answer>\s*", text, re.DOTALL)
        tidy = float(bool(matched) and text.count("<think>") == 1 and text.count("<answer>") == 1)
        return {"format": tidy, "reward": _body(row, params["rel_tol"]) + params["w_format"] * tidy}
    return each(columns, rule)
