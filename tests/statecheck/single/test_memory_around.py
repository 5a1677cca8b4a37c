"""Memory outside of an instance is seen, however code comes to it."""

from __future__ import annotations

import decimal
import functools
import inspect
import json
import keyword
import logging
import math
from enum import Enum
from string import Template
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check

PARTIAL: Any = functools.partial(max, 3)
PARTIAL.n = 0
LOGGER: Any = logging.getLogger("tests.memory")
LOGGER.n = 0
FUNCTION: Any = json.dumps
FUNCTION.n = 0
TEMPLATE: Any = Template
TEMPLATE.n = 0
MATH: Any = math
MATH.tally = 0
NUMBERS: list[int] = []
LETTERS = {"a", "b", "c"}


class Once(StateMachine):
    """Goes where its guard holds, and works where it does not."""

    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="late") | a.to.itself(on="work")

    def late(self) -> Any:
        return False

    def work(self) -> None:
        """Do nothing."""


class OfAPartial(Once):
    def work(self) -> None:
        PARTIAL.n += 1

    def late(self) -> Any:
        return PARTIAL.n > 300


class OfALogger(Once):
    def work(self) -> None:
        LOGGER.n += 1

    def late(self) -> Any:
        return LOGGER.n > 300


class OfALoggerByName(Once):
    def work(self) -> None:
        logger: Any = logging.getLogger("tests.memory")
        logger.n += 1

    def late(self) -> Any:
        return logging.getLogger("tests.memory").n > 300  # type: ignore[attr-defined]


class OfAFunctionOfPythons(Once):
    def work(self) -> None:
        function = FUNCTION
        function.n += 1

    def late(self) -> Any:
        return FUNCTION.n > 300


class OfAClassOfPythons(Once):
    def work(self) -> None:
        for cls in (TEMPLATE,):
            cls.n += 1

    def late(self) -> Any:
        return TEMPLATE.n > 300


class OfAModuleOfPythons(Once):
    def work(self) -> None:
        MATH.tally += 1

    def late(self) -> Any:
        return MATH.tally > 300


class OfATableOfPythons(Once):
    def work(self) -> None:
        keyword.softkwlist.append("")  # type: ignore[attr-defined]

    def late(self) -> Any:
        return len(keyword.softkwlist) > 300


class OfAContext(Once):
    def work(self) -> None:
        decimal.BasicContext.prec += 1

    def late(self) -> Any:
        return decimal.BasicContext.prec > 300


class Counting(type(StateMachine)):  # type: ignore[misc]
    tally: list[int] = []  # noqa: RUF012


class OfAMetaclass(StateMachine, metaclass=Counting):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="late") | a.to.itself(on="work")

    def work(self) -> None:
        type(self).tally.append(1)

    def late(self) -> bool:
        return len(type(self).tally) > 300


def _mark(state: Any) -> None:
    state.hits += 1


class OfAState(Once):
    def work(self) -> None:
        _mark(self.a)

    def late(self) -> Any:
        return self.a.hits > 300  # type: ignore[attr-defined]


OfAState.a.hits = 0  # type: ignore[attr-defined]


class Appends(Once):
    def work(self) -> None:
        NUMBERS.append(1)


def _many(numbers: list[int] = NUMBERS) -> bool:
    return len(numbers) > 300


class ByDefault(Appends):
    def late(self) -> Any:
        return _many()


COUNT = functools.partial(len, NUMBERS)


class ByPartial(Appends):
    def late(self) -> Any:
        return COUNT() > 300


class InATuple(Appends):
    PAIR = (NUMBERS, 1)

    def late(self) -> Any:
        return len(self.PAIR[0]) > 300


class Held(Enum):
    ONE = (NUMBERS,)


class InAMember(Appends):
    def late(self) -> Any:
        return len(Held.ONE.value[0]) > 300


class AsText(Appends):
    def __str__(self) -> str:
        return "x" * len(NUMBERS)

    def late(self) -> Any:
        return len(str(self)) > 300


def counted(function: Any) -> Any:
    """A decorator that counts calls."""
    count = [0]

    @functools.wraps(function)
    def wrapper(*given: Any) -> Any:
        count[0] += 1
        return function(*given) + count[0]

    return wrapper


class AroundAMethod(Once):
    @counted
    def level(self) -> int:
        return 0

    def late(self) -> Any:
        return self.level() > 300


class AsProperty(Once):
    n = 0

    def work(self) -> None:
        self.n = min(self.n + 1, 3)

    @property
    @functools.cache  # noqa: B019
    def level(self) -> int:
        return self.n

    def late(self) -> Any:
        return self.n == 3 and self.level == 3


class Made(Once):
    def __init__(self) -> None:
        self.made: Any = None
        super().__init__()

    def work(self) -> None:
        if self.made is None:
            self.made = lambda: 1
            self.made.hits = 0
        self.made.hits += 1

    def late(self) -> Any:
        return self.made is not None and self.made.hits > 300


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (OfAPartial, "PARTIAL.n changes while it runs"),
        (OfALogger, "LOGGER.n changes while it runs"),
        (OfALoggerByName, "OfALoggerByName"),
        (OfAFunctionOfPythons, "n changes while it runs"),
        (OfAClassOfPythons, "TEMPLATE.n changes while it runs"),
        (OfAModuleOfPythons, "MATH.tally changes while it runs"),
        (OfATableOfPythons, "keyword.softkwlist.[...] changes while it runs"),
        (OfAContext, "uses decimal.BasicContext, which may change"),
        (OfAMetaclass, "__class__.tally.[...] changes while it runs"),
        (OfAState, "an object of the library"),
        (ByDefault, "a list that all instances share, changes"),
        (ByPartial, "a list that all instances share, changes"),
        (InATuple, "a list that all instances share, changes"),
        (InAMember, "a list that all instances share, changes"),
        (AsText, "a list that all instances share, changes"),
        (AroundAMethod, "count, a variable around AroundAMethod.level,"),
        (AsProperty, "AsProperty.level remembers its results"),
        (Made, "made cannot be followed: it is a function with attributes"),
    ],
)
def test_memory_is_refused_wherever_it_is(cls: Any, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(cls, [("always", "not b")])
    assert said in str(error.value)


class Keeping(StateMachine):
    """Keeps a function with a value of the moment."""

    a = State(initial=True)
    b = State(final=True)
    up = a.to.itself(on="rise")
    keep = a.to.itself(on="hold")
    go = a.to(b, cond="is_two")
    n = 0
    kept: Any = None

    def rise(self) -> None:
        self.n = min(self.n + 1, 3)

    def hold(self) -> None:
        self.kept = lambda n=self.n: n
        self.n = 0

    def is_two(self) -> bool:
        return self.kept is not None and self.kept() == 2


def test_functions_with_other_default_values_are_others() -> None:
    (result,) = check(Keeping, [("possible", "b")]).results
    assert (str(result.verdict), result.steps) == ("REACHED", 4)


class First(Once):
    def __init__(self) -> None:
        self.s = {"a", "b"}
        super().__init__()


class Iterated(First):
    def late(self) -> Any:
        numbers = sorted([1])
        for letter in self.s:
            return letter == "a" and numbers
        return False


class SortedByKey(First):
    def late(self) -> Any:
        return sorted(self.s, key=len)[0] == "a"  # noqa: FURB192


def _first(*letters: str) -> str:
    return letters[0]


class Starred(First):
    def late(self) -> Any:
        return _first(*self.s) == "a"


class Formatted(First):
    def late(self) -> Any:
        return f"{self.s}" == "{'a', 'b'}"


class Reduced(First):
    def late(self) -> Any:
        return functools.reduce(lambda one, _: one, self.s) == "a"


class Added(First):
    def late(self) -> Any:
        letters: list[str] = []
        letters += self.s
        return letters[0] == "a"


class OfTheModule(Once):
    def late(self) -> Any:
        return next(iter(LETTERS)) == "a"


class OfTheClass(Once):
    LETTERS = frozenset(("a", "b", "c"))

    def late(self) -> Any:
        return list(self.LETTERS)[0] == "a"  # noqa: RUF015


class MadeOfAList(Once):
    def late(self) -> Any:
        letters = set("cab")
        return list(letters)[0] == "a"  # noqa: RUF015


class Hashed(Once):
    def late(self) -> Any:
        return "abc".__hash__() % 2 == 0


class LooksAtTheStack(Once):
    def late(self) -> Any:
        return len(inspect.stack()) < 20


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        *((cls, "may go through it") for cls in (Iterated, SortedByKey, Starred, Formatted)),
        *((cls, "may go through it") for cls in (Reduced, Added)),
        (OfTheModule, "goes through LETTERS; the order of a set nobody chooses"),
        (OfTheClass, "goes through self.LETTERS"),
        (MadeOfAList, "goes through letters"),
        (Hashed, "uses __hash__"),
        (LooksAtTheStack, "uses stack"),
    ],
)
def test_what_differs_from_one_process_to_the_next_is_refused(cls: Any, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(cls, [("always", "not b")])
    assert said in str(error.value)


class Orderly(First):
    """Looks at sets in no way that shows an order."""

    KINDS = frozenset(("x", "y"))

    def late(self) -> Any:
        seen: set[int] = set()
        for n in (1, 2):
            if n in seen:
                return True
            seen.add(n)
        known = "q" in self.s or "z" in LETTERS or "z" in self.KINDS
        known |= sorted(self.s)[-1] == "a"  # noqa: FURB192
        return known or len(self.s) > 2 or len(set("aa")) > 1


def test_sets_may_be_looked_at() -> None:
    (result,) = check(Orderly, [("always", "not b")]).results
    assert str(result.verdict) == "PROVED"


class Level(Once):
    """Reads a field where Python asks for its truth."""

    level = 0

    def __bool__(self) -> bool:
        return self.level > 3

    def late(self) -> Any:
        return bool(self)


def test_a_field_that_is_read_without_a_name_is_an_input() -> None:
    (result,) = check(Level, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"


class Alike(StateMachine):
    """Asks which values are one object; equal ones need not be."""

    a = State(initial=True)
    b = State(final=True)
    copy = a.to.itself(on="make")
    take = a.to.itself(on="keep")
    go = a.to(b, cond="is_one")
    other: Any = None

    def __init__(self) -> None:
        self.own = (1, 2)
        super().__init__()

    def make(self) -> None:
        self.other = tuple([1, 2])  # noqa: C409

    def keep(self) -> None:
        self.other = self.own

    def is_one(self) -> bool:
        return self.other is self.own


def test_equal_values_are_not_taken_for_one_object() -> None:
    (result,) = check(Alike, [("possible", "b")]).results
    assert (str(result.verdict), result.steps) == ("REACHED", 2)
