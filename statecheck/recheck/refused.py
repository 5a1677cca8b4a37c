"""The error that ends the command with exit code 2."""


class Refused(Exception):  # noqa: N818  (what a user asked for cannot be done)
    """There is nothing to re-check; the message says why, and what to do."""
