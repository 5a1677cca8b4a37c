"""Induction over formulas about several entities, which help each other.

Comes in: a transition system, clauses that are an invariant of it, and claims. Goes out: the
claims that hold, and the lemmas about pairs of entities that they rest on.
"""
