"""Examining rewards on data: distances, alignment asymptotics, rankings, losses and bounds, by name.

    from rewardlang import analysis
    analysis.starc_distance(r1, r2, transition, gamma=0.95)

Each function takes plain numbers, nested lists or tensors, computes in float64, and gives numbers, lists or dicts of them,
so that an answer can be printed, logged or written as JSON as it is. Impossible arguments raise ValueError.
"""

from importlib import import_module

_WHERE = {
    "bandits": ("confidence_radius", "inverse_gap_weighting", "ips_estimate", "regret", "ucb_index"),
    "canonical": ("canonical_reward", "minimal_potential"),
    "comparing": ("compare_on_model", "compare_on_samples"),
    "distances": ("dard_distance", "epic_distance", "grouped_starc_distance", "starc_distance"),
    "distributions": ("better_worse_split", "convex_hull_select", "frechet_distance", "vendi_score"),
    "events": ("fold_by_key", "running_standardize"),
    "hacking": ("hackable", "hackable_mdp", "proxy_regret"),
    "linear_memory": ("effective_horizon", "linear_memory_bounds", "long_run_gain", "spectral_radius"),
    "losses": ("binary_cross_entropy", "bradley_terry", "bradley_terry_loss", "consistency_loss", "daa_loss",
               "discriminator_hinge_loss", "logistic_pair_loss", "return_decomposition_loss", "simpo_loss"),
    "markov": ("markov_certificate",),
    "objectives": ("expressivity",),
    "overoptimization": ("fit_overoptimization", "overoptimization_curve", "overoptimization_peak"),
    "preferences": ("boltzmann", "circular_triads", "consistency_rate", "preference_graph", "preference_probability"),
    "prices": ("indifference_price", "preference_sanity"),
    "rankings": ("one_vs_many", "r_squared", "rank_agreement", "rank_positions"),
    "sampled": ("sampled_canonical_reward",),
    "specs": ("exchange_rate", "output_range"),
    "texts": ("repeated_ngram_ratio", "sentence_bounds", "subsentence_bounds"),
    "tilting": ("best_of_n", "tilt", "tilt_to_kl"),
    "trajectories": ("lambda_returns", "returns", "value_augmented_logits"),
    "verdicts": ("parse_pair_verdict", "parse_ranking_verdict"),
}
_MODULES = {name: module for module, names in _WHERE.items() for name in names}

__all__ = sorted(_MODULES)


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module 'rewardlang.analysis' has no attribute {name!r}")
    found = getattr(import_module(f"rewardlang.analysis.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
