"""A second opinion: small checkers that share no rule with the engine."""
