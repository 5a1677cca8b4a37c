"""Verdicts: the invariant, the proofs and the searches of one catalogue brought together.

Comes in: a project: a system, claims, a lock file. Goes out: results, one after the other.
"""
