"""Verdicts on claims about one machine.

Comes in: a subject and a claim. Goes out: a run that was replayed, a proof, or what is missing.
"""
