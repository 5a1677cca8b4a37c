"""The standard questions about one machine.

Comes in: a machine that was read. Goes out: an `Answer` to each question, with its run or proof.
"""
