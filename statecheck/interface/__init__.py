"""The Python interface: classes and catalogues are checked, proven and drawn by one call each.

Comes in: a class or a catalogue, and claims as texts or as Python. Goes out: a `Report`, or an
error that spells out why something is not proven; and what notebooks show of either.
"""
