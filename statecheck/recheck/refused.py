"""The error that ends the command with exit code 2."""


class Refused(Exception):
    """There is nothing to re-check; the message says why, and what to do."""
