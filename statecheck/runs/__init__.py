"""Runs that really happen: executed on the plain machines, step by step.

Comes in: what a search or a lock file says of a run. Goes out: runs as data, with every value, and
their text.
"""
