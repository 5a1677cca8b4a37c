"""Mutants: a model changed in one place at a time, and what some claim notices of it.

Comes in: a project and the source of its modules. Goes out: a verdict for each mutant: killed,
equivalent, invalid, survived.
"""
