"""The runs that a certificate shows, computed again: state by state, from the definitions.

Comes in: documents in the Informal Trace Format, and the definitions. Goes out: the runs, lassos
and instances that these are, or what is wrong with them.
"""
