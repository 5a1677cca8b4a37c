"""Where boxes, arrows and labels stand.

Comes in: sizes and arrows. Goes out: places, from Graphviz, of the clearest of several layouts.
"""
