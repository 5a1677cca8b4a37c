"""The changes that mutants make: small edits of a module's source.

Comes in: the source of a machine, a system or a function. Goes out: edits, each with the text that
it replaces and a name that stays the same as long as the source does.
"""
