"""Tabular Q-learning in the office: without the machine's state, with it, and with counterfactual experience.

`python examples/office/learn.py docs/data/office.svg` draws the curves. After every 500 steps the policy that is greedy in Q
runs one episode in each of 20 independent runs; the figure is the share that delivers. All values begin at 1, the most that can be
earned, so that what was not yet tried looks best.
"""

import sys
from pathlib import Path

import numpy as np
from world import OfficeWorlds

import rewardlang as rl
from rewardlang.analysis.machines import Tracker

SPEC = Path(__file__).with_name("office.rwd")
LEARNERS = ("position alone", "with the machine's state", "with counterfactual experience")
RUNS, STEPS, EVERY = 20, 30_000, 500
RATE, EXPLORE = 0.5, 0.2


def learn(learner: str, seed: int = 0, runs: int = RUNS, steps: int = STEPS) -> list[float]:
    """The share of `runs` independent learners that deliver when they stop exploring, after each 500 of their steps."""
    program = rl.load(SPEC)
    tracker, discount = Tracker(program.machines["task"]), float(program.spec.setting.discount)
    world, random = OfficeWorlds(tracker, runs), np.random.default_rng(seed)
    cells, states = world.single_observation_space.nvec
    q = np.ones((runs, cells, states, world.single_action_space.n))
    run, shares = np.arange(runs), []
    blind = learner == LEARNERS[0]
    seen, _ = world.reset()
    for step in range(1, steps + 1):
        cell, state = seen.T
        actions = act(q[run, cell, 0 if blind else state], random)
        seen, rewards, over, late, labels = world.step(actions)
        if learner == LEARNERS[2]:                        # what this step would have been in each state of the machine
            told = tracker.counterfactual(labels)
            at = run[:, None], cell[:, None], told.state, actions[:, None]
            after, rewards, lost = q[run[:, None], seen[:, :1], told.after], told.reward, told.done
        else:
            at = run, cell, 0 if blind else state, actions
            after, lost = q[run, seen[:, 0], 0 if blind else seen[:, 1]], over
        q[at] += RATE * (rewards + discount * np.where(lost, 0, after.max(-1)) - q[at])
        if (over | late).any():
            seen, _ = world.reset(options={"reset_mask": over | late})
        if step % EVERY == 0:
            shares.append(float(delivered(q, blind, tracker).mean()))
    return shares


def act(values, random):
    """Actions [B] of values [B, A]: now and then any, else a best one, ties broken at random."""
    best = (values + 1e-9 * random.random(values.shape)).argmax(-1)
    return np.where(random.random(len(values)) < EXPLORE, random.integers(values.shape[-1], size=len(values)), best)


def delivered(q, blind: bool, tracker: Tracker):
    """Whether the greedy policy of each run delivers within an episode."""
    world = OfficeWorlds(tracker, len(q))
    seen, _ = world.reset()
    run, going, won = np.arange(len(q)), np.ones(len(q), bool), np.zeros(len(q), bool)
    for _ in range(world.limit):
        seen, rewards, over, _, _ = world.step(q[run, seen[:, 0], 0 if blind else seen[:, 1]].argmax(-1))
        won |= going & (rewards > 0)
        going &= ~over
    return won


def first_step(shares: list[float], share: float = 0.9) -> int | None:
    """After how many steps at least this share delivers for the first time; None: never."""
    return next((EVERY * (number + 1) for number, found in enumerate(shares) if found >= share), None)


def drawing(curves: dict[str, list[float]]) -> str:
    """The curves as an SVG picture: steps to the right, up to the share that delivers."""
    width, height, left, top, last = 520, 200, 44, 14, EVERY * len(next(iter(curves.values())))
    colours = ("#888888", "#0072b2", "#d55e00")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 16} {top + height + 96}" font-family="sans-serif" '
             'font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    for share in (0, 0.5, 1):
        y = top + height * (1 - share)
        parts += [f'<line x1="{left}" x2="{left + width}" y1="{y:g}" y2="{y:g}" stroke="#dddddd"/>',
                  f'<text x="{left - 8}" y="{y + 4:g}" text-anchor="end">{share:.0%}</text>']
    for step in range(0, last + 1, last // 6):
        parts.append(f'<text x="{left + width * step / last:g}" y="{top + height + 18}" text-anchor="middle">{step:,}</text>')
    for number, ((learner, shares), colour) in enumerate(zip(curves.items(), colours, strict=True)):
        line = " ".join(f"{left + width * EVERY * (at + 1) / last:g},{top + height * (1 - share):g}" for at, share in enumerate(shares))
        y = top + height + 40 + 18 * number
        parts += [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  f'<line x1="{left}" x2="{left + 24}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"/>',
                  f'<text x="{left + 32}" y="{y}">{learner}</text>']
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    found = {learner: learn(learner) for learner in LEARNERS}
    for learner, shares in found.items():
        first = first_step(shares)
        print(f"{learner}: {shares[-1]:.0%} deliver in the end, 90%", f"after {first:,} steps" if first else "never")
    for path in sys.argv[1:]:
        Path(path).write_text(drawing(found), encoding="utf-8")
