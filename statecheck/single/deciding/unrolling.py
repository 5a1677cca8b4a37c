"""Runs of an automaton whose data is kept as terms: its steps unrolled in one solver."""

from __future__ import annotations

from functools import partial
from typing import Any

import z3

from statecheck.single.claims.predicates import Holding
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.execution.giving_up import OutOfTime
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import plain, symbol
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Move, Route, move, plain_choice
from statecheck.single.running.subject import Clock
from statecheck.smt.solving import WORK, check_sat

LEAPS, LEAP_WORK = 60_000, 4_000_000
"""So many steps of edges are unrolled at once, and Z3's measure of the work on each question."""

SHORTENING = 1.0
"""Seconds in which a shorter run than one that was found is looked for."""

STAGES = (12, 25, 50, 100)
"""Runs of up to so many steps are asked about, in this order."""


class Unrolling:
    """The automaton unrolled step by step from its start, in one solver."""

    def __init__(self, automaton: Automaton, goal: Goal) -> None:
        self.automaton, self.goal = automaton, goal
        self.variables = automaton.variables
        self.solver = z3.SimpleSolver()
        self.solver.set("rlimit", WORK)
        self.depth = 0
        """The number of steps that is looked at next: no run has fewer."""
        self.layers: list[set[Node]] = [{automaton.nodes[0]}]
        self.solver.add(self._at(0, automaton.nodes[0]))
        for variable, term in automaton.start.items():
            self.solver.add(self._variable(0, variable) == term)

    def search(self, clock: Clock, seconds: float, most: int) -> Route | None:
        """A shortest run, within some seconds; None if none was found in time."""
        watch = clock.at_most(seconds)
        while self.depth <= most and self.layers[-1]:
            goal = self._goal()
            if goal is not None:
                try:
                    answer = check_sat(self.solver, [goal], lambda: watch.left(seconds))
                except OutOfTime:
                    return None
                if answer == z3.sat:
                    return self._route(self.solver.model())
                if answer == z3.unknown:
                    return None
            self._deepen()
        return None

    def leap(self, clock: Clock, seconds: float, most: int) -> tuple[Route, bool] | None:
        """A run of up to so many steps, and whether none is shorter: many lengths are asked about
        at once, which is often easier than one after the other. To be used before anything else.
        """
        watch = clock.at_most(seconds)
        self.solver.set("rlimit", LEAP_WORK)
        most = min(most, LEAPS // max(1, len(self.automaton.edges)))
        found: Route | None = None
        try:
            for end in sorted({min(most, stage) for stage in STAGES}):
                goals: list[tuple[int, z3.BoolRef]] = []
                while self.depth <= end and self.layers[-1]:
                    watch.left(1)
                    goal = self._goal()
                    goals += [] if goal is None else [(self.depth, goal)]
                    self._deepen()
                while goals:
                    some = z3.Bool(f"goal@any@{goals[0][0]}@{len(goals)}")
                    self.solver.add(z3.Implies(some, z3.Or([literal for _, literal in goals])))
                    answer = check_sat(self.solver, [some], partial(watch.left, seconds))
                    if answer != z3.sat:
                        break
                    model = self.solver.model()
                    self.depth = next(k for k, goal in goals if z3.is_true(model.eval(goal)))
                    found = self._route(model)
                    watch = watch.at_most(SHORTENING)
                    goals = [(k, goal) for k, goal in goals if k < self.depth]
                else:
                    answer = z3.unsat
                if found is not None or answer != z3.unsat:
                    return None if found is None else (found, answer == z3.unsat)
        except OutOfTime:
            return None if found is None else (found, False)
        return None

    def _goal(self) -> z3.BoolRef | None:
        """The target after just so many steps, as one literal."""
        options = []
        if self.goal.edges:
            if self.depth == 0:
                return None
            for edge, condition in self.goal.edges.items():
                if edge.source in self.layers[self.depth - 1]:
                    options.append(
                        z3.And(
                            self._taken(self.depth - 1, edge),
                            self._renamed(condition, self.depth - 1, edge),
                        )
                    )
        for node, holdings in self.goal.nodes.items():
            if node in self.layers[self.depth]:
                for number, holding in enumerate(holdings):
                    options.append(self._held(node, number, holding))
        if not options:
            return None
        literal = z3.Bool(f"goal@{self.depth}")
        self.solver.add(z3.Implies(literal, z3.Or(options)))
        return literal

    def _held(self, node: Node, number: int, holding: Holding) -> z3.BoolRef:
        local = [(symbol(s.name, s.kind), self._local_at_end(s, number)) for s in holding.locals]
        condition = holding.condition
        if condition is not True:
            condition = z3.substitute(condition, *self._pairs(self.depth), *local)
        bounds = [z3.substitute(r, *local) for r in ranges(holding.locals)]
        return z3.And(self._at(self.depth, node), condition, *bounds)

    def _deepen(self) -> None:
        step = self.depth
        following: dict[Node, list[z3.BoolRef]] = {}
        for node in self.layers[step]:
            for edge in node.edges:
                taken = self._taken(step, edge)
                following.setdefault(edge.target, []).append(taken)
                effects = [
                    self._variable(step + 1, variable) == self._renamed(term, step, edge)
                    for variable, term in edge.updates.items()
                ]
                guard = self._renamed(edge.guard, step, edge)
                self.solver.add(z3.Implies(taken, z3.And(self._at(step, node), guard, *effects)))
        for node, ways in following.items():
            self.solver.add(z3.Implies(self._at(step + 1, node), z3.Or(ways)))
        self.layers.append(set(following))
        self.depth += 1

    def _at(self, step: int, node: Node) -> z3.BoolRef:
        return z3.Bool(f"at@{step}@{node.number}")

    def _taken(self, step: int, edge: Edge) -> z3.BoolRef:
        return z3.Bool(f"take@{step}@{edge.source.number}@{edge.source.edges.index(edge)}")

    def _variable(self, step: int, variable: Variable) -> z3.ExprRef:
        return symbol(f"{variable.name}@{step}", variable.kind)

    def _local(self, step: int, edge: Edge, name: str, kind: Any) -> z3.ExprRef:
        return symbol(f"{name}@{step}", kind)

    def _local_at_end(self, local: Any, number: int) -> z3.ExprRef:
        return symbol(f"{local.name}@end@{self.depth}@{number}", local.kind)

    def _pairs(self, step: int) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
        return [(symbol(v.name, v.kind), self._variable(step, v)) for v in self.variables]

    def _renamed(self, term: Any, step: int, edge: Edge) -> Any:
        if term is None or isinstance(term, bool):
            return z3.BoolVal(term is not False)
        local = [
            (symbol(s.name, s.kind), self._local(step, edge, s.name, s.kind)) for s in edge.locals
        ]
        return z3.substitute(term, *self._pairs(step), *local)

    def _route(self, model: z3.ModelRef) -> Route:
        """The run that a model has, read backwards from the target."""
        last: tuple[Any, ...] = ()
        step = self.depth
        steps: list[tuple[Edge, dict[Any, Any]]] = []
        node: Node | None = None
        for edge, condition in self.goal.edges.items():
            if step and edge.source in self.layers[step - 1]:
                held = z3.And(self._taken(step - 1, edge), self._renamed(condition, step - 1, edge))
                if z3.is_true(model.eval(held, model_completion=True)):
                    steps.append((edge, self._values(model, step - 1, edge)))
                    node, step = edge.source, step - 1
                    break
        if node is None:
            node, last = self._end(model)
        while step:
            step -= 1
            edge = next(
                edge
                for other in self.layers[step]
                for edge in other.edges
                if edge.target is node
                and z3.is_true(model.eval(self._taken(step, edge), model_completion=True))
            )
            steps.append((edge, self._values(model, step, edge)))
            node = edge.source
        steps.reverse()
        moves: tuple[Move, ...] = tuple(move(edge, values) for edge, values in steps)
        return Route(moves, tuple(e for e, _ in steps), tuple(v for _, v in steps), last)

    def _end(self, model: z3.ModelRef) -> tuple[Node, tuple[Any, ...]]:
        for node, holdings in self.goal.nodes.items():
            if node not in self.layers[self.depth]:
                continue
            for number, holding in enumerate(holdings):
                held = self._held(node, number, holding)
                if z3.is_true(model.eval(held, model_completion=True)):
                    values = {
                        s: plain(
                            model.eval(self._local_at_end(s, number), model_completion=True), s.kind
                        )
                        for s in holding.locals
                    }
                    return node, plain_choice(holding.inputs, values)
        raise AssertionError("the model reaches the target somewhere")

    def _values(self, model: z3.ModelRef, step: int, edge: Edge) -> dict[Any, Any]:
        return {
            s: plain(
                model.eval(self._local(step, edge, s.name, s.kind), model_completion=True), s.kind
            )
            for s in edge.locals
        }
