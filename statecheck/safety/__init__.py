"""Safety: induction, inference of invariants, bounded search, plans and proof cores.

Comes in: a transition system and the terms of claims. Goes out: inductive clauses, shortest runs,
plans, what a proof needs.
"""
