"""The ways that one event can go when some values may be any: each with its condition."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import z3

from statecheck.clock import heed
from statecheck.modeling import ModelError
from statecheck.single.execution.automaton import Local, Variable
from statecheck.single.execution.giving_up import Unreadable
from statecheck.single.execution.terms import range_of, symbol
from statecheck.single.reading.foreign.answers import Answers
from statecheck.smt.failures import checked
from statecheck.symbolic.decision_tree import Leaf
from statecheck.symbolic.decision_tree import Node as Decision
from statecheck.symbolic.paths import Explorer, is_library

PATIENCE = 2000
"""Milliseconds that Z3 has to find out whether a decision is open; unless it says no, it is."""


def ranges(symbols: Sequence[Variable | Local]) -> list[z3.BoolRef]:
    """The conditions under which terms stand for values of their kinds."""
    conditions = (range_of(symbol(s.name, s.kind), s.kind) for s in symbols)
    return [condition for condition in conditions if condition is not None]


def explored(
    run: Callable[[], Any],
    variables: Sequence[Variable],
    locals_: Sequence[Local],
    answers: Answers | None = None,
    watched: Collection[CodeType] = (),
) -> Iterator[tuple[z3.BoolRef | None, Any]]:
    """Every way through code that can be gone, with its condition and what the code returned.

    Answers from outside are chosen in every way, and are no part of a condition. No TypeError may
    arise in code that is ``watched`` but where it would of plain values.
    """
    known = ranges([*variables, *locals_])
    explorer = Explorer()
    explorer._solver.set("timeout", PATIENCE)
    try:
        with _choosing(answers, explorer), _watching(watched, explorer):
            tree = explorer.explore(run)
    except ModelError as error:
        raise Unreadable(f"{_line(error)}{error}") from None
    solver = z3.SimpleSolver()
    solver.set("timeout", PATIENCE)
    solver.add(*known)
    for whole, value in leaves(tree, []):
        path = [literal for literal in whole if not _is_choice(literal)]
        heed()
        if path and known and checked(solver, *path) == z3.unsat:
            continue
        conditions = [*path, *ranges(locals_)]
        yield (z3.And(conditions) if conditions else None), value


CHOICE = "chosen!"
"""The names of choices begin so."""


@contextmanager
def _choosing(answers: Answers | None, explorer: Explorer) -> Iterator[None]:
    """Have an explorer choose the answers from outside."""
    if answers is None:
        yield
        return
    answers.decide = lambda number: explorer.decide(z3.Bool(f"{CHOICE}{number}"))
    answers.refuse = explorer.refuse
    try:
        yield
    finally:
        answers.decide, answers.refuse = None, ModelError


_OF_SYMBOLS = re.compile(r"\b(Int|Bool|Text|Member)\b")
_AS_OF_PLAIN = re.compile(
    r"'(Int|Bool|Text)' object (is not (iterable|callable|subscriptable)|does not support)|"
    r"(object|argument) of type '(Int|Bool)' (has no len|is not iterable)|"
    r"cannot unpack non-iterable (Int|Bool) object|unsupported operand type|bad operand type|"
    r"not supported between instances"
)
"""Messages of errors that are of values which may be any; and those that plain ones give too."""


@contextmanager
def _watching(codes: Collection[CodeType], explorer: Explorer) -> Iterator[None]:
    """Refuse what a function of C, or of a library, says of values that may be any: that they are
    of no type that it takes. Code could catch that, and the library does.
    """

    def inside(frame: Any, event: str, found: Any) -> Any:
        if event == "exception" and issubclass(found[0], TypeError):
            said = str(found[1])
            is_named = _OF_SYMBOLS.search(said) and not _AS_OF_PLAIN.match(said)
            if is_named or not is_followed(_innermost(found[2])):
                explorer.refuse(
                    f"{frame.f_code.co_qualname} may give a value that may be any to what takes "
                    f"plain ones only ({said})"
                )
        return inside

    def is_followed(code: CodeType) -> bool:
        return id(code) in numbers or is_library(code.co_filename)

    def watch(frame: Any, event: str, found: Any) -> Any:
        if id(frame.f_code) not in numbers:
            return None
        frame.f_trace_lines = False
        return inside

    if not codes:
        yield
        return
    numbers = {id(code) for code in codes}  # the hash of code is not kept by Python
    former = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(former)


def _innermost(trace: TracebackType) -> CodeType:
    """The code in which an exception arose."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code


def _is_choice(literal: z3.BoolRef) -> bool:
    term = literal.arg(0) if z3.is_not(literal) else literal
    return bool(z3.is_const(term) and term.decl().name().startswith(CHOICE))


def _line(error: ModelError) -> str:
    """The line of the model that an error comes from, where it is known."""
    found = ""
    step = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not is_library(file):
            found = f"{Path(file).name}:{step.tb_lineno}: "
        step = step.tb_next
    return found


def leaves(item: Any, path: list[z3.BoolRef]) -> Iterator[tuple[list[z3.BoolRef], Any]]:
    """The leaves of a decision tree, each with the literals that lead to it."""
    if isinstance(item, Leaf):
        yield path, item.value
    elif isinstance(item, Decision):
        for truth, branch in item.branches.items():
            literal = item.term if truth else z3.Not(item.term)
            yield from leaves(branch, path if item.implied is not None else [*path, literal])
