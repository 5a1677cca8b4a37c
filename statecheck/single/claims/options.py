"""The events that can happen next: in a node of the automaton, under which condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from statecheck.single.execution.automaton import Edge, Local, Node, Variable
from statecheck.single.execution.giving_up import Unexplored, UnknownError
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import same
from statecheck.single.reading.specimen import Attribute


class EdgeConditions:
    """The conditions under which edges can be taken at all, each found out once."""

    def __init__(self) -> None:
        self._of_arguments: dict[Edge, Any] = {}
        self._of_all: dict[Edge, Any] = {}

    def for_some_arguments(self, edge: Edge) -> Any:
        """True, or a term over variables and inputs: some arguments lead along an edge."""
        return self._found(self._of_arguments, edge, [s for s in edge.locals if not _is_input(s)])

    def at_all(self, edge: Edge) -> Any:
        """True, or a term over variables: some arguments and inputs lead along an edge."""
        return self._found(self._of_all, edge, [*edge.locals])

    @staticmethod
    def _found(known: dict[Edge, Any], edge: Edge, chosen: list[Local]) -> Any:
        if edge.guard is None:
            return True
        if edge not in known:
            from statecheck.single.claims.conditions import eliminated

            known[edge] = eliminated(edge.guard, chosen)
        return known[edge]


def _is_input(local: Local) -> bool:
    return local.name.startswith("set!")


class NodeOptions:
    """The options in a node, for given terms of its variables and given inputs."""

    def __init__(
        self,
        conditions: EdgeConditions,
        node: Node,
        terms: Mapping[Variable, Any],
        inputs: Mapping[Attribute, Any],
        *,
        is_plain: bool = False,
    ) -> None:
        self.is_plain = is_plain
        self.conditions, self.node = conditions, node.origin or node
        self.terms, self.inputs = terms, inputs

    @property
    def is_symbolic(self) -> bool:
        """The answers may be terms."""
        if self.is_plain:
            return False
        return bool(self.node.variables) or any(edge.locals for edge in self.node.edges)

    def enabled(self, event: str) -> Any:
        """Some arguments make a transition of the event fire, with the inputs as they are.

        Raises Unexplored, and UnknownError where Z3 does not find the condition.
        """
        self._check()
        return self._any(
            self._with_inputs(edge)
            for edge in self.node.edges
            if edge.event == event and edge.seen.enabled
        )

    def deadlock(self) -> Any:
        """The machine has not ended, and no event makes any transition fire, whatever it is sent
        with and whatever the inputs are set to. Raises as `enabled` does.
        """
        self._check()
        if not self.node.control.running:
            return False
        moves = self._any(
            self._now(self.conditions.at_all(edge)) for edge in self.node.edges if edge.taken
        )
        if isinstance(moves, bool):
            return not moves
        import z3

        return self._value(z3.Not(moves.term))

    def _check(self) -> None:
        if not self.node.expanded:
            raise Unexplored

    def _with_inputs(self, edge: Edge) -> Any:
        """The condition that an edge can be taken with the inputs as they are; False: it cannot."""
        conditions = [self.conditions.for_some_arguments(edge)]
        pairs = []
        for attribute, wanted in edge.inputs:
            if attribute not in self.inputs:
                raise UnknownError(f"the input {attribute[1]} has no name in claims")
            given = self.inputs[attribute]
            if type(wanted) in SYMBOLIC:
                from statecheck.single.execution.values import term_of
                from statecheck.single.reading.kinds import kind_of

                own = type(given) in SYMBOLIC
                if (given.kind if own else kind_of(given)) != wanted.kind:
                    return False
                pairs.append((wanted.term, given.term if own else term_of(given)))
            elif type(given) in SYMBOLIC:
                conditions.append(_equal(given, wanted))
            elif not same(given, wanted):
                return False
        return self._now(_all(conditions), pairs)

    def _now(self, condition: Any, pairs: Any = ()) -> Any:
        """A condition with the present terms of the variables."""
        if isinstance(condition, bool):
            return condition
        import z3

        from statecheck.single.execution.terms import symbol

        moved = [(symbol(v.name, v.kind), term) for v, term in self.terms.items()]
        return z3.simplify(z3.substitute(condition, *moved, *pairs))

    def _any(self, conditions: Iterator[Any]) -> Any:
        terms = []
        for condition in conditions:
            if condition is True:
                return True
            if condition is not False:
                terms.append(condition)
        if not terms:
            return False
        import z3

        return self._value(z3.Or(terms))

    def _value(self, term: Any) -> Any:
        """A truth value, plain where the term is."""
        import z3

        from statecheck.single.execution.terms import wrapped
        from statecheck.single.reading.kinds import Kind

        term = z3.simplify(term)
        if z3.is_true(term) or z3.is_false(term):
            return z3.is_true(term)
        if self.is_plain:
            raise UnknownError("which events are enabled")
        return wrapped(term, Kind.BOOL)


def _all(conditions: list[Any]) -> Any:
    if any(condition is False for condition in conditions):
        return False
    terms = [condition for condition in conditions if condition is not True]
    if not terms:
        return True
    import z3

    return z3.And(terms)


def _equal(given: Any, wanted: Any) -> Any:
    """The condition that a symbolic value is a plain one."""
    from statecheck.single.execution.values import term_of
    from statecheck.single.reading.kinds import kind_of

    return given.term == term_of(wanted) if kind_of(wanted) == given.kind else False
