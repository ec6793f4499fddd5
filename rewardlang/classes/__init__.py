"""The class of a spec: which of the 17 formalisms of objectives contains it, why, and what follows."""
