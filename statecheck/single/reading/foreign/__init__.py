"""Code that meets things from outside, read before anything is run.

Comes in: summaries of functions, and the names of what is from outside. Goes out: the exceptions
that the code tells apart, the attributes that are from outside, or a refusal.
"""
