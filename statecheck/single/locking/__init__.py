"""The findings about one machine, kept in a file and checked again on every run.

Comes in: a lock file, and what was found without one. Goes out: clauses that hold of an automaton,
and ways through it; both are a shortcut and never an authority.
"""
