"""The making of instances, as users of a class make them.

Comes in: a class, or a function that makes machines. Goes out: fresh instances that were started,
or a line that says why none can be made and what to do.
"""
