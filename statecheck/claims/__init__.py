"""Claims: what is said of a system, and the verdicts on it.

Comes in: Python functions or expressions about a system. Goes out: `Claim` objects in a
`Catalogue`; `Result` and `Report` as data, with how they add up.
"""
