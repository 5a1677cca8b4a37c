"""Claims about one machine.

Comes in: a text. Goes out: a `Claim` whose parts are functions of a moment or of a step, and where
in an automaton they hold.
"""
