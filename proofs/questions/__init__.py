"""What an administrator asks, and the command that answers.

Comes in: the base site, its extensions, and what is known of the family of articles. Goes out: the
claims that answer each question, plans, and text for a terminal.
"""
