"""Verdicts on claims about the end of one machine's runs.

Comes in: a subject, a claim and what is assumed of whole runs. Goes out: a lasso that was replayed,
a proof, or what is missing.
"""
