"""The runs of a report as a test module: plain Python that drives the class and asserts what is
reached. It needs pytest and the class, and nothing else.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from statecheck.claims.answers import Standing
from statecheck.claims.results import Report
from statecheck.claims.run import Run
from statecheck.claims.script import Assigned, Call, Script

ROUNDS = 3
"""So many times the loop of a lasso is gone round."""

LONGEST = 60
"""So many characters of a title become the name of a test."""


class Unwritten(Exception):  # noqa: N818  (the run is left out, and that is said)
    """Something of a run that plain code has no words for; the message says what."""


@dataclass(frozen=True)
class Written:
    """A test module, the number of its tests, and why other runs are left out."""

    text: str
    tests: int
    left_out: tuple[str, ...]


@dataclass
class _Imports:
    """The classes that a module imports, and the names that they have there."""

    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, module: str, qualified: str) -> str:
        """Import what a qualified name begins with; return how it is written."""
        first, dot, rest = qualified.partition(".")
        if (module, first) not in self.names:
            taken = set(self.names.values()) | {"machine", "active", "pytest", "caught"}
            name, number = first, 2
            while name in taken:
                name, number = f"{first}_{number}", number + 1
            self.names[module, first] = name
        return f"{self.names[module, first]}{dot}{rest}"

    def lines(self) -> Iterator[str]:
        """The import statements."""
        for (module, first), name in sorted(self.names.items()):
            yield f"from {module} import {first}" + ("" if name == first else f" as {name}")


def test_module(report: Report, module: str, qualified: str) -> Written:
    """A test of each run in a report about a class."""
    imports = _Imports()
    cls = imports.add(module, qualified)
    bodies: list[str] = []
    left_out: list[str] = []
    taken: set[str] = set()
    for title, said, run in _runs(report):
        if run.script is None:
            continue
        try:
            lines = list(_body(run, run.script, cls, imports))
        except Unwritten as reason:
            left_out.append(f"{title}: {reason}")
            continue
        name = _name(title, taken)
        head = [f"def {name}():", *_docstring(said)]
        bodies.append("\n".join([*head, *(f"    {line}" if line else "" for line in lines)]))
    whole = "\n\n\n".join(bodies)
    uses_pytest = "pytest." in whole
    parts = [
        f'"""Runs of {qualified} that a check found, each played on the class as it is."""',
        *(["import pytest"] if uses_pytest else []),
        "\n".join(imports.lines()),
    ]
    text = "\n\n".join(parts) + "\n\n\n" + _ACTIVE + "\n\n\n" + whole + "\n"
    return Written(text, len(bodies), tuple(left_out))


_ACTIVE = '''def active(machine):
    """The ids of the active states."""
    return {state.id for state in machine.configuration}'''


def _runs(report: Report) -> Iterator[tuple[str, str, Run]]:
    """Each run with a title and what it shows."""
    for result in report.results:
        if result.run is not None:
            said = f"{result.claim.kind_word}: {result.claim.text} ({result.verdict})"
            yield result.claim.id, said, result.run
    for answer in report.answers:
        if answer.run is not None and answer.standing is not Standing.FINE:
            yield answer.id, answer.id, answer.run


def _name(title: str, taken: set[str]) -> str:
    slug = "test_" + re.sub(r"\W+", "_", title).strip("_").lower()[:LONGEST].rstrip("_")
    name, number = slug, 2
    while name in taken:
        name, number = f"{slug}_{number}", number + 1
    taken.add(name)
    return name


def _docstring(said: str) -> list[str]:
    words = " ".join(said.split()).replace("\\", "\\\\").replace('"', "'")
    return [f'    """{words}."""']


def _body(run: Run, script: Script, cls: str, imports: _Imports) -> Iterator[str]:
    yield f"machine = {cls}()"
    if script.is_async:
        yield "machine.activate_initial_state()"
    yield f"assert active(machine) == {_set(script.active)}"
    loop = len(script.calls) if run.loop is None else run.loop
    for call in script.calls[:loop]:
        yield ""
        yield from _call(call, imports)
    if script.calls[loop:]:
        yield ""
        yield f"for _ in range({ROUNDS}):  # and so on for ever"
        for number, call in enumerate(script.calls[loop:]):
            yield from ([""] if number else [])
            yield from (f"    {line}" if line else "" for line in _call(call, imports))
    if script.last:
        yield ""
        yield from _assignments(script.last, imports)


def _call(call: Call, imports: _Imports) -> Iterator[str]:
    yield from _assignments(call.inputs, imports)
    given = "".join(f", {name}={_source(value, imports)}" for name, value in call.arguments)
    sending = f'machine.send("{call.event}"{given})'
    if call.raised:
        yield "with pytest.raises(Exception) as caught:"
        yield f"    {sending}"
        yield f'assert type(caught.value).__name__ == "{call.raised}"'
    else:
        yield sending
    yield f"assert active(machine) == {_set(call.active)}"
    for path, value in call.changed:
        yield from _assertion(path, value, imports)


def _assignments(values: Iterable[Assigned], imports: _Imports) -> Iterator[str]:
    for path, value in values:
        if not path:
            raise Unwritten("it sets a field of a listener, which a test has no name for")
        yield f"machine.{path} = {_source(value, imports)}"


def _assertion(path: str, value: Any, imports: _Imports) -> Iterator[str]:
    """The assertion of a field's value, where it can be written down."""
    if not path:
        return
    try:
        source = _source(value, imports)
    except Unwritten:
        return
    if value is None or isinstance(value, bool):
        yield f"assert machine.{path} is {source}"
    else:
        yield f"assert machine.{path} == {source}"


def _set(ids: Iterable[str]) -> str:
    quoted = ", ".join(f'"{id_}"' for id_ in ids)
    return f"{{{quoted}}}" if quoted else "set()"


def _source(value: Any, imports: _Imports) -> str:
    """A value as Python source. Raises Unwritten."""
    if isinstance(value, enum.Enum):
        type_ = type(value)
        if "<locals>" in type_.__qualname__:
            raise Unwritten(f"{type_.__name__} is declared in a function and cannot be imported")
        name = imports.add(type_.__module__, type_.__qualname__)
        is_flag = isinstance(value, enum.Flag)
        return f"{name}({value.value!r})" if is_flag else f"{name}.{value.name}"
    if value is None or type(value) in (bool, int, str, bytes):
        return repr(value)
    if type(value) is float and value - value == 0:
        return repr(value)
    if type(value) in (tuple, list):
        parts = [_source(part, imports) for part in value]
        if type(value) is list:
            return f"[{', '.join(parts)}]"
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    if type(value) is dict:
        pairs = (f"{_source(k, imports)}: {_source(v, imports)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if type(value) in (set, frozenset):
        parts = sorted(_source(part, imports) for part in value)
        literal = f"{{{', '.join(parts)}}}" if parts else "set()"
        return literal if type(value) is set else f"frozenset({literal})"
    raise Unwritten(f"a value of type {type(value).__name__} cannot be written down")
