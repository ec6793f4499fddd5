"""How far a value reaches: branch and bound in doubles, finished in exact numbers."""
