"""Returns of episodes: what telescopes, parts of what is paid, sums over machines."""
