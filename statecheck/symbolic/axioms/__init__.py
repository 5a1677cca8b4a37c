"""Small instances that the axioms of a system allow.

Comes in: a transition system with axioms. Goes out: small instances that satisfy them.
"""
