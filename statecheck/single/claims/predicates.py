"""Where a claim's expression holds: in which nodes and on which edges, under which condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Expression, Moment, StepFacts
from statecheck.single.claims.options import EdgeConditions, NodeOptions
from statecheck.single.claims.views import UNSEEN, Views
from statecheck.single.execution.attempt import World
from statecheck.single.execution.automaton import Edge, Local, Node, Variable
from statecheck.single.execution.choices import Any_, combinations, spread
from statecheck.single.execution.giving_up import Unexplored
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import Kind
from statecheck.single.reading.specimen import ABSENT, Attribute, Specimen, attributes, class_value

Condition = Any
"""True, False, or a term over variables and locals."""


@dataclass(frozen=True, eq=False)
class Holding:
    """An expression holds in a node, for these inputs, under a condition."""

    inputs: tuple[tuple[Attribute, Any], ...]
    locals: tuple[Local, ...]
    condition: Condition


class Reader:
    """Evaluates expressions in nodes, on edges, and on a machine that really runs."""

    def __init__(self, specimen: Specimen, world: World) -> None:
        self.specimen, self.world = specimen, world
        self.names = field_names(specimen)
        self.attribute = {name: attribute for attribute, name in self.names.items()}
        self.conditions = EdgeConditions()

    # -- moments ----------------------------------------------------------------------------------

    def _moment(
        self, node: Node, terms: Mapping[Any, Any], inputs: Mapping[Attribute, Any]
    ) -> Moment:
        fields: dict[str, Any] = {}
        held: dict[Attribute, Any] = dict.fromkeys(self.world.inputs, UNSEEN)
        for attribute, name in self.names.items():
            if attribute in inputs:
                fields[name] = held[attribute] = inputs[attribute]
            elif attribute in node.data:
                fields[name] = held[attribute] = node.data[attribute]
            else:
                default = self.specimen.default(attribute)
                if default is not ABSENT:
                    fields[name] = default
        for variable in node.variables:
            from statecheck.single.execution.terms import symbol, wrapped

            term = terms.get(variable)
            if term is None:
                term = symbol(variable.name, variable.kind)
            if variable.attribute in self.names:
                fields[self.names[variable.attribute]] = wrapped(term, variable.kind)
                held[variable.attribute] = fields[self.names[variable.attribute]]
        options = NodeOptions(self.conditions, node, terms, inputs)
        views = Views(self.specimen.owners, held, self.specimen.freezer.shared)
        return Moment(self.active(node), fields, options, node.memory, views)

    def active(self, node: Node) -> frozenset[str]:
        """The ids of a node's active states."""
        return frozenset(self.specimen.states[value].id for value in node.control.states)

    def actual(self, owners: list[Any], node: Node, values: Mapping[Variable, Any]) -> Moment:
        """The moment that a machine is in, which is in a node with values for its variables."""
        machine = owners[0]
        active = frozenset(state.id for state in machine.configuration)
        held = dict(attributes(owners))
        fields: dict[str, Any] = {}
        for attribute, name in self.names.items():
            value = held.get(attribute, ABSENT)
            if value is ABSENT:
                value = class_value(type(owners[attribute[0]]), attribute[1])
            if value is not ABSENT:
                fields[name] = value
        terms: dict[Variable, Any] = {}
        if values:
            from statecheck.single.execution.values import term_of

            terms = {variable: term_of(value) for variable, value in values.items()}
        inputs = {
            a: fields[self.names[a]] for a in self.world.inputs if self.names.get(a) in fields
        }
        options = NodeOptions(self.conditions, node, terms, inputs, is_plain=True)
        views = Views(owners, held, self.specimen.freezer.shared)
        return Moment(active, fields, options, views=views)

    # -- expressions ------------------------------------------------------------------------------

    def in_node(self, expression: Expression, node: Node, fields: frozenset[str]) -> list[Holding]:
        """Where an expression holds in a node: for which inputs."""
        asked = {
            attribute: domain
            for attribute, domain in self.world.inputs.items()
            if self.names.get(attribute) in fields
        }
        found = []
        for chosen in combinations(spread(asked, {})):
            locals_: list[Local] = []
            inputs: dict[Attribute, Any] = {}
            for attribute, value in chosen.items():
                if isinstance(value, Any_) and value.kind is Kind.FLOAT:
                    raise ModelError(
                        f"{self.names[attribute]} is an input and a float, of which nothing can be "
                        "said"
                    )
                if isinstance(value, Any_):
                    from statecheck.single.execution.terms import symbol, wrapped

                    local = Local(f"set!{attribute[1]}.{attribute[0]}", value.kind)
                    locals_.append(local)
                    inputs[attribute] = wrapped(symbol(local.name, local.kind), local.kind)
                else:
                    inputs[attribute] = value
            moment = self._moment(node, {}, inputs)
            condition = self.evaluated(partial(expression, moment, None, None), moment, None)
            if condition is not False:
                found.append(Holding(tuple(inputs.items()), tuple(locals_), condition))
        return found

    def on_edge(self, expression: Expression, edge: Edge) -> Condition:
        """Under which condition an expression holds of a step."""
        before, after, facts = self.around(edge)
        return self.evaluated(lambda: expression(before, after, facts), before, after)

    def around(self, edge: Edge) -> tuple[Moment, Moment, StepFacts]:
        """The moments before and after a step, and the facts about it."""
        inputs = dict(edge.inputs)
        before = self._moment(edge.source, {}, inputs)
        after = self._moment(edge.target, edge.updates, inputs | dict(edge.outputs))
        return before, after, facts_of(edge)

    def at_start(self, node: Node, terms: Mapping[Variable, Any]) -> Moment:
        """The first moment, its inputs as they happen to be."""
        return self._moment(node, terms, {})

    def evaluated(self, run: Callable[[], Any], before: Moment, after: Moment | None) -> Condition:
        """The condition under which code is true that looks at moments; False where it looks at
        what follows a state that was not explored: nothing is known to hold there.
        """
        try:
            return self.condition(run, before, after)
        except Unexplored:
            return False

    @staticmethod
    def condition(run: Callable[[], Any], before: Moment, after: Moment | None) -> Condition:
        """The condition under which code is true that looks at moments. Raises Unexplored."""
        moments = [before] if after is None else [before, after]
        plain = not any(
            type(value) in SYMBOLIC for moment in moments for value in moment.fields.values()
        )
        options = [moment.options for moment in moments if moment.options is not None]
        if plain and not any(one.is_symbolic for one in options):
            return bool(run())
        from statecheck.single.claims.conditions import merged

        return merged(run)


def facts_of(edge: Edge) -> StepFacts:
    """The facts about a step besides the states before and after it."""
    return StepFacts(edge.event, edge.raised, edge.raised_in, edge.seen, edge.refused)


def field_names(specimen: Specimen) -> dict[Attribute, str]:
    """The fields that claims may name: the machine's own, then its model's and its listeners'.

    One whose name is taken goes by the name of its owner, too.
    """
    from statecheck.single.reading.fields import candidates

    found: dict[Attribute, str] = {}
    taken: set[str] = {state.id for state in specimen.states.values()}
    for attribute, _ in sorted(candidates(specimen), key=lambda pair: pair[0]):
        for name in (attribute[1], specimen.named(attribute)):
            if name not in taken:
                taken.add(name)
                found[attribute] = name
                break
    return found


def qualified_names(specimen: Specimen, names: Mapping[Attribute, str]) -> dict[str, str]:
    """The fields of the model and of listeners by the names that have their owners in them."""
    found: dict[str, str] = {}
    for attribute, name in names.items():
        if attribute[0]:
            found.setdefault(specimen.named(attribute), name)
    return found


def violation(premise: Expression | None, conclusion: Expression) -> Expression:
    """The expression that holds where a claim is broken."""

    def broken(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        if premise is not None and not premise(before, after, step):
            return False
        return not conclusion(before, after, step)

    return broken


def conjunction(premise: Expression | None, conclusion: Expression) -> Expression:
    """The expression that holds where both do."""
    if premise is None:
        return conclusion

    def both(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        return bool(premise(before, after, step)) and conclusion(before, after, step)

    return both


def premise_of(claim: Claim) -> Expression:
    """The premise; always true where there is none."""

    def holds(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        return True if claim.premise is None else claim.premise(before, after, step)

    return holds
