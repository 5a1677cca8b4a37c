"""Certificates: every proof obligation as SMT-LIB 2 text, with the runs, for other solvers.

Comes in: a prover and its results. Goes out: files: definitions, obligations, runs and a manifest;
the sweep of a small instance beside them.
"""
