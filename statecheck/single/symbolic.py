"""Reachability where data is kept as terms: runs by unrolling, proofs by an invariant.

Z3's Spacer finds an invariant, one formula for each control state; it counts only after plain
solver queries have shown that it holds at the start, that every edge keeps it, and that it excludes
the target.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import z3

from statecheck.single.automaton import Automaton, Edge, Node, Variable
from statecheck.single.claims import Claim, Expression
from statecheck.single.decide import Answer, Reached, Unknown, Unreachable, played
from statecheck.single.formulas import in_words
from statecheck.single.paths import ranges
from statecheck.single.predicates import Holding
from statecheck.single.reach import Move, Route, Target, move, plain_choice
from statecheck.single.subject import Clock, Subject
from statecheck.single.values import plain, symbol
from statecheck.smt.solving import check_sat

FIRST, SEARCH, PROOF = 0.3, 8.0, 6.0
"""Seconds for the first search for runs, for the second one, and for a proof."""

DEPTH = 400
"""Runs of more steps are not looked for."""


class Goal:
    """Where a target can be reached, as conditions on nodes and edges."""

    def __init__(self, automaton: Automaton, target: Target) -> None:
        self.nodes: dict[Node, list[Holding]] = {}
        self.edges: dict[Edge, Any] = {}
        if target.in_nodes is not None:
            for node in automaton.nodes:
                found = target.in_nodes(node)
                if found:
                    self.nodes[node] = found
        if target.on_edges is not None:
            for edge in automaton.edges:
                condition = target.on_edges(edge)
                if condition is not False:
                    self.edges[edge] = condition


def reachable(
    subject: Subject, expression: Expression, claim: Claim, target: Target, depth: int | None
) -> Answer:
    """Whether some run of the automaton reaches the target."""
    automaton, clock = subject.automaton, subject.clock
    goal = Goal(automaton, target)
    if not goal.nodes and not goal.edges:
        if automaton.complete:
            return Unreachable("by itself")
        return Unknown(_incomplete(automaton))
    search = Unrolling(automaton, goal)
    most = DEPTH if depth is None else depth
    route = search.search(clock, FIRST, most)
    proof: Unreachable | Unknown | None = None
    if route is None:
        proof = (
            prove(automaton, goal, clock) if automaton.complete else Unknown(_incomplete(automaton))
        )
        if isinstance(proof, Unreachable):
            return proof
        route = search.search(clock, SEARCH, most)
    if route is not None:
        return played(subject, automaton, expression, claim, route, shortest=search.complete)
    assert isinstance(proof, Unknown)
    return Unknown(f"no run of up to {search.depth - 1} steps gets there, and {proof.why}")


def _incomplete(automaton: Automaton) -> str:
    return (
        f"there are more than {len(automaton.nodes) - 1} control states; data that only grows is "
        "best kept in numbers"
    )


# -- runs -----------------------------------------------------------------------------------------


class Unrolling:
    """The automaton unrolled step by step from its start, in one solver."""

    def __init__(self, automaton: Automaton, goal: Goal) -> None:
        self.automaton, self.goal = automaton, goal
        self.variables = automaton.variables
        self.solver = z3.SimpleSolver()
        self.depth = 0
        """The number of steps that is looked at next: no run has fewer."""
        self.complete = True
        self.layers: list[set[Node]] = [{automaton.nodes[0]}]
        self.solver.add(self._at(0, automaton.nodes[0]))
        for variable, term in automaton.start.items():
            self.solver.add(self._variable(0, variable) == term)

    def search(self, clock: Clock, seconds: float, most: int) -> Route | None:
        """A shortest run, within some seconds; None if none was found in time."""
        watch = Clock(clock.left(seconds))
        while self.depth <= most and self.layers[-1]:
            goal = self._goal()
            if goal is not None:
                try:
                    answer = check_sat(self.solver, [goal], lambda: watch.left(seconds))
                except Exception as error:
                    if type(error).__name__ == "OutOfTime":
                        return None
                    raise
                if answer == z3.sat:
                    return self._route(self.solver.model())
                if answer == z3.unknown:
                    return None
            self._deepen()
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


# -- proofs ---------------------------------------------------------------------------------------

Invariant = dict[Node, z3.BoolRef]


def prove(automaton: Automaton, goal: Goal, clock: Clock) -> Unreachable | Unknown:
    """A proof that the target is out of reach, if Spacer finds one."""
    invariant = find_invariant(automaton, goal, clock)
    if invariant is None:
        return Unknown("no invariant was found that excludes it")
    broken = is_broken(automaton, invariant, goal, clock)
    if broken:
        return Unknown(f"the invariant that was found does not hold: {broken}")
    return Unreachable("", tuple(shown(automaton, invariant)))


def find_invariant(automaton: Automaton, goal: Goal, clock: Clock) -> Invariant | None:
    """A formula for each node that excludes the target, as Spacer sees it."""
    for step in ("inline_eager", "inline_linear", "slice"):
        z3.set_param(f"fp.xform.{step}", False)
    solver = z3.SolverFor("HORN")
    solver.set("timeout", math.ceil(clock.left(PROOF) * 1000))
    relations = {node: _relation(node) for node in automaton.nodes}
    first = automaton.nodes[0]
    solver.add(relations[first](*[automaton.start[v] for v in first.variables]))
    for edge in automaton.edges:
        head = relations[edge.target](*[edge.updates[v] for v in edge.target.variables])
        solver.add(_rule(relations, edge, [], head))
    for node, holdings in goal.nodes.items():
        for holding in holdings:
            bounds = [*ranges(holding.locals), *ranges(node.variables)]
            body = [_applied(relations[node], node), *_terms([holding.condition]), *bounds]
            solver.add(_closed([*node.variables, *holding.locals], body, z3.BoolVal(False)))
    for edge, condition in goal.edges.items():
        solver.add(_rule(relations, edge, _terms([condition]), z3.BoolVal(False)))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return {node: _meaning(model, relations[node], node) for node in automaton.nodes}


def _meaning(model: z3.ModelRef, relation: Any, node: Node) -> z3.BoolRef:
    """What a model says of a node; a relation that it leaves open is false, as none was needed."""
    body = z3.simplify(model.eval(_applied(relation, node)))
    return z3.simplify(z3.substitute(body, (_applied(relation, node), z3.BoolVal(False))))


def _relation(node: Node) -> Any:
    return z3.Function(f"in{node.number}", *_sorts(node), z3.BoolSort())


def _sorts(node: Node) -> list[z3.SortRef]:
    return [symbol(v.name, v.kind).sort() for v in node.variables]


def _applied(relation: Any, node: Node) -> z3.BoolRef:
    return relation(*[symbol(v.name, v.kind) for v in node.variables])


def _rule(relations: Any, edge: Edge, more: list[Any], head: z3.BoolRef) -> z3.BoolRef:
    body = [
        _applied(relations[edge.source], edge.source),
        *_terms([edge.guard]),
        *ranges(edge.source.variables),
        *more,
    ]
    return _closed([*edge.source.variables, *edge.locals], body, head)


def _terms(conditions: list[Any]) -> list[z3.BoolRef]:
    return [c for c in conditions if c is not None and c is not True]


def _closed(symbols: Any, body: list[z3.BoolRef], head: z3.BoolRef) -> z3.BoolRef:
    rule = z3.Implies(z3.And(body), head)
    bound = list({str(s.name): symbol(s.name, s.kind) for s in symbols}.values())
    return z3.ForAll(bound, rule) if bound else rule


def is_broken(automaton: Automaton, invariant: Invariant, goal: Goal, clock: Clock) -> str:
    """Where an invariant fails, by plain queries; empty where it holds and excludes the goal."""
    first = automaton.nodes[0]
    pairs = [(symbol(v.name, v.kind), term) for v, term in automaton.start.items()]
    if not _excluded([z3.Not(z3.substitute(invariant[first], *pairs))], clock):
        return "it is false at the start"
    for edge in automaton.edges:
        moved = [(symbol(v.name, v.kind), term) for v, term in edge.updates.items()]
        after = z3.substitute(invariant[edge.target], *moved)
        body = [invariant[edge.source], *_terms([edge.guard]), *ranges(edge.source.variables)]
        if not _excluded([*body, z3.Not(after)], clock):
            return f"{edge.event} does not keep it"
        if edge in goal.edges and not _excluded([*body, *_terms([goal.edges[edge]])], clock):
            return f"it does not exclude {edge.event}"
    for node, holdings in goal.nodes.items():
        for holding in holdings:
            bounds = [*ranges(holding.locals), *ranges(node.variables)]
            if not _excluded([invariant[node], *_terms([holding.condition]), *bounds], clock):
                return "it does not exclude a state"
    return ""


def _excluded(conditions: list[z3.BoolRef], clock: Clock) -> bool:
    solver = z3.Solver()
    solver.add(*conditions)
    return bool(check_sat(solver, (), lambda: clock.left(PROOF)) == z3.unsat)


def shown(automaton: Automaton, invariant: Invariant) -> Iterator[str]:
    """An invariant in the words of the model, control state by control state."""
    for node in automaton.nodes:
        formula = invariant[node]
        where = " + ".join(str(value) for value in node.control.states)
        kept = ", ".join(
            f"{name} == {value!r}"
            for (_, name), value in node.data.items()
            if len({repr(other.data.get((_, name))) for other in automaton.nodes}) > 1
        )
        place = f"{where} with {kept}" if kept else where
        if z3.is_true(formula):
            continue
        if z3.is_false(formula):
            yield f"never in {place}"
        else:
            yield f"in {place}: {in_words(formula)}"


__all__ = ["Reached", "Unrolling", "prove", "reachable"]
