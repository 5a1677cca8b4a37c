"""Building the automaton: the instance is put into each control state and sent each event.

Data is kept as plain values as long as that ends; attributes that take too many of them, or that
get a value which may be any, are kept as terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.execution.automaton import UNUSUAL, Automaton, Edge, Local, Node
from statecheck.single.execution.choices import OMITTED, Any_, combinations, covers, spread
from statecheck.single.execution.giving_up import Unreadable
from statecheck.single.execution.nodes import Nodes, Widen
from statecheck.single.execution.sampling import Samples
from statecheck.single.execution.widening import growing, to_widen
from statecheck.single.reading.code import Identity, Reach
from statecheck.single.reading.foreign.answers import Answers
from statecheck.single.reading.foreign.work import Ending
from statecheck.single.reading.formatting import only_said
from statecheck.single.reading.freeze import NotAnyValue, TooLarge
from statecheck.single.reading.kinds import Domain, Kind, MemberKind, kind_of
from statecheck.single.reading.parameters import UNLIKE, Events, Parameter
from statecheck.single.reading.probe import Probe, Used
from statecheck.single.reading.specimen import (
    Attribute,
    Control,
    Data,
    Outcome,
    Specimen,
)

NODES, MOST_NODES = 1_200, 8_000
"""So many control states are gone through before data is kept as terms; and so many where terms
decided nothing.
"""


SAMPLED = 250
"""So many control states are gone through where only some values are tried."""

ANYTHING = "anything"
"""Given for an argument that no code looks into."""


@dataclass(frozen=True)
class World:
    """The surroundings of a machine: its events, and the inputs that may be set between them."""

    events: Events
    inputs: dict[Attribute, Domain]


Watch = Callable[[], None]
"""Called after each run; raises ModelError where hidden state has changed, or time is over."""


class Builder:
    """Builds automata of one machine."""

    def __init__(
        self,
        specimen: Specimen,
        reach: Reach,
        world: World,
        watch: Watch,
        *,
        answers: Answers | None = None,
        with_refusals: bool = False,
    ) -> None:
        self.specimen, self.reach, self.world, self.watch = specimen, reach, world, watch
        self.answers, self.with_refusals = answers, with_refusals
        self.only_said = cache(lambda: only_said(reach))
        self.initial = specimen.control(), specimen.copied(specimen.data())
        self.inferred: dict[tuple[str, str], Domain] = {}
        self.widened: set[Attribute] = set()
        self.samples: Samples | None = None
        self.bounded: Automaton | None = None
        """The automaton of plain values up to some depth, where it is not finite."""

    def build(self) -> Automaton:
        """The automaton, complete unless nothing more can be kept as a term.

        Where code does what only single values allow, some of them are tried.
        """
        try:
            return self._exact()
        except NotAnyValue as error:
            if self.answers is not None:
                raise
            return self._sampled(error)

    def _sampled(self, why: NotAnyValue) -> Automaton:
        """Runs with some values, which prove nothing."""
        self.samples, self.widened = Samples(self.reach), set()
        attempt = _Attempt(self)
        try:
            automaton = attempt.run(SAMPLED)
        except (Widen, Used, NotAnyValue):
            raise why from None
        for node in automaton.nodes:
            node.expanded = False
        return replace(
            automaton,
            complete=False,
            explored=0,
            alternatives=attempt.alternatives,
            is_abstract=True,
            caveat=f"only some values were tried, because {why}",
        )

    def _exact(self) -> Automaton:
        while True:
            attempt = _Attempt(self)
            try:
                automaton = attempt.run(NODES)
            except Widen as need:
                self._widen(need.attributes)
                continue
            except Used as use:
                self._infer(use)
                continue
            except Unreadable as error:
                if self.bounded is None:
                    raise
                self.bounded.hindrance = str(error)
                return self.bounded
            automaton.alternatives = attempt.alternatives
            automaton.is_abstract = self.answers is not None
            if automaton.complete:
                return automaton
            automaton.growing = tuple(map(self.specimen.named, growing(attempt.known.values)))
            if not self.widened:
                self.bounded = automaton
            elif attempt.is_cut:
                return self.bounded or automaton
            more = to_widen(attempt.known.values, self.widened)
            if not more:
                return automaton
            self.widened |= more

    def deeper(self) -> Automaton | None:
        """The automaton of plain values up to a greater depth, where it is not finite."""
        if self.bounded is None or self.bounded.complete:
            return None
        terms, self.widened = self.widened, set()
        try:
            return _Attempt(self).run(MOST_NODES)
        except (Widen, Used):
            return None
        finally:
            self.widened = terms

    def _widen(self, attributes: set[Attribute]) -> None:
        if attributes <= self.widened:
            names = ", ".join(sorted(self.specimen.named(a) for a in attributes))
            raise ModelError(f"{self.specimen.cls.__name__}: {names} cannot be followed")
        self.widened |= attributes

    def _infer(self, use: Used) -> None:
        event, _, name = use.name.partition(".")
        if use.kind is None:
            raise NotAnyValue(
                f"{self.specimen.cls.__name__}: the argument {name} of {event} has no annotation "
                f"and is {use.how}, so nothing says which values it may have; annotate it"
            )
        self.inferred[event, name] = Domain((), (use.kind,))


class _Attempt:
    """One automaton under construction."""

    def __init__(self, builder: Builder) -> None:
        self.builder, self.specimen = builder, builder.specimen
        self.world, self.widened = builder.world, builder.widened
        self.known = Nodes(self.specimen, set(self.world.inputs), self.widened)
        self.nodes = self.known.nodes
        self.is_cut = False
        self.symbolic = bool(self.widened)
        self.usual = {
            (event, parameter.name): parameter.default
            for event, parameters in self.world.events.parameters.items()
            for parameter in parameters
            if parameter.default is not UNLIKE
        }
        self.alternatives = {
            event: self._alternatives(event, parameters)
            for event, parameters in self.world.events.parameters.items()
        }
        self.endings: dict[str, list[dict[Any, Any]]] = {
            ending: self._alternatives(ending, ()) for ending in self.specimen.endings
        }

    # -- what is sent -----------------------------------------------------------------------------

    def _alternatives(self, event: str, parameters: tuple[Parameter, ...]) -> list[dict[Any, Any]]:
        domains: dict[Any, Domain] = {}
        extra: dict[Any, list[Any]] = {}
        for parameter in parameters:
            domain = parameter.domain or self.builder.inferred.get((event, parameter.name))
            domains[parameter.name] = domain or Domain()
            if domain is None:
                extra[parameter.name] = [Probe(f"{event}.{parameter.name}")]
            if parameter.optional and not covers(domain, parameter.default):
                extra.setdefault(parameter.name, []).insert(0, OMITTED)
        domains.update(self.world.inputs)
        if self.builder.samples is not None:
            return list(self.builder.samples.combinations(domains, extra))
        return list(combinations(spread(domains, extra)))

    def run(self, most: int) -> Automaton:
        """Explore breadth first, up to so many nodes."""
        self.specimen.freezer.size = 0
        _, start = self.known.node(*self.builder.initial)
        done = 0
        while done < len(self.nodes):
            if len(self.nodes) > most:
                explored = self.nodes[done].depth
                return Automaton(self.nodes, start, False, explored)
            try:
                self._explore(self.nodes[done])
            except TooLarge:
                self.is_cut = True
                explored = self.nodes[done].depth
                return Automaton(self.nodes, start, False, explored)
            self.nodes[done].expanded = True
            done += 1
        return Automaton(self.nodes, start)

    def _explore(self, node: Node) -> None:
        if not node.control.running and not self.builder.with_refusals:
            return
        for event in self._relevant(node):
            for chosen in self.alternatives[event]:
                self._step(node, event, chosen)
        live = {invoked[:2] for invoked in node.control.invoked}
        for ending in self.specimen.endings:
            for chosen in self.endings[ending] if (ending.state, ending.place) in live else ():
                self._step(node, ending, chosen)

    def _relevant(self, node: Node) -> Iterator[str]:
        """The events that the library would react to at all."""
        active = [self.specimen.states[value] for value in node.control.states]
        # The library asks every ancestor of an active state, be it active itself or not.
        asked = {id(s): s for state in active for s in (state, *state.ancestors())}
        transitions = [t for s in asked.values() for t in s.transitions if not t.initial]
        always = node.control.waiting or self.builder.with_refusals
        if always or any(t.is_eventless for t in transitions):
            yield from self.alternatives
            return
        for event in self.alternatives:
            if any(transition.match(event) for transition in transitions):
                yield event

    # -- one step ---------------------------------------------------------------------------------

    def _step(self, node: Node, event: str, chosen: dict[Any, Any]) -> None:
        locals_: list[Local] = []
        values: dict[Any, Any] = {}
        for name, value in chosen.items():
            if isinstance(value, Any_):
                if value.kind is Kind.FLOAT:
                    about = name if isinstance(name, str) else self.specimen.named(name)
                    raise NotAnyValue(
                        f"{self.specimen.cls.__name__}: {about} may be any float, and no term "
                        "stands for one"
                    )
                prefix = "set" if isinstance(name, tuple) else "arg"
                label = name if isinstance(name, str) else f"{name[1]}.{name[0]}"
                usual = self.usual.get((event, name), UNUSUAL) if prefix == "arg" else UNUSUAL
                usual = usual if kind_of(usual) == value.kind else UNUSUAL
                local = Local(f"{prefix}!{label}", value.kind, usual)
                locals_.append(local)
                values[name] = self._symbol(local.name, local.kind)
            else:
                values[name] = value
        arguments = {n: v for n, v in values.items() if isinstance(n, str) and v is not OMITTED}
        inputs = {n: v for n, v in values.items() if not isinstance(n, str)}
        answers = self.builder.answers
        if not node.variables and not locals_ and answers is None:
            found = self._sent(node, event, arguments, inputs)
            self._record(node, event, arguments, inputs, None, (), found)
            return
        from statecheck.single.execution import paths
        from statecheck.single.execution import values as symbolic

        self._check_identity([*node.variables, *locals_])
        symbolic.allow_formatting(self.builder.only_said())
        if answers is not None:
            answers.is_text_allowed = self.builder.only_said
        for guard, found in paths.explored(
            lambda: self._sent(node, event, arguments, inputs), node.variables, locals_, answers
        ):
            self._record(node, event, arguments, inputs, guard, tuple(locals_), found)

    def _check_identity(self, symbols: list[Any]) -> None:
        """Raise ModelError where code asks ``is`` of what would be a symbolic value."""
        reach = self.builder.reach
        identity = reach.identity
        members = any(isinstance(s.kind, MemberKind) for s in symbols)
        if identity is Identity.ANY or (identity is Identity.MEMBERS and members):
            names = ", ".join(sorted({s.name.partition("!")[2] or s.name for s in symbols}))
            raise NotAnyValue(
                f"{self.specimen.cls.__name__}: {reach.asking()} asks `is` or type() of values, "
                f"while {names.partition('.')[0]} may be any; write == or isinstance()"
            )

    def _symbol(self, name: str, kind: Any) -> Any:
        from statecheck.single.execution.terms import symbol, wrapped

        return wrapped(symbol(name, kind), kind)

    def _sent(
        self, node: Node, event: str, arguments: dict[str, Any], inputs: dict[Any, Any]
    ) -> tuple[Control, Data, Outcome]:
        specimen = self.specimen
        data = specimen.copied(node.data)
        for variable in node.variables:
            data[variable.attribute] = self._symbol(variable.name, variable.kind)
        data.update(inputs)
        specimen.put(node.control, data)
        answers = self.builder.answers
        if answers is not None:
            answers.begin()
            answers.chosen += [event] if isinstance(event, Ending) else []
        try:
            outcome = specimen.send(event, arguments)
        finally:
            for value in arguments.values():
                if type(value) is Probe and value.use is not None:
                    use, value.use = value.use, None
                    raise use
        if answers is not None:
            outcome = replace(outcome, chosen=tuple(answers.chosen))
        after = specimen.copied(specimen.data())
        control = specimen.control()
        self.builder.watch()
        return control, after, outcome

    def _record(
        self,
        node: Node,
        event: str,
        arguments: dict[str, Any],
        inputs: dict[Any, Any],
        guard: Any,
        locals_: tuple[Local, ...],
        found: tuple[Control, Data, Outcome],
    ) -> None:
        control, data, outcome = found
        outputs = tuple(
            (name, data[name])
            for name, value in inputs.items()
            if name in data and data[name] is not value
        )
        count = len(self.nodes)
        target, updates = self.known.node(control, data)
        if target.number == count:
            target.depth = node.depth + 1
        nothing = not outcome.taken and (outcome.refused or not outcome.raised)
        quiet = nothing and target is node and not outputs
        if quiet and updates:
            from statecheck.single.execution.terms import unchanged

            quiet = unchanged(updates)
        unneeded = not outcome.seen.unhandled and not self.builder.with_refusals
        if quiet and not locals_ and not updates and unneeded:
            return
        edge = Edge(
            node,
            target,
            event,
            tuple((n, ANYTHING if type(v) is Probe else v) for n, v in arguments.items()),
            tuple(inputs.items()),
            guard,
            updates,
            locals_,
            outcome.raised,
            outcome.taken,
            outputs,
            outcome.raised_in,
            outcome.seen,
            nothing,
            outcome.chosen,
        )
        if quiet and outcome.seen.unhandled:
            node.failures.append(edge)
        if quiet and self.builder.with_refusals:
            node.refused.append(edge)
        if not quiet:
            node.edges.append(edge)
        elif locals_ or updates:
            node.idle.append(edge)
