"""The kinds of refusals, by what the messages say."""

from __future__ import annotations

import re

KINDS: tuple[tuple[str, str], ...] = (
    (r"only some values were tried", "only some values were tried"),
    (r"from model or statemachine", "it needs a model"),
    (r"cannot be made: TypeError", "it is made with arguments"),
    (r"cannot be made", "making an instance fails"),
    (r"runs beside the machine", "invoked work that could change the machine"),
    (r"is delayed|with a delay", "delayed events"),
    (r"that all instances share, changes", "a list or object that all instances share changes"),
    (r"weighted transition", "transitions taken by chance"),
    (r"a float, a type", "floating-point numbers"),
    (r"made a text|part of a text", "texts made of values"),
    (r"inside it is a value that may be any", "values in containers"),
    (r"cannot be followed: it is", "an attribute that is no value"),
    (r"no annotation", "arguments of which nothing is known"),
    (r"asks `is`", "identity asked of values that may be any"),
    (r"; the same event would not always do the same", "things from outside"),
    (r"is not supported", "features that are not supported"),
    (r"answer", "answers from outside"),
)
"""A pattern of messages, and what they have in common."""


def kind_of_refusal(message: str) -> str:
    """The kind that a message belongs to."""
    for pattern, kind in KINDS:
        if re.search(pattern, message):
            return kind
    return "other"
