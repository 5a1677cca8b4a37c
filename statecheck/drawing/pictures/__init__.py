"""The pictures of any machine and any system, each with its text forms.

Comes in: descriptions of machines, joint actions, stories of runs, state graphs. Goes out: scenes,
DOT, Mermaid, tables.
"""
