"""Temporal formulas over finite traces, their minimal automata, and checks on both."""
