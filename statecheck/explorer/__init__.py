"""One HTML page in which people walk through what a system, or one machine, can do.

Comes in: guarded commands of a system or the automaton of one class, claims with their verdicts
and runs, and the machines' diagrams. Goes out: the text of a page that needs no network and
computes every step in JavaScript, from the same terms that proofs are about.
"""
