"""What a file ensures: proved, refuted by a witness, or open."""
