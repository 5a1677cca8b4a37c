"""Exhaustive search of small instances on the plain machines; no solver decides here.

Comes in: a finite instance of a system, claims and histories. Goes out: state spaces, outcomes with
runs, fair cycles.
"""
