"""The command line, the only place that prints, writes files and ends with an exit code.

Comes in: arguments. Goes out: text on stdout, files, notes on stderr.
"""
