"""Rules that keep the meaning of a graph, and the passes that apply them."""
