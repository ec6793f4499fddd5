"""Systems that read what was written: R1-Reward's tags and answers, ToolRL's tags and tool calls."""

import json
import re
from collections import Counter
from fractions import Fraction

from drawn import system

from by_hand.common import each

PHRASES = ("The best answer is", "The correct answer is", "The answer is", "The answer: ", "Answer: ", "The best option is",
           "The correct option is", "Best answer:", "Best option:")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)?")
ANSWERS = ["1", " 1 ", "1.0", "2/2", "-1", "- 1", "The answer is 1", "The answer: 1", "The answer:1", "Answer: ", "response 1",
           "1 or 2", "5-3", "1/0", "0/0", "A", "a", "", " ", "\u00a01\u3000", "The best The answer isanswer is A", "\x1f1", "00.50", "1/2",
           "é", "<answer>1</answer>", "1.", ".5", "1e3", "1,000"]


def _completion(rng):
    def body():
        return "<think>" + rng.choice(["", "x", "a b\nc", "<think>", "</answer>"]) + "</think>"
    tagged = f"<answer>{rng.choice(ANSWERS)}</answer>"
    return rng.choice(["", " ", "\n", "\u3000"]) + rng.choice([
        body() + tagged, body() + " " + tagged, tagged, body() + tagged + tagged, tagged + body(), body() + tagged + "x",
        rng.choice(ANSWERS), body() + "<answer>1", "</answer>" + body() + tagged, body() + "<answer>\n1\n</answer>",
        " ".join(rng.choice(["a", "A", "b\t\x1cb", "İ"]) for _ in range(rng.randint(0, 9)))]) + rng.choice(["", " \n"])


def _completions(columns, rng):
    columns["completion"] = [_completion(rng) for _ in columns["consistency"]]
    columns["references"] = [[rng.choice(ANSWERS) for _ in range(rng.randint(0, 2))] for _ in columns["consistency"]]


def _unwrapped(text):
    found = re.search("<answer>(.*?)</answer>", text, re.DOTALL)
    return (found.group(1) if found else text).strip()


def _number(text):
    found = NUMBER.findall(text)
    if len(found) != 1:
        return None
    over, _, under = found[0].partition("/")
    return None if under and Fraction(under) == 0 else Fraction(over) / Fraction(under or 1)


def _same(a, b):
    return (a == b and a != "") or (_number(a) is not None and _number(a) == _number(b))


@system("r1-reward", adjust=_completions, missing=0.3, params=lambda rng: {
    "w_format": rng.choice([0, 0.5, 1, 2]), "w_consistency": rng.choice([0, 0.5, 1, 1.5])})
def r1_reward(columns, params):
    def rule(row):
        text = row["completion"].strip()
        shape = int(bool(re.search(r"\A<think>.*?</think><answer>.*?</answer>\Z", text, re.DOTALL))
                    and text.count("<think>") == text.count("<answer>") == 1)
        answer = _unwrapped(text)
        for phrase in PHRASES:
            answer = answer.replace(phrase, "")
        right = int(any(_same(answer.strip(), _unwrapped(reference)) for reference in row["references"]))
        words = row["completion"].lower().split()
        triples = list(zip(words, words[1:], words[2:]))
        return {"format": shape, "accuracy": right, "repetition_penalty": len(set(triples)) / len(triples) - 1 if triples else 0,
                "reward": params["w_format"] * shape + right * (1 + params["w_consistency"] * (row["consistency"] or 0))}
    return each(columns, rule)


CALLS = ['{"name": "f", "parameters": {"a": 1, "b": "x"}}', '{"name": "f", "parameters": {"b": "x", "a": 1.0}}',
         '{"name": "f", "parameters": {"a": true}}', '{"name": "g", "parameters": {}}', '{"name": "g", "parameters": {"a": [1, {"c": null}]}}',
         '{"parameters": {"a": 1}, "name": "f", "extra": 0}', '{"name": "f", "parameters": {"a": 1, "a": 2}}',
         '{"name": "\\u0066", "parameters": {"é": "e\\u0301"}}']
BROKEN = ["", "null", "[]", "3", '{"name": "f"', '{"parameters": {}}', "{'name': 'f'}", '{"name": "f", "parameters": {}} x', "\u00a0"]
NEVER = ['{"name": "h"}', '{"name": "h", "parameters": 3}', ' {"name": "h", "parameters": null}\t']


def _block(calls):
    return "<tool_call>\n" + "\n".join(calls) + "\n</tool_call>"


def _truth(rng):
    calls = _block(rng.choice(CALLS) for _ in range(rng.randint(1, 3)))
    return "<think>t</think>\n" + rng.choice([calls, calls, calls, calls + "\n<response>r</response>", "<response>r</response>", ""])


def _response(truth, rng):
    think = rng.choice(["<think>a b\u2003c\x1dd</think>\n", "<think>" + "w " * rng.choice([3, 130, 700]) + "</think>\n", "<think></think>", "",
                        "<think>x<think>y</think> z</think>\n", "\n"])
    calls = _block(rng.choice([rng.choice(CALLS), rng.choice(CALLS), rng.choice(CALLS), rng.choice(BROKEN + NEVER)])
                   for _ in range(rng.randint(1, 4)))
    tail = rng.choice(["\n<response>r</response>", "<response>r</response>", "", "\n<response>r\n</response> ", " <tool_call>"])
    return rng.choice(["", " \n", "\u2028"]) + rng.choice([truth, think + calls, think + calls + tail, think + tail, calls, think + calls[:-12],
                                                          think + calls.replace("\n", "")])


def _turns(columns, rng):
    columns["ground_truth"] = [_truth(rng) for _ in columns["step"]]
    columns["response"] = [_response(truth, rng) for truth in columns["ground_truth"]]
    columns["step"] = [rng.choice([0, 10, 29, 30, 75, 150, 300]) for _ in columns["step"]]


FLAGS = ({}, {}, {"with_length": True}, {"coarse": True}, {"refined": True}, {"correct_max1": True}, {"schedule": True},
         {"max1_step30_max3": True}, {"with_length": True, "schedule_length": True, "refined": True, "schedule": True}, {"schedule_length": True},
         {"intermediate": True, "refined": True})
THINK, CALL, RESPONSE = "<think>.*?</think>", "<tool_call>\n.*?\n</tool_call>", "<response>.*?</response>"


def _shape(text, truth):
    called, answered = "<tool_call>" in truth, "<response>" in truth
    pattern = "\n".join([THINK] + [CALL] * called + [RESPONSE] * answered)
    used = ["tool_call"] * called + ["response"] * answered
    return bool(re.fullmatch(pattern, text, re.DOTALL)) and all(text.count(f"<{e}{tag}>") == 1 for tag in used for e in ("", "/"))


def _calls(text):
    return [json.loads(line) for line in re.search("<tool_call>(.*?)</tool_call>", text, re.DOTALL).group(1).strip().split("\n")]


def _alike(a, b, refined):
    if a == b:
        return 1.0
    if refined or not a or not b:
        return 0.0
    both = sum((Counter(a) & Counter(b)).values())
    return both / (len(a) + len(b) - both)


def _share(truth, got, params):
    """S / Smax."""
    refined, whole = params["refined"], params["intermediate"]
    total, used = _alike([call["name"] for call in truth], [call["name"] for call in got], refined), set()
    for call in truth:
        pairs = {}
        for at, other in enumerate(got):
            if at not in used and other["name"] == call["name"]:
                mine, theirs = call["parameters"], other["parameters"]
                pairs[at] = float(call == other) if whole else _alike(list(mine), list(theirs), refined) + sum(
                    key in theirs and theirs[key] == value for key, value in mine.items())
        best = max(pairs, key=pairs.get, default=None)
        if best is not None and pairs[best] > 0:
            total += pairs[best]
            used.add(best)
    return total / (1 + sum(1 if whole else 1 + len(call["parameters"]) for call in truth))


def _correct(text, truth, params, low, high):
    if "<tool_call>" not in truth:
        return 0.0
    wanted = _calls(truth)
    try:
        got = _calls(text)
        if got == wanted:
            return high
        return low if params["coarse"] else low + (high - low) * _share(wanted, got, params)
    except (AttributeError, KeyError, TypeError, ValueError):
        return low


def _length(text, params, step):
    if not params["with_length"] or "<think>" not in text or "</think>" not in text:
        return 0.0
    words = text.split("<think>")[-1].split("</think>")[0].split()
    return min(1, round(len(words) / (384 + 256 * step / 105 if params["schedule_length"] else 512), 2))


@system("toolrl", adjust=_turns, params=lambda rng: rng.choice(FLAGS))
def toolrl(columns, params):
    def rule(row):
        text, truth, step = row["response"].strip(), row["ground_truth"], row["step"]
        (worst, fits), (low, high) = (0.0, 1.0), (-3.0, 3.0)
        if params["correct_max1"]:
            low, high = -1.0, 1.0
        elif params["max1_step30_max3"] and step < 30:
            low, high = -1.0, 1.0
        elif params["max1_step30_max3"]:
            fits = 0.5
        elif params["schedule"]:
            fits, worst = max(1, 2 - step / 150), min(-1, -2 + 2 * step / 150)
            low, high = max(-3, -2 - step / 150), min(3, 2 + step / 150)
        found = {"format": fits if _shape(text, truth) else worst, "correctness": _correct(text, truth, params, low, high),
                 "length": _length(text, params, step)}
        return found | {"reward": sum(found.values())}
    return each(columns, rule)
