"""What answers the calls of a spec: models in folders, exported programs, chat endpoints; and what was answered before."""
