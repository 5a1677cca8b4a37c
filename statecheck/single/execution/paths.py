"""The ways that one event can go when some values may be any: each with its condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import z3

from statecheck.clock import heed
from statecheck.modeling import ModelError
from statecheck.single.execution.automaton import Local, Variable
from statecheck.single.execution.giving_up import Unreadable
from statecheck.single.execution.terms import range_of, symbol
from statecheck.single.reading.foreign.answers import Answers
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
) -> Iterator[tuple[z3.BoolRef | None, Any]]:
    """Every way through code that can be gone, with its condition and what the code returned.

    Answers from outside are chosen in every way, and are no part of a condition.
    """
    known = ranges([*variables, *locals_])
    explorer = Explorer()
    explorer._solver.set("timeout", PATIENCE)
    try:
        with _choosing(answers, explorer):
            tree = explorer.explore(run)
    except ModelError as error:
        raise Unreadable(f"{_line(error)}{error}") from None
    solver = z3.SimpleSolver()
    solver.set("timeout", PATIENCE)
    solver.add(*known)
    for whole, value in leaves(tree, []):
        path = [literal for literal in whole if not _is_choice(literal)]
        heed()
        if path and known and solver.check(*path) == z3.unsat:
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
