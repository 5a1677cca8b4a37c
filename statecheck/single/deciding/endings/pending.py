"""The pending states of a claim about the end of runs: reached from its premise, and the goal is
not reached yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.clock import heed
from statecheck.single.claims.claims import Claim, Expression, Moment, StepFacts
from statecheck.single.execution.automaton import Automaton, Edge, Local, Node, Variable
from statecheck.single.execution.choices import Any_, combinations, spread
from statecheck.single.running.reach import breadth_first, feasible, solved
from statecheck.single.running.subject import Subject


@dataclass(frozen=True)
class EndAssumptions:
    """Assumptions about whole runs: events to which they are weakly or strongly fair, steps that
    are ``never`` seen from the premise on, and steps that are seen ``finitely`` often.
    """

    weak: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    never: tuple[Claim, ...] = ()
    finitely: tuple[Claim, ...] = ()

    @property
    def restrict(self) -> bool:
        """Perhaps no run at all is so; weak fairness alone can always be had."""
        return bool(self.strong or self.never or self.finitely)


class Pending:
    """The pending states of a claim, and the steps between them.

    ``steps`` may be taken without reaching the goal, ``looping`` of them again and again;
    ``conditions`` has for each those under which that is so. With variables there are more states
    and steps than there are in truth; then only that no lasso is found means something.
    """

    def __init__(
        self, subject: Subject, automaton: Automaton, said: Claim, assumed: EndAssumptions
    ) -> None:
        self.subject, self.automaton, self.said = subject, automaton, said
        self.assumed = assumed
        assert said.premise is not None
        self.premise: Expression = said.premise
        self.starts = [node for node in self._reached() if self.may_hold(self.is_open, node)]
        self.steps: dict[Node, list[Edge]] = {}
        self.looping: dict[Node, list[Edge]] = {}
        self.conditions: dict[Edge, list[Any]] = {}
        self.came: dict[Node, Edge | None] = dict.fromkeys(self.starts)
        queue = list(self.starts)
        for node in queue:
            self._look(node)
            for edge in self.steps[node]:
                if edge.target not in self.came:
                    self.came[edge.target] = edge
                    queue.append(edge.target)
        self.nodes = queue

    def _reached(self) -> Iterable[Node]:
        if self.automaton.variables:
            return self.automaton.nodes
        return [node for node, _ in breadth_first(self.automaton)]

    def is_open(self, before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        """The premise holds, and the goal does not yet."""
        if not self.premise(before, after, step):
            return False
        return True if self.said.on_step else not self.said.conclusion(before, after, step)

    def may_hold(self, expression: Expression, node: Node) -> bool:
        """Tell whether an expression about states holds in a node, for some values."""
        return any(
            solved([h.condition], [*h.locals, *node.variables]) is not None
            for h in self.subject.reader.in_node(expression, node, self.said.fields)
        )

    def missed(self, before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        """The goal is not reached."""
        return not self.said.conclusion(before, after, step)

    def _look(self, node: Node) -> None:
        """Find the steps that stay pending."""
        self.steps[node], self.looping[node] = [], []
        for edge in node.edges:
            wanted: list[Expression] = [self.missed] if self.said.on_step else []
            wanted += [_not(step) for step in self.assumed.never]
            conditions = self._possible(edge, [edge.guard], wanted)
            if conditions is None:
                continue
            if not self.said.on_step and not self.may_hold(self.missed, edge.target):
                continue
            self.steps[node].append(edge)
            self.conditions[edge] = conditions
            again = self._possible(edge, conditions, [_not(s) for s in self.assumed.finitely])
            if again is not None:
                self.looping[node].append(edge)

    def lead(self, node: Node) -> list[Edge]:
        """The steps from where something is awaited to a node where it still is."""
        steps: list[Edge] = []
        while (edge := self.came[node]) is not None:
            steps.append(edge)
            node = edge.source
        return steps[::-1]

    def repeated(self, edge: Edge) -> list[Any]:
        """Conditions under which a step may be taken again and again."""
        reader = self.subject.reader
        seldom = [reader.on_edge(_not(step), edge) for step in self.assumed.finitely]
        return [*self.conditions[edge], *seldom]

    def values(self, edge: Edge, *, again: bool) -> dict[Any, Any]:
        """Values for the choices in a step, which may be taken ``again`` and again."""
        wanted = [_not(step) for step in self.assumed.finitely] if again else []
        conditions = self._possible(edge, self.conditions[edge], wanted) or [False]
        return solved(conditions, edge.locals) or {}

    def _possible(
        self, edge: Edge, known: Sequence[Any], wanted: Sequence[Expression]
    ) -> list[Any] | None:
        """Conditions together with those of expressions about a step; None: they exclude it."""
        conditions = [*known, *(self.subject.reader.on_edge(e, edge) for e in wanted)]
        symbols: list[Local | Variable] = [*edge.locals, *edge.source.variables]
        return None if solved(conditions, symbols) is None else conditions

    # -- fairness ---------------------------------------------------------------------------------

    def may_be_idle(self, node: Node, event: str) -> bool:
        """Tell whether an event would do nothing in a node, for some inputs and data."""
        if not self.automaton.is_expanded(node):
            return False
        edges = [edge for edge in node.edges if edge.event == event and edge.taken]
        if not edges:
            return True
        for chosen in combinations(spread(self.subject.world.inputs, {})):
            same = [edge for edge in edges if agree(edge, chosen)]
            if not same:
                return True
            if any(edge.guard is None for edge in same):
                continue
            if _may_lead_nowhere(node, same):
                return True
        return False

    def may_rest(self, node: Node, events: Sequence[str]) -> bool:
        """Tell whether nothing need happen in a node any more: all of some events would do nothing,
        for the same data, with which the goal is not reached.
        """
        if not all(self.may_be_idle(node, event) for event in events):
            return False
        if not node.variables or self.subject.world.inputs:
            return True
        missed = [] if self.said.on_step else self._where_missed(node)
        ways = [edge for edge in node.edges if edge.event in events and edge.taken]
        return _may_lead_nowhere(node, ways, missed)

    def _where_missed(self, node: Node) -> list[Any]:
        """The condition on the data of a node under which the goal is not reached in it."""
        import z3

        holdings = self.subject.reader.in_node(self.missed, node, self.said.fields)
        if any(h.condition is True or h.locals for h in holdings):
            return []
        return [z3.Or([h.condition for h in holdings])]

    def may_be_taken(self, node: Node, event: str) -> bool:
        """Tell whether an event would do something in a node, for some inputs and data."""
        if not self.automaton.is_expanded(node):
            return True
        edges = [edge for edge in node.edges if edge.event == event and edge.taken]
        if node.variables:
            return bool(edges)
        return any(feasible(edge) is not None for edge in edges)


def _not(step: Claim) -> Expression:
    """The expression that a step is none of those that another one describes."""

    def other(before: Moment, after: Moment | None, facts: StepFacts | None) -> Any:
        return not step.conclusion(before, after, facts)

    return other


def agree(edge: Edge, chosen: dict[Any, Any]) -> bool:
    """Tell whether an edge belongs to a choice of inputs."""
    for attribute, value in edge.inputs:
        wanted = chosen[attribute]
        if isinstance(wanted, Any_):
            continue
        if type(value) is not type(wanted) or value != wanted:
            return False
    return True


def _may_lead_nowhere(node: Node, edges: Sequence[Edge], known: Sequence[Any] = ()) -> bool:
    """Tell whether for some data, of which conditions are ``known``, and some inputs no arguments
    lead along any of the edges.
    """
    import z3

    from statecheck.single.execution.giving_up import milliseconds
    from statecheck.single.execution.paths import ranges
    from statecheck.single.execution.terms import symbol
    from statecheck.smt.solving import is_impossible

    conditions: list[z3.BoolRef] = [*ranges(node.variables), *known]
    for edge in edges:
        arguments = [s for s in edge.locals if s.name.startswith("arg!")]
        guard = edge.guard
        if arguments:
            guard = z3.Exists([symbol(s.name, s.kind) for s in arguments], guard)
        conditions.append(z3.Not(guard))
        conditions += ranges([s for s in edge.locals if not s.name.startswith("arg!")])
    heed()
    return not is_impossible(conditions, lambda: milliseconds(2000) / 1000)
