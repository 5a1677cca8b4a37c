"""Searches for the clauses that proofs need, among candidates.

Comes in: goals, which no state of an invariant is to meet, and candidate clauses. Goes out:
clauses that are inductive together, and the goals that they exclude.
"""
