"""What is known about the nodes of a graph."""
