"""Every contract of the language, with programs that keep it, programs that break it, and one that keeps it unproved.

A row is (contract, program, claim, verdict). Inputs that a program does not name are left out.
"""

from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED

INPUTS = {"c": "bool", "x": "float in [0, 1]", "y": "float in [0, 1]", "n": "int in [0, 1000]", "v": "float in [-1, 2]"}
STEPS = {"d": "float[step] in [0, 10]", "g": "bool[step]", "h": "bool[step]"}

_BOUGHT = "(reward when c) > (reward when not c)"
_LOOP = """machine m {{
    start a
    a -> b when g : {there}
    b -> a when h and not g : {back}
    otherwise stay : {stay}
}}
reward = m.reward"""

_EVER = "setting episodic\n"
_ONCE = """machine m {
    start a
    a -> b when g : 3
    otherwise stay
    final b
}
"""
_COUNTED = """machine m {
    start a
    counter n in [0, 1000000]
    a -> b when g : +1
    b -> a when h and n < 999999 do n += 1 : 0
    otherwise stay
}
reward = m.reward"""

CONTRACTS = [
    ("range", "reward = x * (1 - y)", "reward in [0, 1]", PROVED),
    ("range", "reward = x / (x + y + 0.1)", "reward < 1", PROVED),
    ("range", "reward = clamp(v, 0, 1) - 0.001 * n", "reward in [-1, 1]", PROVED),
    ("range", "reward = v ** 2", "reward in [0, 3.9]", REFUTED),
    ("range", "reward = gate c { x } else -y", "reward >= 0", REFUTED),
    ("range", "reward = x * (1 - x)", "reward <= 0.2", REFUTED),
    ("range", "reward = sin(3 * x) ** 2 + cos(3 * x) ** 2 + 0 * y", "reward <= 1", UNPROVED),
    ("when", "reward = x - 0.001 * n", "reward in [0, 1] when n <= 0", PROVED),
    ("when", "reward = gate c { 1 + x } else -1", "reward >= 1 when c", PROVED),
    ("when", "reward = v - x", "reward >= 0 when v >= x", PROVED),
    ("when", "reward = x - 0.001 * n", "reward in [0, 1] when n > 100", REFUTED),
    ("when", "reward = c + v", "reward >= 0.5 when c", REFUTED),
    ("when", "reward = x * y", "reward >= 0.3 when x > 0.5", REFUTED),
    ("when", "reward = exp(log(x + 1) + log(y + 1)) - x - y - x * y", "reward <= 1 when c or x > 0.5", UNPROVED),
    ("dominance", "reward = c - 0.0009 * n", _BOUGHT, PROVED),
    ("dominance", "reward = gate c { 1 + x } else y", "(reward when c) >= (reward when not c)", PROVED),
    ("dominance", "reward = 2 * c + x * (1 - x)", _BOUGHT, PROVED),
    ("dominance", "reward = c - 0.002 * n", _BOUGHT, REFUTED),
    ("dominance", "reward = gate c { x } else 0.5", _BOUGHT, REFUTED),
    ("dominance", "reward = c + 1.2 * v", _BOUGHT, REFUTED),
    ("dominance", "reward = c + log(exp(x) + exp(y)) - max(x, y) + 0.30685281944005469 * c", _BOUGHT, PROVED),
    ("dominance", "reward = c * 0.0000001 + sin(3 * x) ** 2 + cos(3 * x) ** 2 + 0 * y", _BOUGHT, UNPROVED),
    ("increasing", "reward = c * x + y", "reward increasing in x", PROVED),
    ("increasing", "reward = min(x, y) + c", "reward increasing in y", PROVED),
    ("increasing", "reward = gate c { x } else 0.5 * x", "reward increasing in x", PROVED),
    ("increasing", "reward = x * (1 - x)", "reward increasing in x", REFUTED),
    ("increasing", "reward = y * (x - 0.5)", "reward increasing in y", REFUTED),
    ("increasing", "reward = gate n > 500 { 0 } else { x + n / 1000 }", "reward increasing in n", REFUTED),
    ("increasing", "reward = sin(3 * x) ** 2 + cos(3 * x) ** 2 + y", "reward increasing in x", UNPROVED),
    ("strictly", "reward = sigmoid(x) + y", "reward strictly increasing in x", PROVED),
    ("strictly", "reward = x + 0.1 * x * y", "reward strictly increasing in x", PROVED),
    ("strictly", "reward = exp(v) - x", "reward strictly increasing in v", PROVED),
    ("strictly", "reward = min(x, 0.5)", "reward strictly increasing in x", REFUTED),
    ("strictly", "reward = x * y", "reward strictly increasing in x", REFUTED),
    ("strictly", "reward = clamp(v, 0, 1)", "reward strictly increasing in v", REFUTED),
    ("strictly", "reward = (x - 0.5) ** 3 + y", "reward strictly increasing in x", UNPROVED),
    ("decreasing", "reward = c - 0.001 * n", "reward decreasing in n", PROVED),
    ("decreasing", "reward = 1 / (1 + x) + y", "reward decreasing in x", PROVED),
    ("decreasing", "reward = -max(x, y)", "reward decreasing in y", PROVED),
    ("decreasing", "reward = (v - 1) ** 2", "reward decreasing in v", REFUTED),
    ("decreasing", "reward = c + 0.001 * n", "reward decreasing in n", REFUTED),
    ("decreasing", "reward = gate c { x } else -x", "reward decreasing in x", REFUTED),
    ("decreasing", "reward = sin(3 * x) ** 2 + cos(3 * x) ** 2 - y", "reward decreasing in x", UNPROVED),
    ("chain", "let low = x * y\nlet high = x\nreward = x * (0.5 + 0.5 * y)", "low <= reward <= high", PROVED),
    ("chain", "let low = min(x, y)\nlet high = max(x, y)\nreward = 0.5 * x + 0.5 * y", "low <= reward <= high", PROVED),
    ("chain", "let low = 0 * v\nreward = clamp(v, 0, 1)", "low <= reward < 2", PROVED),
    ("chain", "let low = x\nlet high = 2 * x\nreward = x + 0.5 * y", "low <= reward <= high", REFUTED),
    ("chain", "let low = v ** 2\nreward = v + 0 * x", "low <= reward <= 9", REFUTED),
    ("chain", "let low = x\nreward = x - 0.1 * c", "low <= reward <= 1", REFUTED),
    ("chain", "let low = max(x, y)\nreward = log(exp(x) + exp(y))", "low <= reward <= 1.6931471805599453", UNPROVED),
    ("return", "reward = d - ahead(d, 0)", "return in [0, 10]", PROVED),
    ("return", "reward = 0.1 * d", "return in [0, 50]", PROVED),
    ("return", "reward = at_last(any(g over step), step)", "return in [0, 1]", PROVED),
    ("return", "reward = d", "return in [0, 100]", REFUTED),
    ("return", "reward = d - ahead(d, 0)", "return <= 9", REFUTED),
    ("return", "reward = g - 0.5", "return >= 0", REFUTED),
    ("return", "reward = max(d - ahead(d, 10), 0)", "return <= 499", UNPROVED),
    ("forever", f"{_EVER}reward = d - ahead(d, 0)", "return in [0, 10]", PROVED),
    ("forever", f"{_EVER}assume d >= prev(d, 0)\nreward = gate g {{ delta(d, 0) }}", "return in [0, 10]", PROVED),
    ("forever", f"{_EVER}{_ONCE}reward = gate h {{ m.reward }} else 0.5 * m.reward", "return in [0, 3]", PROVED),
    ("forever", f"{_EVER}assume not prev(g, false)\nreward = gate g {{ 1 - d }}", "return in [-9, 1]", PROVED),
    ("forever", f"{_EVER}reward = d", "return <= 100", REFUTED),
    ("forever", f"{_EVER}reward = g - 0.5", "return >= -3", REFUTED),
    ("forever", f"{_EVER}reward = gate g {{ d }} else -1", "return in [-20, 900]", REFUTED),
    ("forever", f"{_EVER}reward = gate g {{ d - prev(d, 0) }}", "return <= 1000", UNPROVED),   # false: it falls where nothing is paid
    ("discounted", "reward = d", "discounted in [0, 100]", PROVED),
    ("discounted", f"{_ONCE}reward = m.reward - 0.1 * d", "discounted in [-10, 3]", PROVED),
    ("discounted", "reward = 0.9 * ahead(d, 0) - d", "discounted in [-10, 0]", PROVED),
    ("discounted", "reward = d", "discounted <= 90", REFUTED),
    ("discounted", "reward = g - 0.5", "discounted >= -4", REFUTED),
    ("discounted", "reward = 0.9 * ahead(d, 0) - d", "discounted >= -9", REFUTED),
    ("discounted", "reward = max(d - ahead(d, 10), 0)", "discounted <= 98", UNPROVED),
    ("availability", "reward = d - prev(d, 0)", "availability(reward) <= step", PROVED),
    ("availability", "reward = cummax(d over step)", "availability(reward) <= step", PROVED),
    ("availability", "reward = sum(d over step)", "availability(reward) <= episode", PROVED),
    ("availability", "reward = d - mean(d over step)", "availability(reward) <= step", REFUTED),
    ("availability", "reward = max(d over step) - 1", "availability(reward) <= step", REFUTED),
    ("availability", "reward = d - mean(mean(d over step) over batch)", "availability(reward) <= episode", REFUTED),
    ("class", "reward = 0.5 * d", "class(reward) <= MR", PROVED),
    ("class", _LOOP.format(there="+1", back="-1", stay="0"), "class(reward) <= RM", PROVED),
    ("class", "reward = at_last(any(g over step), step)", "class(reward) <= FTR", PROVED),
    ("class", "reward = max(d over step) ?? 0", "class(reward) <= MR", REFUTED),
    ("class", _LOOP.format(there="+1", back="-1", stay="0"), "class(reward) <= MR", REFUTED),
    ("class", "reward = holds(eventually g)", "class(reward) <= MR", REFUTED),
    ("class", "objective maximize E[return] - 0.1 * KL(reference, policy)\nreward = d", "class(reward) <= RRL", UNPROVED),
    ("potential", "reward = 0.9 * ahead(d, 0) - d", "potential_based(reward, discount = 0.9)", PROVED),
    ("potential", "reward = progress(eventually g, discount = 0.9)", "potential_based(reward, discount = 0.9)", PROVED),
    ("potential", "reward = 0.5 * (ahead(d, 0) - d)", "potential_based(reward, discount = 1)", PROVED),
    ("potential", "reward = max(d - ahead(d, 10), 0)", "potential_based(reward, discount = 0.9)", REFUTED),
    ("potential", "reward = 0.9 * ahead(d, 5) - d", "potential_based(reward, discount = 0.9)", REFUTED),
    ("potential", "reward = d", "potential_based(reward, discount = 0.9)", REFUTED),
    ("potential", "reward = 0.9 * ahead(d ** 2, 0) - 0.5 * (d + d) * d", "potential_based(reward, discount = 0.9)", UNPROVED),
    ("farmable", _LOOP.format(there="+1", back="-1", stay="0"), "not farmable(m)", PROVED),
    ("farmable", _LOOP.format(there="+1", back="-2", stay="0"), "not farmable(m)", PROVED),
    ("farmable", _LOOP.format(there="0.5 * x_", back="-0.5", stay="0").replace("x_", "1"), "not farmable(m)", PROVED),
    ("farmable", _LOOP.format(there="+1", back="-0.5", stay="0"), "not farmable(m)", REFUTED),
    ("farmable", _LOOP.format(there="0", back="+1", stay="0"), "not farmable(m)", REFUTED),
    ("farmable", _LOOP.format(there="+2", back="+1", stay="-0.1"), "not farmable(m)", REFUTED),
    ("farmable", _COUNTED, "not farmable(m)", UNPROVED),    # true: the counter ends the loop, after more turns than are followed
]

#: Decided by what the graph is made of: there is nothing that could stay open.
DECIDED = {"availability"}


def program(text: str, claim: str) -> str:
    """The program with its inputs, the others read by an output of their own."""
    steps = any(f"{name}" in _names(text) for name in STEPS)
    declared = STEPS if steps else INPUTS
    used = {name: type_ for name, type_ in declared.items() if name in _names(text + " " + claim)}
    setting = "setting episodic horizon 50 discount 0.9\n" if steps else "setting single_turn\n"
    if text.startswith("setting"):
        setting, text = text.split("\n", 1)
        setting += "\n"
    return setting + "".join(f"input {name} : {type_}\n" for name, type_ in used.items()) + text + f"\nensure {claim}\n"


def _names(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split())
