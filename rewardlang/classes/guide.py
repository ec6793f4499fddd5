"""What follows from a class: what is guaranteed of the best policy, what optimises it, and an example of each class."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """Of one class: what is known of a best policy, what is sound for training, what to mind, and a program of the class."""

    optimum: str
    algorithms: str
    mind: str
    example: str


_TWO = "setting continuing discount 0.99\ninput fast : float[step] in [0, 1]\ninput safe : float[step] in [0, 1]\n"
_DISCOUNTED = "setting continuing discount 0.99\ninput speed : float[step] in [0, 1]\n"

ADVICE: dict[str, Advice] = {
    "MR": Advice("a stationary deterministic policy is best, and the Bellman equations hold",
                 "any algorithm of reinforcement learning: Q-learning, PPO, SAC, GRPO",
                 "a constant for each step is not neutral where an episode may end early",
                 _DISCOUNTED + "reward = speed"),
    "RM": Advice("a policy that sees the state of the machine beside the environment's is best",
                 "any algorithm on the product with the machine; QRM and CRM, which learn from other states too; shaping",
                 "the policy must see the state of the machine",
                 _DISCOUNTED + "reward = gate once speed > 0.9 { speed }"),
    "LTL": Advice("a policy with the memory of the formula's automaton is best",
                  "the product with the automaton and a reward on its accepting edges; discounted surrogates",
                  "it cannot be learned within a known number of samples in general",
                  "setting continuing\ninput at_goal : bool[step]\nobjective maximize P[always eventually at_goal]"),
    "LAR": Advice("a stationary policy is best where every state can be reached from every other",
                  "relative value iteration, differential Q-learning, R-learning, APO",
                  "there is no contraction, and what happens once does not count",
                  "setting continuing\ninput speed : float[step] in [0, 1]\nobjective maximize average(speed)"),
    "FTR": Advice("a policy that sees the whole history may be needed, and to find one is hard in general",
                  "policy gradients on whole trajectories (REINFORCE, GRPO); a state that carries what was collected so far",
                  "there is no Bellman equation; gradients from samples are unbiased",
                  _DISCOUNTED + "reward = speed\nobjective maximize E[tanh(return)]"),
    "RRL": Advice("one stochastic policy is best, by the soft Bellman equations",
                  "SAC, soft Q-learning, PPO with a KL term, mirror descent, the losses of GFlowNets",
                  "without discount it is RRL in spirit only: with its definition, FOMR is certain",
                  _DISCOUNTED + "reward = speed\nobjective maximize E[return] + 0.1 * entropy(policy)"),
    "ONMR": Advice("a stochastic policy may be best",
                   "Frank-Wolfe where the function is concave, policy gradients with the expectation plugged in",
                   "the expectation is inside the function: small batches are biased",
                   _DISCOUNTED + "reward = speed\nobjective maximize -(E[return] - 3) ** 2"),
    "FOMR": Advice("a stationary policy is best, perhaps a stochastic one",
                   "convex reinforcement learning where the function is concave; Lagrangians for constraints; "
                   "leave-one-out gradients for statistics of groups",
                   "the gradient of one rollout depends on the others",
                   _TWO + "objective maximize min(E[fast], E[safe])"),
    "TLO": Advice("no single number orders the policies",
                  "lexicographic reinforcement learning, thresholds for all values but the last",
                  "no weights make a sum of it",
                  _TWO + "objective lexicographic E[safe], E[fast]"),
    "FPR": Advice("nothing is known of a best policy",
                  "direct search over policies, losses that are differentiable in the policy",
                  "this is no reward: what the policy does where it never comes may count",
                  "objective maximize functional(policy)"),
    "PO": Advice("nothing is known of a best policy", "direct search over policies",
                 "this is no reward: any order of policies may be meant",
                 "setting continuing discount 0.99\ninput safe : float[step] in [0, 1]\n"
                 "objective lexicographic E[safe], functional(policy)"),
    "OUTSIDE": Advice("there is no order of policies to be best in", "self-play, or another objective",
                      "freeze what moves or drop what makes it a game", "objective minimize norm(parameters)"),
}

#: Programs of the formalisms that are equal to others, each in its own words.
EXAMPLES: dict[str, str] = {name: row.example for name, row in ADVICE.items()} | {
    "INMR": _DISCOUNTED + "reward = speed\nobjective maximize E[tanh(return)]",
    "IMORL": _TWO + "objective maximize E[min(return(fast), return(safe))]",
    "FTR": _DISCOUNTED + "objective maximize E[robustness(always speed >= 0.2)]",
    "OMORL": _TWO + "objective maximize min(E[fast], E[safe])",
    "FOMR": _DISCOUNTED + "objective maximize E[speed] - 0.1 * (E[speed ** 2] - E[speed]) ** 2",
    "FTLR": _DISCOUNTED + "reward = speed\nobjective maximize CVaR(return, 0.1)",
    "GOMORL": _TWO + "objective lexicographic E[safe], E[fast]",
    "OMO": _TWO + "objective lexicographic average(safe), E[fast]",
    "TLO": _DISCOUNTED + "reward = speed\nobjective lexicographic P[always speed >= 0.2], CVaR(return, 0.1)",
}

#: The order of the classes, drawn: each line joins a class with those right above it.
DRAWING = """\
                     PO
                   /    \\
                TLO      FPR
                   \\    /
                    FOMR
               /     |     \\
            FTR     RRL     ONMR
          /  |  \\     |      /
       LAR  LTL  RM   |     /
                   \\  |    /
                     MR
"""


def drawing(places: tuple[str, ...] = ()) -> str:
    """The order, with the given classes in brackets."""
    text = DRAWING
    for name in places:
        lines = []
        for line in text.splitlines():
            words = line.split()
            at = line.find(name)
            lines.append(line[:at - 1] + f"[{name}]" + line[at + len(name) + 1:] if name in words and at > 0 else line)
        text = "\n".join(lines) + "\n"
    return text
