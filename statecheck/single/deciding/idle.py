"""Tell whether an event may do nothing where its effect depends on values."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol


def is_possible(node: Node, edges: Sequence[Edge]) -> bool:
    """Tell whether for some data and inputs no arguments lead along any of the edges."""
    conditions: list[z3.BoolRef] = [*ranges(node.variables)]
    for edge in edges:
        arguments = [s for s in edge.locals if s.name.startswith("arg!")]
        guard = edge.guard
        if arguments:
            guard = z3.Exists([symbol(s.name, s.kind) for s in arguments], guard)
        conditions.append(z3.Not(guard))
        conditions += ranges([s for s in edge.locals if not s.name.startswith("arg!")])
    solver = z3.Solver()
    solver.set("timeout", 2000)
    solver.add(*conditions)
    return bool(solver.check() != z3.unsat)
