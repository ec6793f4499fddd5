"""Findings about a typed program: what its facts say that its author may not have meant."""
