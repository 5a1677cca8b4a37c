"""The model's own code as guarded commands, for any number of entities.

Comes in: the classes of a system. Goes out: a transition system: commands, histories and initial
states as terms.
"""
