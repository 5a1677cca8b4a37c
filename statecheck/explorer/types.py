"""The types of a system's values as a page has them: how they read, and which values to offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from statecheck.claims.concrete_run import IntegerType
from statecheck.modeling import Entity
from statecheck.symbolic.codes import finite_codes, member_name
from statecheck.symbolic.simulate import landmarks
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import States

MOST_SUGGESTED = 40
"""So many numbers are offered for a choice; others can be typed."""


class Types:
    """The types that a page's values have, by name; collected as they are asked for."""

    def __init__(
        self, transitions: TransitionSystem, integers: Mapping[Any, IntegerType] | None = None
    ) -> None:
        self.transitions = transitions
        self.integers = dict(integers or {})
        self.known: dict[str, dict[str, Any]] = {}
        self._landmarks = landmarks(transitions)

    def name(self, type_: Any) -> str:
        """The name by which a page knows a type, for a value of it to refer to."""
        if isinstance(type_, States):
            name = f"state of {type_.name}"
        elif issubclass(type_, Entity):
            name = self.transitions.info.entity(type_).name
        else:
            name = type_.__name__
        if name not in self.known:
            self.known[name] = self._described(type_)
        return name

    def _described(self, type_: Any) -> dict[str, Any]:
        if isinstance(type_, type) and issubclass(type_, Entity):
            return {"kind": "entity", "sort": self.transitions.info.entity(type_).name}
        codes = finite_codes(type_)
        if isinstance(type_, type) and issubclass(type_, bool):
            return {"kind": "bool"}
        if codes is not None:
            texts = {code: _text(type_, str(code)) for code in codes}
            if len(set(texts.values())) < len(texts):  # or nobody could choose between them
                texts = {code: member_name(str(code)) for code in codes}
            return {"kind": "enum", "members": [[code, text] for code, text in texts.items()]}
        return self._integer(type_)

    def _integer(self, type_: type[int]) -> dict[str, Any]:
        known = self.integers.get(type_)
        low = getattr(type_, "LEAST", known.low if known else None)
        high = getattr(type_, "GREATEST", known.high if known else None)
        preferred = sorted(known.preferred) if known else []
        numbers = [
            number
            for number in sorted({*preferred, *self._landmarks})
            if (low is None or number >= low) and (high is None or number <= high)
        ]
        if len(numbers) > MOST_SUGGESTED:
            numbers = preferred or numbers[:MOST_SUGGESTED]
        return {
            "kind": "int",
            "low": None if low is None else str(int(low)),
            "high": None if high is None else str(int(high)),
            "suggested": [str(int(number)) for number in numbers],
            **_notation(lambda number: str(type_(number)), numbers),
        }


def _text(type_: Any, code: str) -> str:
    """A member as reports show it: by its own text, or by its name where it has none."""
    name = member_name(code)
    if isinstance(type_, States):
        return name
    text = str(type_[name])
    return name if text == f"{type_.__name__}.{name}" else text


def _notation(written: Callable[[int], str], numbers: Sequence[int]) -> dict[str, Any]:
    """How a type writes its numbers: in decimal, as words of so many bits with dots between them,
    or in no way that is known, and then by a table.
    """
    samples = dict.fromkeys((*numbers, 0, 1, 2, 255, 256, 65_535, 65_536, 123_456_789))
    texts: dict[int, str] = {}
    for number in samples:
        with suppress(Exception):  # a type may refuse numbers that it does not have
            texts[number] = written(number)
    if all(text == str(number) for number, text in texts.items()):
        return {}
    for bits in (8, 16, 32):
        for words in (2, 3, 4):
            if all(text == _dotted(number, words, bits) for number, text in texts.items()):
                return {"words": words, "bits": bits}
    return {"texts": {str(number): text for number, text in texts.items() if number in numbers}}


def _dotted(number: int, words: int, bits: int) -> str:
    parts = [number >> bits * place & (1 << bits) - 1 for place in range(words)]
    return ".".join(map(str, reversed(parts)))
