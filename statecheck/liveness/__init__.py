"""Claims about the end of a run: the chain rule, and the lassos that refute.

Comes in: a transition system, an invariant, what is assumed of the run. Goes out: phases whose
premises the solver checked, or lassos.
"""
