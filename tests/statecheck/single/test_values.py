"""Symbolic values behave as Python's own do, or refuse."""

from __future__ import annotations

import enum
import itertools
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import z3

from statecheck.modeling import ModelError
from statecheck.single.execution.terms import plain, symbol, wrapped
from statecheck.single.execution.values import allow_formatting, term_of
from statecheck.single.reading.kinds import Kind, MemberKind, kind_of
from statecheck.symbolic.paths import Explorer


@pytest.fixture(autouse=True)
def no_texts_of_values() -> None:
    allow_formatting(False)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 7


class Shape(enum.Enum):
    ROUND = "round"
    FLAT = "flat"


def computed(function: Callable[..., Any], *values: Any) -> Any:
    """What a function of symbolic values is for some plain ones: the way through it that fits."""
    kinds = [kind_of(value) for value in values]
    names = [symbol(f"v{n}", kind) for n, kind in enumerate(kinds) if kind is not None]
    pairs = [(name, term_of(value)) for name, value in zip(names, values, strict=True)]

    def run() -> Any:
        arguments = [wrapped(n, k) for n, k in zip(names, kinds, strict=True) if k is not None]
        try:
            return function(*arguments)
        except (ArithmeticError, LookupError, TypeError) as error:
            return type(error)

    def fits(item: Any) -> Any:
        while hasattr(item, "term"):
            truth = item.implied
            if truth is None:
                truth = z3.is_true(z3.simplify(z3.substitute(item.term, *pairs)))
            item = item.branches[truth]
        return item.value

    found = fits(Explorer().explore(run))
    if (
        hasattr(type(found), "__slots__")
        and "kind" in getattr(type(found), "__mro__", [object])[1].__dict__
    ):
        return plain(z3.simplify(z3.substitute(found._term, *pairs)), found._kind)
    return found


def expected(function: Callable[..., Any], *values: Any) -> Any:
    try:
        return function(*values)
    except (ArithmeticError, TypeError) as error:
        return type(error)


NUMBERS = (-7, -3, -1, 0, 1, 2, 5, True, False, Level.LOW, Level.HIGH)


@pytest.mark.parametrize(
    "name",
    ["add", "sub", "mul", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"],
)
def test_two_numbers(name: str) -> None:
    function = getattr(operator, name)
    for one, other in itertools.product(NUMBERS, repeat=2):
        found, right = computed(function, one, other), expected(function, one, other)
        assert (type(found), found) == (type(right), right), (one, other)


@pytest.mark.parametrize("name", ["neg", "pos", "abs", "not_", "truth"])
def test_one_number(name: str) -> None:
    function = getattr(operator, name)
    for one in NUMBERS:
        found, right = computed(function, one), function(one)
        assert (type(found), found) == (type(right), right), one


@pytest.mark.parametrize("other", [1.5, 2.0, float("inf"), None, "x", ()])
def test_comparisons_with_other_types(other: Any) -> None:
    for name in ("eq", "ne", "lt", "ge"):
        function = getattr(operator, name)
        for one in (-2, 0, 2):
            found = computed(lambda x, f=function: f(x, other), one)
            assert found == expected(function, one, other), (name, one)


def test_members_and_texts() -> None:
    for one, other in itertools.product(Shape, repeat=2):
        assert computed(operator.eq, one, other) == (one == other)
    assert computed(lambda x: x.value, Shape.FLAT) == "flat"
    assert computed(lambda x: {Shape.FLAT: 1, Shape.ROUND: 2}[x], Shape.ROUND) == 2
    for text, word in itertools.product(("", "a", "b"), repeat=2):
        assert computed(operator.eq, text, word) == (text == word)
        assert computed(bool, text) == bool(text)


def test_is_instance() -> None:
    assert computed(lambda x: isinstance(x, int) and not isinstance(x, bool), 3) is True
    assert computed(lambda x: isinstance(x, bool), True) is True
    assert computed(lambda x: isinstance(x, str), "a") is True


@pytest.mark.parametrize(
    "function",
    [
        hash,
        str,
        lambda x: x / 2,
        lambda x: x + 0.5,
        lambda x: "a" * x,
        lambda x: [0] * x,
        lambda x: x << x,
        lambda x: 2**x,
        lambda x: x & x,
        lambda x: Fraction(1, 2) + x,
        lambda x: x < Fraction(1, 2),
        range,
        lambda x: x.bit_length(),
        lambda x: x < Shape.FLAT,
    ],
)
def test_what_no_term_can_say_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ModelError):
        computed(function, 3)


class Word(enum.StrEnum):
    LOW = "low"
    HIGH = "high"


class Pair(tuple[int, int], enum.Enum):
    __slots__ = ()

    NEAR = (1, 2)
    FAR = (3, 4)


class Share(float, enum.Enum):
    HALF = 0.5
    WHOLE = 1.0


class Alike(enum.Enum):
    UPPER = "A"
    LOWER = "a"

    def __eq__(self, other: object) -> bool:
        return str(getattr(other, "value", other)).lower() == "a"

    __hash__ = enum.Enum.__hash__


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *itertools.product((*Word, *Pair, *Share, *Alike), ("low", (1, 2), 1, 1.0, 0.5, "a")),
        *itertools.product(("low", "a", "", 1, 0), (*Word, *Pair, *Share, *Level)),
        *itertools.product(Word, Word),
        *itertools.product(Alike, Alike),
    ],
)
def test_members_that_are_values_too_are_equal_to_them(one: Any, other: Any) -> None:
    for compared in (lambda x: x == other, lambda x: other == x, lambda x: x in ("no", other)):
        found = computed(compared, one)
        assert (type(found), found) == (bool, compared(one))
    assert computed(lambda x: x != other, one) == (one != other)


class Tag(str):
    __slots__ = ()


class Backwards(enum.IntEnum):
    ONE = 1
    TWO = 2

    def __lt__(self, other: Any) -> bool:
        return int(self) > int(other)

    def __add__(self, other: Any) -> Any:
        raise TypeError


class Money(int):
    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


def test_values_of_derived_types() -> None:
    for text in ("a", "b"):
        assert computed(lambda x: x == Tag("a"), text) == (text == "a")
        assert computed(lambda x: Tag("a") in (x, "c"), text) == (text == "a")
    for one, other in itertools.product(Backwards, (0, 1, 3)):
        assert computed(lambda x, n=other: x < n, one) == (one < other)
    for refused in (lambda n: n == Money(1), lambda n: n + Money(1), lambda n: n > Backwards.ONE):
        with pytest.raises(ModelError):
            computed(refused, 1)
    with pytest.raises(ModelError):
        computed(lambda x: x + 1, Backwards.ONE)


@pytest.mark.parametrize("text", ["low", "high", "other"])
def test_a_text_and_a_member_that_both_may_be_any(text: str) -> None:
    for member in Word:
        assert computed(operator.eq, text, member) == (text == member)
        assert computed(operator.eq, member, text) == (text == member)


def test_kinds() -> None:
    assert kind_of(True) is Kind.BOOL
    assert kind_of(Level.LOW) == MemberKind(Level)
    assert kind_of(1.0) is None


@pytest.mark.parametrize("value", [-9, -8, -1, 0, 1, 5, 6, 255, 1 << 70])
def test_bits_are_those_of_python(value: int) -> None:
    for plain_one in (0, 1, 2, 3, 5, 12, 0b101101, 63, True):
        for operation in (
            *(operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor),
            *(lambda a, b: b & a, lambda a, b: b | a, lambda a, b: b ^ a),
        ):

            def with_plain(one: Any, operation: Any = operation, plain_one: int = plain_one) -> Any:
                return operation(one, plain_one)

            assert computed(with_plain, value) == operation(value, plain_one)
    assert computed(operator.invert, value) == ~value


@pytest.mark.parametrize(
    "operation",
    [
        lambda n: n << 65,
        lambda n: n & -2,
        lambda n: n | (1 << 64),
        lambda n: n ^ n,
        lambda n: 1 << n,
    ],
)
def test_other_bits_are_refused(operation: Callable[[Any], Any]) -> None:
    with pytest.raises(ModelError, match="asked for"):
        computed(operation, 3)


def test_shifting_by_less_than_nothing_raises_as_in_python() -> None:
    with pytest.raises(ValueError, match="negative shift count"):
        computed(lambda n: n >> -1, 3)
