"""Compiled rewards inside the trainers that people use: one module for each trainer, loaded when it is imported.

    from rewardlang.trainers import trl
    trainer = GRPOTrainer(model, reward_funcs=trl.reward_function(rl.compile("spec.rwd")), ...)

docs/trainers.md has a section for each. A module whose trainer has classes to derive from imports that trainer; the others know
it by its conventions alone.
"""
