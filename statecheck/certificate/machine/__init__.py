"""Certificates of one machine by itself.

Comes in: a machine as it was read, and a report about it. Goes out: the files of a certificate
about its automaton, and what is left out of it.
"""
