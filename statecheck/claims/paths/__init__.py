"""The dotted names of expressions about a system, looked up before anything is evaluated.

Comes in: an expression and a system's signature. Goes out: nothing, or a `ModelError` that says
which name leads nowhere, and which one was probably meant.
"""
