"""Terms of claims, and values for what the solver is left to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import z3

from proofs.engine.explore import Explorer, merge
from statecheck.single.automaton import Edge, Local, Variable
from statecheck.single.freeze import SYMBOLIC
from statecheck.single.paths import ranges
from statecheck.single.values import plain, symbol


def merged(run: Callable[[], Any]) -> Any:
    """The condition under which code returns a true value: True, False, or a term."""

    def value(found: Any) -> z3.BoolRef:
        return found.term if type(found) in SYMBOLIC else z3.BoolVal(bool(found))

    term = z3.simplify(merge(Explorer().explore(run), value))
    if z3.is_true(term) or z3.is_false(term):
        return z3.is_true(term)
    return term


def solved(
    conditions: Sequence[Any], symbols: Sequence[Variable | Local]
) -> dict[Variable | Local, Any] | None:
    """Plain values under which all conditions hold; None where there are none."""
    if any(condition is False for condition in conditions):
        return None
    terms = [c for c in conditions if c is not None and c is not True]
    if not symbols and not terms:
        return {}
    solver = z3.SimpleSolver()
    solver.add(*terms, *ranges(symbols))
    # Small numbers are easier to read, and the initial text is no news.
    for preference in (0, None):
        if preference is not None:
            solver.push()
            for s in symbols:
                term = symbol(s.name, s.kind)
                if z3.is_int(term):
                    solver.add(term >= -1000, term <= 1000)
        answer = solver.check()
        if answer == z3.sat:
            model = solver.model()
            return {
                s: plain(model.eval(symbol(s.name, s.kind), model_completion=True), s.kind)
                for s in symbols
            }
        if preference is not None:
            solver.pop()
    if answer == z3.unknown:
        raise UnknownError(solver.reason_unknown())
    return None


class UnknownError(Exception):
    """Z3 does not know."""


def valuation(
    edge: Edge, before: Mapping[Variable, Any], chosen: Mapping[Local, Any]
) -> dict[Variable, Any]:
    """The plain values of a target's variables after a step with plain values."""
    from statecheck.single.values import term_of

    pairs = [(symbol(v.name, v.kind), term_of(value)) for v, value in before.items()]
    pairs += [(symbol(s.name, s.kind), term_of(value)) for s, value in chosen.items()]
    return {
        v: plain(z3.simplify(z3.substitute(term, *pairs)), v.kind)
        for v, term in edge.updates.items()
    }
