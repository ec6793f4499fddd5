"""The typed graph: nodes, their order, their rules."""
