"""Runs of one machine: found in the automaton, played on fresh instances, shown.

Comes in: an automaton. Goes out: a `Subject` whose automaton agrees with the class, and routes that
were replayed.
"""
