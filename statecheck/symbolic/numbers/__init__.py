"""How many entities there are such that, and sums over them: `len([...])` and `sum(...)` in code
about any number of entities come in, symbolic numbers go out, each with what it counts.
"""
