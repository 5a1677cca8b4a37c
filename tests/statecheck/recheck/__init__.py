"""A small certificate of every kind of claim, and whoever tampers with it."""
