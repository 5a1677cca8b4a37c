"""What holds in every reachable state: induction, inference of invariants, bounded search, cores.

Comes in: a transition system and the terms of claims. Goes out: inductive clauses, shortest runs,
plans, what a proof needs.
"""
