"""Symbolic values: what plain Python computes with in place of truths, numbers and entities.

Each holds a Z3 term. Asked for its truth, it asks the explorer. What would go wrong in silence
(hashing, indexing, conversion to a plain value) is refused with what to write instead.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable
from typing import Any

import z3

from statecheck.modeling import ModelError, TruthValue
from statecheck.symbolic.decision_tree import merge
from statecheck.symbolic.paths import Explorer, is_library
from statecheck.symbolic.vocabulary import States, Vocabulary


class Inner:
    """An attribute of a stand-in that only this package sees: what it stands for may have another
    one of that name, or none.
    """

    def __init__(self, place: str) -> None:
        self.place, self.name = place, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if not is_library(sys._getframe(1).f_code.co_filename):
            raise AttributeError(self.name)
        return getattr(instance, self.place)

    def __set__(self, instance: Any, value: Any) -> None:
        raise AttributeError(self.name)


class Symbolic:
    """A value that stands for any value of a type."""

    __slots__ = ("_term", "_type", "_vocabulary")

    term, type, vocabulary = Inner("_term"), Inner("_type"), Inner("_vocabulary")

    def __init__(self, term: z3.ExprRef, type_: Any, vocabulary: Vocabulary) -> None:
        self._term = term
        self._type = type_
        self._vocabulary = vocabulary

    def __merge__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Run a helper without effects along all its paths and merge what it returns."""
        explorer = Explorer.current()
        results: list[Any] = []
        raised: list[Exception] = []
        loops, read_only_for = explorer.loops.count, explorer.read_only_for

        def run() -> Any:
            explorer.loops.count = loops
            try:
                results.append(function(*arguments, **named))
            except Exception as error:
                if explorer.error is not None:
                    raise
                raised.append(error)
                return None
            return results[-1]

        explorer.read_only_for = f"{function.__name__}, which is marked as pure,"
        try:
            tree = explorer.explore(run, isolated=True)
            if raised:  # on some ways through it, which are then told apart out here
                explorer.loops.count = loops
                return function(*arguments, **named)
        finally:
            explorer.read_only_for = read_only_for
        sample = results[0]
        type_ = sample.type if isinstance(sample, Symbolic) else type(sample)
        return wrap(merge(tree, lambda v: lift(v, self.vocabulary)), type_, self.vocabulary)

    def __eq__(self, other: object) -> Any:
        return other is not None and truth(self.term == self._alike(other), self.vocabulary)

    def __ne__(self, other: object) -> Any:
        return other is None or truth(self.term != self._alike(other), self.vocabulary)

    def _alike(self, other: object) -> z3.ExprRef:
        """The term of what this is compared with. Raises ModelError for another type."""
        term = lift(other, self.vocabulary)
        if term.sort() != self.term.sort():
            raise self._refuse(f"compared with {_described(other)}", "a value of the same type")
        return term

    def __hash__(self) -> int:
        raise self._refuse("hashed (as a dictionary key or a set's member)", "if/elif or ==")

    def __int__(self) -> int:
        raise self._refuse("converted to a plain number", "the comparison itself")

    __index__ = __float__ = __int__

    def __str__(self) -> str:
        raise self._refuse("printed", "nothing; a proof has no output")

    def __format__(self, _: str) -> str:
        return str(self)

    def __repr__(self) -> str:
        if Explorer.active is not None:
            return str(self)
        return f"<any {getattr(self.type, '__name__', self.type)}: {self.term}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refuse(f"asked for its {name}", "a comparison, or a field of a machine")

    def __bool__(self) -> bool:
        raise self._refuse("asked for its truth", "a comparison")

    def _refuse(self, what: str, instead: str) -> ModelError:
        message = f"{_described(self)} that may be any is {what}; write {instead}"
        if Explorer.active is not None:
            return Explorer.active.refuse(message)
        return ModelError(message)


class Collected(Symbolic):
    """A value that Python might take for a collection or a text, which it refuses to be."""

    __slots__ = ()

    def __iter__(self) -> Any:
        raise self._refuse("iterated", "a loop over the system's entities")

    def __getitem__(self, _: object) -> Any:
        raise self._refuse("indexed", "if/elif or a field")


class Unasked(Collected):
    """A value that refuses to be called, or entered, as well."""

    __slots__ = ()


class Truth(Unasked, TruthValue):
    """A symbolic bool."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return Explorer.current().decide(self.term)

    def __and__(self, other: object) -> Truth:
        return truth(z3.And(self.term, lift(other, self.vocabulary)), self.vocabulary)

    def __or__(self, other: object) -> Truth:
        return truth(z3.Or(self.term, lift(other, self.vocabulary)), self.vocabulary)

    __rand__, __ror__ = __and__, __or__


class Ordered(Unasked):
    """A symbolic number, or a member of an enumeration with an order."""

    __slots__ = ()

    def _rank(self, value: object) -> z3.ExprRef:
        term = lift(value, self.vocabulary)
        if z3.is_int(term):
            return term
        if term.sort() != self.term.sort() or z3.is_bool(term):
            raise self._refuse(f"combined with {_described(value)}", "numbers of one type")
        members = list(self.type)
        rank: z3.ExprRef = z3.IntVal(int(members[-1]))
        for member in reversed(members[:-1]):
            literal = self.vocabulary.literal(member)
            rank = z3.If(term == literal, z3.IntVal(int(member)), rank)
        return z3.simplify(rank)

    def __lt__(self, other: object) -> Truth:
        return truth(self._rank(self) < self._rank(other), self.vocabulary)

    def __le__(self, other: object) -> Truth:
        return truth(self._rank(self) <= self._rank(other), self.vocabulary)

    def __gt__(self, other: object) -> Truth:
        return truth(self._rank(self) > self._rank(other), self.vocabulary)

    def __ge__(self, other: object) -> Truth:
        return truth(self._rank(self) >= self._rank(other), self.vocabulary)

    def __add__(self, other: object) -> Ordered:
        return Ordered(self._rank(self) + self._rank(other), int, self.vocabulary)

    def __sub__(self, other: object) -> Ordered:
        return Ordered(self._rank(self) - self._rank(other), int, self.vocabulary)

    def __rsub__(self, other: object) -> Ordered:
        return Ordered(self._rank(other) - self._rank(self), int, self.vocabulary)

    def __mul__(self, other: object) -> Ordered:
        if not isinstance(other, int):
            raise self._refuse(
                f"multiplied by {_described(other)}", "a plain number as the other factor"
            )
        return Ordered(self._rank(self) * int(other), int, self.vocabulary)

    def __floordiv__(self, other: object) -> Ordered:
        return Ordered(self._rank(self) / self._divisor(other), int, self.vocabulary)

    def __mod__(self, other: object) -> Ordered:
        return Ordered(self._rank(self) % self._divisor(other), int, self.vocabulary)

    def _divisor(self, other: object) -> int:
        """A plain number above 0: by that Python divides as Z3 does."""
        if not isinstance(other, int) or other <= 0:
            raise self._refuse(f"divided by {_described(other)}", "a plain number above 0")
        return int(other)

    def __neg__(self) -> Ordered:
        return Ordered(-self._rank(self), int, self.vocabulary)

    def __abs__(self) -> Ordered:
        rank = self._rank(self)
        return Ordered(z3.If(rank < 0, -rank, rank), int, self.vocabulary)

    def __bool__(self) -> bool:
        return Explorer.current().decide(self._rank(self) != 0)

    __radd__, __rmul__ = __add__, __mul__


def _unsupported(operator: str) -> Callable[..., Any]:
    def refuse(self: Symbolic, *_: object) -> Any:
        raise self._refuse(
            f"asked for {operator}",
            "comparisons, + and -, // and % by a plain number, not, and, or",
        )

    return refuse


# What Python would answer with a TypeError that the model may catch, or with something else.
for _name in (
    *("lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("lshift", "rshift", "and", "or", "xor", "matmul", "neg", "pos", "abs", "invert", "round"),
    *("trunc", "floor", "ceil", "complex"),
):
    for _full in (f"__{_name}__", f"__r{_name}__"):
        if _full not in vars(Symbolic):
            setattr(Symbolic, _full, _unsupported(_name))
for _owner, _names in ((Collected, ("len", "contains", "reversed")), (Unasked, ("call", "enter"))):
    for _name in _names:
        setattr(_owner, f"__{_name}__", _unsupported(_name))


def _described(value: object) -> str:
    """The type of a value, for a message."""
    type_ = value.type if isinstance(value, Symbolic) else type(value)
    name = getattr(type_, "__name__", str(type_))
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def truth(term: z3.BoolRef, vocabulary: Vocabulary) -> Truth:
    """A symbolic bool."""
    if Explorer.active is not None:
        Explorer.active.remember(term)
    return Truth(term, bool, vocabulary)


def lift(value: Any, vocabulary: Vocabulary) -> z3.ExprRef:
    """The term of a symbolic or plain value. Raises ModelError for what has none."""
    if isinstance(value, Symbolic):
        return value.term
    term = getattr(value, "term", None)
    if isinstance(term, z3.ExprRef):
        return term
    try:
        return vocabulary.literal(value)
    except ModelError as error:
        if Explorer.active is not None:
            raise Explorer.active.refuse(str(error)) from None
        raise


def wrap(term: z3.ExprRef, type_: Any, vocabulary: Vocabulary) -> Symbolic:
    """The symbolic value of a term. Entities are wrapped by their world instead."""
    if type_ is bool:
        return truth(term, vocabulary)
    if isinstance(type_, type) and issubclass(type_, int):
        return Ordered(term, type_, vocabulary)
    if isinstance(type_, States) or issubclass(type_, enum.Enum):
        return Unasked(term, type_, vocabulary)
    raise ModelError(f"a value of type {type_!r} is not supported in a proof")
