"""Terms of claims, and values for what the solver is left to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import z3

from statecheck.clock import heed
from statecheck.single.execution.automaton import UNUSUAL, Edge, Local, Variable
from statecheck.single.execution.giving_up import UnknownError, milliseconds
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import in_data, plain, symbol
from statecheck.single.execution.values import term_of
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import Kind
from statecheck.smt.failures import checked
from statecheck.smt.solving import WORK
from statecheck.symbolic.decision_tree import merge
from statecheck.symbolic.paths import Explorer

PATIENCE = 4000
"""Milliseconds that Z3 has for one question about values."""


def merged(run: Callable[[], Any]) -> Any:
    """The condition under which code returns a true value: True, False, or a term."""

    def value(found: Any) -> z3.BoolRef:
        return found.term if type(found) in SYMBOLIC else z3.BoolVal(bool(found))

    term = z3.simplify(merge(Explorer().explore(run), value))
    if z3.is_true(term) or z3.is_false(term):
        return z3.is_true(term)
    return term


def eliminated(formula: Any, locals_: Sequence[Local]) -> z3.BoolRef:
    """A formula without the choices of the environment: some choice makes it true.

    Raises UnknownError where that is not found out in time.
    """
    bound = [symbol(s.name, s.kind) for s in locals_]
    if not bound:
        return formula
    heed()
    try:
        return z3.TryFor(z3.Tactic("qe2"), milliseconds(2000))(z3.Exists(bound, formula)).as_expr()
    except z3.Z3Exception as error:
        raise UnknownError(str(error)) from None


def solved(
    conditions: Sequence[Any], symbols: Sequence[Variable | Local]
) -> dict[Variable | Local, Any] | None:
    """Plain values under which all conditions hold; None where there are none.

    Raises UnknownError where that is not found out with the work that it is worth, and OutOfTime.
    """
    if any(condition is False for condition in conditions):
        return None
    terms = [c for c in conditions if c is not None and c is not True]
    if not symbols and not terms:
        return {}
    guess = {s: _guess(s) for s in symbols}
    if hold(terms, guess):
        return guess
    solver = z3.SimpleSolver()
    solver.set("rlimit", WORK)
    solver.add(*terms, *ranges(symbols))
    for wish in (_usual(symbols), _small(symbols), None):
        if wish is not None:
            solver.push()
            solver.add(*wish)
        heed()
        solver.set("timeout", milliseconds(PATIENCE))
        answer = checked(solver)
        if answer == z3.sat:
            model = solver.model()
            return {
                s: plain(model.eval(symbol(s.name, s.kind), model_completion=True), s.kind)
                for s in symbols
            }
        if wish is not None:
            solver.pop()
    if answer == z3.unknown:
        raise UnknownError(solver.reason_unknown())
    return None


def hold(conditions: Sequence[z3.BoolRef], values: Mapping[Variable | Local, Any]) -> bool | None:
    """Tell whether conditions hold under plain values of all that they mention, None where Z3 does
    not say: a few values are tried sooner than a solver is made.
    """
    known: bool | None = True
    for condition in conditions:
        said = _in_plain(condition, values)
        if z3.is_false(said):
            return False
        known = known if z3.is_true(said) else None
    return known


def _guess(one: Variable | Local) -> Any:
    """The usual value of an argument, or else the most ordinary one of its kind."""
    if isinstance(one, Local) and one.usual is not UNUSUAL:
        return one.usual
    return plain(z3.BoolVal(False) if one.kind is Kind.BOOL else z3.IntVal(0), one.kind)


def _usual(symbols: Sequence[Variable | Local]) -> list[z3.BoolRef]:
    """Arguments are left out where they can be; what is left out need not be read."""
    return _small(symbols) + [
        symbol(s.name, s.kind) == term_of(s.usual)
        for s in symbols
        if isinstance(s, Local) and s.usual is not UNUSUAL
    ]


def _small(symbols: Sequence[Variable | Local]) -> list[z3.BoolRef]:
    """Small numbers are easy to read."""
    terms = [symbol(s.name, s.kind) for s in symbols]
    return [z3.And(term >= -1000, term <= 1000) for term in terms if z3.is_int(term)]


def valuation(
    edge: Edge, before: Mapping[Variable, Any], chosen: Mapping[Local, Any]
) -> dict[Variable, Any]:
    """The plain values of a target's variables after a step with plain values."""
    both: dict[Any, Any] = {**before, **chosen}
    return {v: plain(_in_plain(term, both), v.kind) for v, term in edge.updates.items()}


def _in_plain(term: z3.ExprRef, values: Mapping[Variable | Local, Any]) -> z3.ExprRef:
    """A term with plain values in place of what it mentions."""
    return z3.simplify(in_data(term, {s: term_of(value) for s, value in values.items()}))
