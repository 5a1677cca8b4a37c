"""Numbers that stand for texts, so that the solver can tell them apart."""

from __future__ import annotations


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
