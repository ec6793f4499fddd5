"""Mistakes in other words than the published ones: for each reason, programs that have it and the same ones mended.

A row is (reason, where, program with the mistake, what is replaced, by what).
"""

_EPISODE = "setting episodic horizon 50 discount 0.99\n"
_TURN = "setting single_turn\n"

MISTAKES = [
    ("domination", "brevity", _TURN + """input solved : bool
input words : int in [0, 4000]
def cost(n: int) -> float = 0.001 * n
reward = {
    solved: solved
    brevity: -cost(words)
}""", "0.001", "0.0001"),
    ("domination", "style", _TURN + """input passed : bool
input taste : float in [-5, 5]
let style = 0.5 * taste
reward = {
    tests: gate passed { 1 } else 0
    style: style
}""", "0.5 * taste", "0.05 * taste"),
    ("compensation", "reward", _TURN + """input right : bool
input form : float in [0, 1]
reward = 0.5 * right + 0.7 * form
ensure (reward when right) > (reward when not right)""", "0.7", "0.3"),
    ("compensation", "reward", _TURN + """input safe : bool
input help : float in [0, 1]
def both(h: float) -> float = max(h, 0.2)
reward = gate safe { both(help) } else 0.6 * help
ensure (reward when safe) >= (reward when not safe)""", "0.6 * help", "0.2 * help"),
    ("length-incentive", "reward", _TURN + """input ok : bool
input n_chars : int in [0, 2000]
reward = gate ok { 1 } else { -1 + n_chars / 4000 }""", "-1 + n_chars / 4000", "-n_chars / 8000 - 0.2"),
    ("length-incentive", "manners", _TURN + """axis turn ragged
input polite : float[turn] in [0.1, 0.2]
input done_well : bool
let manners = sum(polite over turn)
reward = {
    goal: done_well
    manners: manners
}""", "sum(polite over turn)", "mean(polite over turn) ?? 0"),
    ("idle-incentive", "reward", _TURN + """input tried : bool
input good : bool
reward = gate tried { 2 * good - 1 } else 0""", "else 0", "else -1"),
    ("idle-incentive", "reward", _TURN + """input replied : bool
input score : float in [-2, 1]
let value = score
reward = gate not replied { 0 } else value""", "[-2, 1]", "[0, 1]"),
    ("early-end-incentive", "trip", _EPISODE + """input fell : bool[step]
machine trip {
    start up
    up -> down when fell : -2
    otherwise stay : -0.1
    final down
}
reward = trip.reward
done = trip.done""", ": -0.1", ": 0.1"),
    ("early-end-incentive", "m", _EPISODE + """input ended_now : bool[step]
input cost : float[step] in [0.2, 1]
machine m {
    start going
    going -> ended when ended_now : -0.3
    otherwise stay : -cost
    final ended
}
reward = m.reward
done = m.done""", ": -cost", ": 0.7 - 0.1 * cost"),
    ("farming", "laps", _EPISODE + """input a : bool[step]
input b : bool[step]
machine laps {
    start here
    here -> there when a : +1
    there -> here when b : 0
    otherwise stay : 0
}
reward = laps.reward""", "when b : 0", "when b : -1"),
    ("farming", "door", _EPISODE + """input opened : bool[step]
input closed : bool[step]
input through : bool[step]
machine door {
    start shut
    shut -> wide when opened : +0.5
    wide -> shut when closed and not through : -0.2
    wide -> past when through : +1
    otherwise stay : 0
    final past
}
reward = door.reward
done = door.done""", ": -0.2", ": -0.5"),
    ("wrong-sign", "reward", _TURN + """input error : float in [0, 1]
input reached : bool
reward = reached + 0.1 * error""", "+ 0.1 * error", "- 0.1 * error"),
    ("wrong-sign", "reward", _TURN + """input x : float in [0, 9]
let penalty = x / 9
reward = 1 + penalty
ensure reward decreasing in x""", "1 + penalty", "1 - penalty"),
    ("unbounded", "reward", _TURN + """model judge(completion: text) -> float on_error invalid
input completion : text
let s = judge(completion) ?? 0
reward = 2 * s""", "2 * s", "2 * tanh(s)"),
    ("unbounded", "reward", _TURN + """input prompt : text
model rate(prompt: text) -> float on_error 0
reward = gate prompt == "" { 0 } else max(rate(prompt), -3)""", "max(rate(prompt), -3)", "clamp(rate(prompt), -3, 3)"),
    ("domain-error", "reward", _TURN + """input p : float in [0, 1]
def entropy(q: float) -> float = -q * log(q)
reward = entropy(p)""", "[0, 1]", "[0.01, 1]"),
    ("domain-error", "speed", _TURN + """input t : float in [0, 10]
input d : float in [0, 5]
reward = {
    speed: min(d / t, 3)
}""", "d / t", "d / max(t, 1)"),
    ("fails-open", "check", _TURN + """verifier check(a: text) -> bool from "own:check" on_error true
input a : text
reward = check(a)""", "on_error true", "on_error false"),
    ("fails-open", "safe", _TURN + """input safe : bool?
reward = safe ?? true""", "?? true", "?? false"),
    ("ambiguous-guards", "m", _EPISODE + """input a : bool[step]
input b : bool[step]
machine m {
    start s
    s -> t when a : 1
    s -> u when b : 0
    otherwise stay : 0
    final t, u
}
reward = m.reward""", "when b", "when b and not a"),
    ("ambiguous-guards", "w", _EPISODE + """input x : float[step] in [0, 1]
machine w {
    start low
    low -> high when x > 0.5 : 1
    low -> top when x > 0.8 : 0
    otherwise stay : 0
    final high, top
}
reward = w.reward""", "x > 0.5", "x > 0.5 and x <= 0.8"),
    ("missing-case", "m", _EPISODE + """input go : bool[step]
machine m {
    start s
    s -> t when go : 1
    final t
}
reward = m.reward""", "final t", "otherwise stay : 0\n    final t"),
    ("missing-case", "lift", _EPISODE + """input up : bool[step]
input down : bool[step]
machine lift {
    start ground
    ground -> first when up : 1
    ground -> ground when not up : 0
    first -> ground when down : -1
}
reward = lift.reward""", "down : -1", "down : -1\n    otherwise stay : 0"),
    ("dead-gate", "reward", _TURN + """input n : int in [0, 100]
reward = gate n >= 0 { 1 - n / 100 } else -5""", "n >= 0", "n >= 1"),
    ("dead-gate", "bonus", _TURN + """input c : bool
input q : float in [0, 1]
let rare = sigmoid(q) > 0.9
reward = {
    correct: c
    bonus: gate rare { 0.5 }
}""", "> 0.9", "> 0.7"),
    ("vacuous-formula", "reward", _EPISODE + """input req : bool[step]
input ack : bool[step]
reward = holds(always (req implies (ack or not ack)))""", "(ack or not ack)", "(eventually ack)"),
    ("vacuous-formula", "reward", _TURN + """axis unit ragged
input fine : bool[unit]
let perfect = all(fine over unit)
reward = perfect""", "all(fine over unit)", "all(fine over unit) and any(fine over unit)"),
    ("unsatisfiable-formula", "reward", _EPISODE + """input a : bool[step]
reward = holds((always a) and (eventually not a))""", "always a", "eventually a"),
    ("unsatisfiable-formula", "reward", _EPISODE + """input a : bool[step]
input b : bool[step]
reward = holds(eventually (a and b) and always not b)""", "always not b", "eventually not b"),
    ("window-beyond-horizon", "reward", _EPISODE + """input a : bool[step]
reward = holds(always[0, 80] a)""", "80", "20"),
    ("window-beyond-horizon", "reward", _EPISODE + """input a : bool[step]
input b : bool[step]
reward = holds(a implies eventually[60, 70] b)""", "[60, 70]", "[10, 20]"),
    ("scale-mismatch", "grade", _TURN + """input passed : bool
input grade : float in [0, 100]
reward = {
    passed: passed
    grade: grade
}""", "grade: grade", "grade: grade / 1000"),
    ("scale-mismatch", "fluency", _TURN + """input correct : bool
input logit : float in [-20, 20]
reward = {
    correct: gate correct { 1 }
    fluency: logit
}""", "fluency: logit", "fluency: 0.5 * sigmoid(logit)"),
    ("double-counting", "also", _TURN + """input q : float in [0, 1]
input c : bool
reward = {
    correct: 2 * c
    quality: 0.5 * q
    also: 0.3 * q + 0.1
}""", "0.3 * q + 0.1", "0.3 * (1 - q) * q"),
    ("double-counting", "second", _TURN + """input c : bool
input d : bool
let one = gate c { 1 } else 0
reward = {
    first: c
    second: 0.5 * one
    third: 0.1 * d
}""", "0.5 * one", "0.5 * (one * d)"),
    ("saturation", "reward", _TURN + """input dist : float in [0, 100]
reward = 1 - min(dist, 10) / 10""", "[0, 100]", "[0, 12]"),
    ("saturation", "reward", _TURN + """input v : float in [-10, 10]
let s = clamp(v, 0, 1)
reward = 2 * s - 1""", "clamp(v, 0, 1)", "clamp(v, -9, 9) / 9"),
    ("negligible-term", "tidy", _TURN + """input c : bool
input tidy : float in [0, 1]
reward = {
    correct: 10 * c
    tidy: 0.0001 * tidy
}""", "0.0001", "1"),
    ("negligible-term", "effort", _TURN + """input c : bool
input force : float in [0, 1]
def small(x: float) -> float = x ** 2 / 100000
reward = {
    correct: c
    effort: -small(force)
}""", "100000", "4"),
    ("zero-spread-group", "reward", _TURN + """input g : id
group by g size [4, 4]
input s : bool
let centred = s - mean(s over group)
reward = centred / std(s over group, ddof = 0)""", "ddof = 0)", "ddof = 0) ?? 0"),
    ("zero-spread-group", "advantage", _TURN + """input c : bool
reward = c
advantage = (c - mean(c over batch)) / sqrt(var(c over batch, ddof = 0))""", "sqrt(var(c over batch, ddof = 0))", "(0.1 + sqrt(var(c over batch, ddof = 0)))"),
    ("non-stationary", "reward", _TURN + """input s : float in [0, 1]
reward = s / (0.1 + mean(s over run))""", "mean(s over run)", "0.5"),
    ("non-stationary", "novel", _TURN + """input s : float in [0, 1]
input c : bool
reward = {
    correct: c
    novel: 0.1 * (s / (0.5 + max(s over run)))
}""", "max(s over run)", "1"),
    ("shaping-not-invariant", "reward", _EPISODE + """input d : float[step] in [0, 1]
let moved = max(d - ahead(d, 0), 0)
reward = moved
ensure potential_based(reward, discount = 0.99)""", "max(d - ahead(d, 0), 0)", "0.99 * ahead(d, 0) - d"),
    ("shaping-not-invariant", "reward", _EPISODE + """input phi : float[step] in [0, 1]
reward = clamp(0.99 * ahead(phi, 0) - phi, -0.1, 1)
ensure potential_based(reward, discount = 0.99)""", "clamp(0.99 * ahead(phi, 0) - phi, -0.1, 1)", "0.99 * ahead(phi, 0) - phi"),
    ("discount-mismatch", "shape", _EPISODE + """input a : bool[step]
machine m {
    start s
    s -> t when a : 1
    otherwise stay : 0
    final t
}
reward = {
    task: m.reward
    shape: 0.5 * shaped(m, discount = 0.5)
}""", "discount = 0.5", "discount = 0.99"),
    ("discount-mismatch", "shape", _EPISODE + """input phi : float[step] in [0, 1]
input a : bool[step]
reward = {
    goal: a
    shape: 0.9 * phi - prev(phi, 0)
}""", "0.9 * phi", "0.99 * phi"),
    ("unit-mismatch", "reward", _TURN + """input d : float in [0, 9] unit "m"
input t : float in [0, 9] unit "s"
reward = d - t""", "d - t", "0.1 * d - 0.2 * t"),
    ("unit-mismatch", "reward", _TURN + """input mass : float in [0, 9] unit "kg"
param most in [1, 20] unit "kg" = 9
let heavy = 0.5 * mass + mass
reward = 1 - heavy * most""", "heavy * most", "heavy / most"),
    ("needs-the-future", "reward", _EPISODE + """input x : float[step] in [0, 1]
reward = x - mean(x over step)
ensure availability(reward) <= step""", "mean(x over step)", "cummean(x over step)"),
    ("needs-the-future", "reward", _EPISODE + """input x : float[step] in [0, 1]
let later = ahead(x, 0)
reward = later
ensure availability(reward) <= step""", "ahead(x, 0)", "prev(x, 0)"),
    ("float-equality", "reward", _TURN + """input v : float in [0, 1]
reward = gate v == 0.5 { 1 } else 0""", "v == 0.5", "abs(v - 0.5) <= 0.01"),
    ("float-equality", "reward", _TURN + """input a : float in [0, 1]
input b : float in [0, 1]
let same = a + b != 1
reward = gate same { 0 } else 1""", "a + b != 1", "abs(a + b - 1) > 0.001"),
    ("order-dependence", "reward", _TURN + """input x : float in [-10, 10]
reward = 0.1 * clamp(x, -1, 1) + clamp(0.01 * x, -1, 1)""", "clamp(0.01 * x, -1, 1)", "0.01 * x"),
    ("order-dependence", "reward", _TURN + """input q : float in [0, 100]
let placed = rank(q over batch, ties = order)
reward = 1 / placed""", "ties = order", "ties = average"),
    ("signed-multiplier", "reward", _TURN + """input passed : bool
input bonus : float in [0, 1]
def verdict(p: bool) -> float = gate p { 1 } else -1
reward = verdict(passed) * (1 + bonus)""", "else -1", "else 0"),
    ("signed-multiplier", "reward", _TURN + """input c : bool
input clarity : float in [0, 1]
let core = 2 * c - 1
reward = clarity * core""", "2 * c - 1", "2 * c"),
    ("small-group-normalisation", "reward", _TURN + """input g : id
input s : bool
group by g size [1, 8]
let spread = std(s over group, ddof = 1)
reward = (s - mean(s over group)) / (spread + 0.01)""", "size [1, 8]", "size [2, 8]"),
    ("small-group-normalisation", "reward", _TURN + """input g : id
input s : float in [0, 1]
group by g
reward = var(s over group, ddof = 1)""", "ddof = 1", "ddof = 0"),
    ("no-objective", "reward", _TURN + """input g : id
input s : float in [0, 1]
group by g size [4, 4]
let m = mean(s over group)
reward = (s - m) / (std(s over group, ddof = 0) + 0.001)""", "(s - m) / (std(s over group, ddof = 0) + 0.001)", "s - m"),
    ("no-objective", "reward", _TURN + """input quality : float in [0, 1]
def standard(x: float) -> float = (x - mean(x over batch)) / (std(x over batch, ddof = 0) + 0.01)
reward = standard(quality)""", " / (std(x over batch, ddof = 0) + 0.01)", ""),
    ("class-too-rich", "reward", _EPISODE + """input x : float[step] in [0, 1]
reward = max(x over step) ?? 0
ensure class(reward) <= MR""", "max(x over step) ?? 0", "x"),
    ("class-too-rich", "reward", _EPISODE + """input a : bool[step]
reward = holds(eventually a)
ensure class(reward) <= MR""", "holds(eventually a)", "2 * a"),
    ("unused-input", "fuel", _TURN + """input fuel : float in [0, 1]
input c : bool
reward = c""", "reward = c", "reward = c - 0.1 * fuel"),
    ("unused-input", "tone", _TURN + """input tone : float in [0, 1]
input c : bool
def f(x: float) -> float = 0.5
reward = c + f(tone)""", "= 0.5", "= 0.1 * x"),
    ("constant-reward", "reward", _TURN + """input x : float in [0, 1]
let y = x
reward = 1 + x - y""", "x - y", "x - y ** 2"),
    ("constant-reward", "reward", _TURN + """input c : bool
reward = gate c { 1 } else 1""", "else 1", "else 0"),
]
