"""From syntax tree to typed graph."""
