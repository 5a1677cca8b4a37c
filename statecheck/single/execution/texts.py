"""Numbers that stand for texts; and words about values that the environment chooses."""

from __future__ import annotations

import z3


class Texts:
    """Numbers for the texts that occur; any other number is a text that does not."""

    codes: dict[str, int] = {}  # noqa: RUF012  (one numbering for the whole process)

    @classmethod
    def code(cls, text: str) -> int:
        """The number of a text."""
        return cls.codes.setdefault(text, len(cls.codes))

    @classmethod
    def text(cls, code: int) -> str:
        """A text with that number."""
        for text, known in cls.codes.items():
            if known == code:
                return text
        name = "another"
        while name in cls.codes:
            name += "_one"
        return name if code == len(cls.codes) else f"{name}{abs(code)}{'n' if code < 0 else ''}"


def narrowing(term: z3.ExprRef) -> str:
    """How a value that the environment chooses can be made one of a few, in words."""
    if not z3.is_const(term):
        return ""
    prefix, _, name = str(term).partition("!")
    if prefix == "set":
        return f", or say --fixed {name.partition('.')[0]} if nobody sets it"
    if prefix == "arg":
        return f", or annotate the argument {name} with Literal or an enumeration"
    return ""
