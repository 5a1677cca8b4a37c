"""How many entities there are such that, and sums over them.

Comes in: loops of code, as `len([... for ...])` and `sum(... for ...)`. Goes out: symbolic numbers,
each with what it counts.
"""
