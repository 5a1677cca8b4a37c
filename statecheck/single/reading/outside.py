"""Stand-ins for things outside of a machine: they answer or raise anything, and change nothing.

A stand-in is used where code would use hardware, a socket, a clock or a library that is not
inspected. Each of its answers is chosen by whoever explores the code, and the choice is noted. What
is asked of an answer is chosen likewise, without regard to what was asked before.
"""

from __future__ import annotations

import dis
import enum
import inspect
import sys
import types
from collections.abc import Generator, Hashable, Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from statecheck.single.reading.foreign.answers import HARMLESS, Answers
from statecheck.single.reading.freeze import ATOMS, EXACT, MARK, OPAQUE, SYMBOLIC
from statecheck.single.reading.known_answers import ANYTHING, MOMENT, NUMBERS, known_answer
from statecheck.single.reading.probe import asked_by_library
from statecheck.single.reading.purity import leads_back


def _class(outside: Any) -> type:
    """The type, as ``isinstance`` asks for it; that the library asks tells nothing."""
    if asked_by_library(sys._getframe(1)):
        return type(outside)
    raise outside._no("asked for its type")


class Outside:
    """Something from outside, or an answer that it gave."""

    __slots__ = ("_answers", "_name", "_real")
    _answers: Answers
    _name: str
    _real: Any

    def __init__(self, name: str, answers: Answers, real: Any = None) -> None:
        set_ = object.__setattr__
        set_(self, "_name", name)
        set_(self, "_answers", answers)
        set_(self, "_real", real)

    # -- calls and attributes ---------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Answer, or raise."""
        name = f"{self._name}()"
        answers = self._answers
        found = known_answer(self._real, args, kwargs, lambda what: answers.choose(name, what))
        if found is not None:
            kinds = {ANYTHING: None, NUMBERS: NUMBERS, MOMENT: datetime}
            is_kind = type(found[0]) is object
            return Outside(name, answers, kinds[found[0]]) if is_kind else found[0]
        if not answers.is_harmless(self._name):
            _check_given(self, (*args, *kwargs.values()))
        answers.may_raise(self._name)
        asked = answers.asks_none and not _is_dropped(sys._getframe(1))
        if asked and answers.choose(name, "answers None"):
            return None
        return Outside(name, answers)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        name = f"{self._name}.{attribute}"
        real = inspect.getattr_static(self._real, attribute, None)
        if isinstance(self._real, types.ModuleType):
            real = vars(self._real).get(attribute)
        if leads_back(real):
            raise self._no(f"asked for {attribute}, which leads back into the program")
        if not callable(real) and not isinstance(
            real, staticmethod | classmethod | types.ModuleType
        ):
            if self._answers.asks_attributes and self._answers.choose(name, "is not there"):
                raise AttributeError(attribute)
            self._answers.may_raise(name)
            if self._answers.asks_none and self._answers.choose(name, "is None"):
                return None
        return Outside(name, self._answers, real)

    def __setattr__(self, attribute: str, value: Any) -> None:
        _check_given(self, (value,))
        self._answers.may_raise(f"{self._name}.{attribute} = ...")

    def __delattr__(self, attribute: str) -> None:
        self._answers.may_raise(f"del {self._name}.{attribute}")

    def __getitem__(self, key: Any) -> Any:
        return self._answered(f"{self._name}[...]", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _check_given(self, (key, value))
        self._answers.may_raise(f"{self._name}[...] = ...")

    def __delitem__(self, key: Any) -> None:
        self._answers.may_raise(f"del {self._name}[...]")

    def _answered(self, name: str, *given: Any) -> Any:
        _check_given(self, given)
        if self._real is not NUMBERS:
            self._answers.may_raise(name)
        return Outside(name, self._answers, NUMBERS if self._real is NUMBERS else None)

    # -- contexts and awaiting --------------------------------------------------------------------

    def __enter__(self) -> Any:
        return self._answered(f"{self._name}.__enter__()")

    def __exit__(self, kind: object, *_: object) -> bool:
        self._answers.may_raise(f"{self._name}.__exit__()")
        return kind is not None and self._answers.choose(self._name, "suppresses an exception")

    async def __aenter__(self) -> Any:
        return self._answered(f"{self._name}.__aenter__()")

    async def __aexit__(self, kind: object, *rest: object) -> bool:
        return self.__exit__(kind, *rest)

    def __await__(self) -> Generator[None, None, Any]:
        return self._answered(f"await {self._name}")
        yield

    @property
    def _key(self) -> Hashable:
        """Equal for two of which the same may be chosen."""
        name, harmless = self._name, self._answers.harmless
        begins = any(h.startswith(f"{name}.") for h in harmless)
        known = None if self._real is None else id(self._real)
        return known, name if begins else self._answers.is_harmless(name)

    # -- values -----------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        self._may_fail_as_a_value("asked for its truth")
        return self._answers.choose(self._name, "is true")

    def _may_fail_as_a_value(self, how: str) -> None:
        """Raise an exception or none where one is asked whether it is true, equal, or how it
        reads; numbers raise none, nor do the answers of what is assumed to be harmless.
        """
        if self._real is not NUMBERS and not self._answers.is_answer_of_harmless(self._name):
            self._answers.may_raise(f"{self._name}, {how},", is_call=False)

    def __hash__(self) -> int:
        raise self._no("hashed, as a dictionary's key is")

    def __str__(self) -> str:
        if self._answers.decide is None and not self._answers.playing:
            return f"<anything: {self._name}>"
        if self._answers.is_text_allowed():
            self._may_fail_as_a_value("made a text")
            return MARK
        raise self._no("made a text")

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)

    def __deepcopy__(self, _: object) -> Outside:
        return self

    def __copy__(self) -> Outside:
        return self

    def __instancecheck__(self, other: object) -> bool:
        return self._answers.choose(self._name, "is the type of something")

    def _no(self, how: str) -> Exception:
        message = f"{self._name} comes from outside and is {how}, which cannot be followed"
        return self._answers.refuse(message)

    __class__ = property(_class)


def _is_dropped(frame: types.FrameType) -> bool:
    """Tell whether a caller throws the answer away."""
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset > frame.f_lasti and instruction.opname != "CACHE":
            return instruction.opname == "POP_TOP"
    return False


def _check_given(to: Outside, values: Iterable[Any]) -> None:
    """Refuse what the outside could use to change the machine."""
    for value in values:
        if not is_harmless_value(value):
            kind = type(value).__name__
            raise to._answers.refuse(
                f"a {kind} escapes to {to._name}, which is outside and could change the machine "
                f"by it; say {HARMLESS} {to._name} if it does not"
            )


_VALUES = (*ATOMS, *EXACT)


def is_harmless_value(value: Any) -> bool:
    """Tell whether a value leads to nothing that could change."""
    kind = type(value)
    if kind in (tuple, frozenset):
        return all(is_harmless_value(item) for item in value)
    if kind is Outside or kind in SYMBOLIC or kind in _VALUES:
        return True
    return issubclass(kind, enum.Enum | date | type(None)) and not hasattr(value, "__self__")


def _compared(operator: str) -> Any:
    def method(self: Outside, other: object) -> bool:
        if operator in ("==", "!="):
            for value in (self, other):
                if type(value) is Outside:
                    value._may_fail_as_a_value("compared")
        elif not (self._real is NUMBERS and _is_number(other)):
            self._answers.may_raise(f"{self._name} {operator} ...", is_call=False)
        return self._answers.choose(self._name, f"{operator} {_shown(other)}")

    return method


def _combined(operator: str, *, is_reflected: bool = False) -> Any:
    def method(self: Outside, other: object = 0, *_: object) -> Any:
        name = f"({self._name} {operator} {_shown(other)})"
        risky = operator in ("/", "//", "%", "**")
        is_safe = self._real is NUMBERS and _is_number(other)
        if is_safe and (not risky or (_is_sure(other) and not is_reflected)):
            return Outside(name, self._answers, NUMBERS)
        self._answers.may_raise(name, is_call=False)
        return Outside(name, self._answers)

    return method


def _is_number(value: object) -> bool:
    if type(value) is Outside:
        return value._real is NUMBERS
    return isinstance(value, int | float)


def _is_sure(value: object) -> bool:
    return type(value) in (int, float) and value not in (0, 0.0)


def _shown(value: object) -> str:
    return repr(value) if type(value) in ATOMS else "..."


def _refused(how: str) -> Any:
    def method(self: Outside, *_: object) -> NoReturn:
        raise self._no(how)

    return method


for _name, _operator in (
    *(("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")),
    ("contains", "contains"),
):
    setattr(Outside, f"__{_name}__", _compared(_operator))
for _name, _operator in (
    *(("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//")),
    *(("mod", "%"), ("pow", "**"), ("and", "&"), ("or", "|"), ("xor", "^")),
    *(("matmul", "@"), ("lshift", "<<"), ("rshift", ">>")),
):
    setattr(Outside, f"__{_name}__", _combined(_operator))
    setattr(Outside, f"__r{_name}__", _combined(_operator, is_reflected=True))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Outside, f"__{_name}__", _combined(_name))
for _name, _how in (
    *(("iter", "gone through"), ("len", "asked for its length"), ("next", "gone through")),
    *(("int", "made a number"), ("float", "made a number"), ("index", "made a number")),
    *(("complex", "made a number"), ("bytes", "made bytes"), ("round", "rounded")),
    *(("floor", "rounded"), ("ceil", "rounded"), ("trunc", "rounded"), ("divmod", "divided")),
    *(("rdivmod", "divided"), ("reversed", "gone through"), ("aiter", "gone through")),
    *(("anext", "gone through"), ("fspath", "made a path"), ("length_hint", "gone through")),
):
    setattr(Outside, f"__{_name}__", _refused(_how))

OPAQUE.append(Outside)
