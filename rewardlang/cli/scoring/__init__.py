"""`score`: which columns and outputs, in which batches, and how an interrupted run goes on."""
