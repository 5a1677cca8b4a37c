"""Python's arithmetic of integers, as terms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import z3

from statecheck.symbolic.paths import Explorer

LONGEST = 64
"""So many bits a term is shifted by, or looked at one by one, at most."""


def floor_division(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Python's ``//``: the quotient rounded down; Z3's leaves a remainder of 0 or more."""
    return z3.If(other > 0, one / other, (-one) / (-other))


def divided(one: z3.ArithRef, other: z3.ArithRef, what: str) -> z3.ArithRef:
    """Python's ``//`` or ``%``. Raises ZeroDivisionError where that is decided."""
    if Explorer.current().decide(other == 0):
        raise ZeroDivisionError(
            "integer modulo by zero" if what == "%" else "integer division or modulo by zero"
        )
    quotient = z3.simplify(floor_division(one, other))
    return quotient if what == "//" else one - other * quotient


def against_float(operator: str, term: z3.ArithRef, other: float) -> z3.BoolRef | bool:
    """An integer compared with a floating-point number, exactly."""
    if math.isnan(other):
        return False
    if math.isinf(other):
        return (other > 0) == (operator in ("__lt__", "__le__"))
    match operator:
        case "__lt__":
            return term < math.ceil(other)
        case "__le__":
            return term <= math.floor(other)
        case "__gt__":
            return term > math.floor(other)
        case _:
            return term >= math.ceil(other)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "floordiv": lambda a, b: divided(a, b, "//"),
    "mod": lambda a, b: divided(a, b, "%"),
}
"""Operators on two integers."""


BITS = ("lshift", "rshift", "and", "or", "xor")
"""Operators on the bits of integers."""


def with_bits(name: str, one: z3.ArithRef, other: object) -> z3.ArithRef | None:
    """Python's ``<<``, ``>>``, ``&``, ``|`` or ``^`` with a plain number; None where it is none,
    is a mask with a sign, or is too large. Integers have two's complement without end.

    Raises ValueError for a shift by a negative number, as Python does.
    """
    if type(other) not in (int, bool):
        return None
    plain = int(other)  # type: ignore[call-overload]
    if name.endswith("shift"):
        if plain < 0:
            raise ValueError("negative shift count")
        if plain > LONGEST:
            return None
        return one * 2**plain if name == "lshift" else one / 2**plain
    if plain < 0 or plain.bit_length() > LONGEST:
        return None
    common = _common(one, plain)
    if name == "and":
        return common
    return one + plain - (common if name == "or" else 2 * common)


def _common(one: z3.ArithRef, mask: int) -> z3.ArithRef:
    """The bits that an integer has in common with a mask; those in a row are one remainder."""
    common: z3.ArithRef = z3.IntVal(0)
    bit = 0
    while mask >> bit:
        ones = 0
        while mask >> bit + ones & 1:
            ones += 1
        if ones:
            common = common + (one / 2**bit % 2**ones) * 2**bit
        bit += ones or 1
    return common
