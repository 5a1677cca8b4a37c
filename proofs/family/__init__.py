"""The family of articles around Q271547: what they say together, and what an administrator asks.

Comes in: the site with its extensions. Goes out: for every reading which articles hold, the pairs
of sentences that cannot both hold, answers to questions, plans; and the command that prints them.
"""
