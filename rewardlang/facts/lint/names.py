"""Words of names, as lints read them: what is wanted, what is not, what is a mere form, what is an attempt.

A name says what its author means, which no range does. Lints use these words only to tell two readings of one shape
apart: a flag that costs is right for a collision and wrong for a success.
"""

from rewardlang.facts.contracts.witness import name_of
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec

#: What counts how much a policy writes …
LENGTHS = frozenset({
    "tokens", "token", "toks", "tok", "length", "len", "characters", "chars", "words", "sentences", "lines", "steps", "turns", "bytes",
})
#: … also one of these, where it is counted: `word_count` …
COUNTED = frozenset({"word", "sentence", "line", "char", "character", "step", "turn", "byte", "paragraph"})
COUNTS = frozenset({"count", "n", "num", "number", "nr", "total"})
#: … unless the name is of something given.
GIVEN = frozenset({
    "target", "max", "min", "limit", "wanted", "budget", "reference", "ref", "prompt", "question", "mean", "average", "gold",
})

#: What nobody wants more of …
UNWANTED = frozenset({
    "penalty", "cost", "error", "violation", "violations", "collision", "collisions", "collided", "crash", "crashed",
    "mistakes", "errors", "toxicity", "toxic", "unsafe", "harmful", "kl", "divergence", "loss", "repetition", "repetitions",
    "duplicates", "copied", "copying", "plagiarism", "hallucination", "hallucinations", "hallucinated", "jerk", "damage",
    "fell", "fallen", "incorrect", "wrong", "failed", "failures", "regret", "drawdown", "slip", "overshoot", "deviation",
    "violated", "violates", "breach", "breached", "illegal", "spam", "cheated", "cheating", "timeout", "timeouts", "stuck", "latency",
    "lateness", "tardiness", "perplexity", "ppl", "nll", "mse", "mae", "rmse", "wer", "cer", "waste", "wasted",
})
#: … and a distance from what is to be reached.
FAR = frozenset({"distance", "dist", "gap", "offset"})
AIMS = frozenset({"goal", "target"})
#: Words that turn a name round, or say that it is about less of something.
TURNED = frozenset({"no", "not", "non", "free", "without", "reduction", "avoided", "low", "inverse", "negative", "saved", "prev", "max"})

#: What a rollout is for.
WANTED = frozenset({
    "correct", "right", "solved", "success", "succeeded", "successful", "accuracy", "passed", "goal", "reached", "win", "won",
    "resolved", "helpful", "safe",
})

#: Truths about the form of an answer, and small manners: less than what the answer says.
FORMS = frozenset({
    "format", "formatted", "formatting", "form", "tag", "tags", "tagged", "template", "layout", "parsed", "parses", "parseable",
    "json", "xml", "boxed", "schema", "markdown", "style", "structure", "structured", "syntax", "lint", "manners", "polite",
    "bonus", "concise", "brief", "brevity", "short", "within", "language", "fits", "bullets", "titled", "ending", "ends", "starts",
})

#: Harm, which nothing else is to make up for.
HARMS = frozenset({
    "unsafe", "harm", "harmful", "toxic", "toxicity", "violation", "violated", "violates", "illegal", "leak", "leaked", "leaks",
    "dangerous", "jailbreak", "jailbroken", "incorrect", "wrong",
})

#: Whether anything was tried at all.
ATTEMPTS = frozenset({
    "answered", "attempted", "tried", "responded", "replied", "submitted", "acted", "played", "spoke", "engaged", "produced",
})


def words(name: str) -> frozenset[str]:
    """The words of a name: `n_tokens` has `n` and `tokens`."""
    return frozenset(name.lower().replace(".", "_").split("_"))


def is_unwanted(name: str) -> bool:
    """Whether a name says that less is better."""
    said = words(name)
    return not said & TURNED and bool(said & UNWANTED or said & FAR and said & AIMS)


def is_length(name: str) -> bool:
    """Whether a name is of how much was written or done."""
    said = words(name)
    return bool(said & LENGTHS or said & COUNTED and said & COUNTS) and not said & GIVEN


def is_wanted(name: str) -> bool:
    """Whether a name says that it is what a rollout is for."""
    said = words(name)
    return bool(said & WANTED) and not said & (TURNED | UNWANTED | FAR | GIVEN | LENGTHS)


def names_under(spec: Spec, root: Node) -> frozenset[str]:
    """The words of the sources of a value; of a gate those of what it lets through, or of its condition between constants."""
    while root.op == "gate" and any(map(_sources, root.args[1:])):
        root = max(root.args[1:], key=lambda side: len(_sources(side)))
    return frozenset().union(*(words(name_of(spec, node)) for node in _sources(root)))


def _sources(root: Node) -> list[Node]:
    return [node for node in reachable([root]) if node.op in ("input", "call", "field")]
