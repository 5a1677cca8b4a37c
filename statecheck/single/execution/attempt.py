"""One automaton, made by putting the instance into each control state and sending it each event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import CodeType
from typing import Any

from statecheck.code_text import codes_in
from statecheck.single.execution.automaton import UNUSUAL, Automaton, Edge, Local, Node
from statecheck.single.execution.choices import OMITTED, Any_, combinations, covers, spread
from statecheck.single.execution.nodes import Nodes
from statecheck.single.execution.sampling import Samples
from statecheck.single.reading.code import Identity, Reach
from statecheck.single.reading.foreign.answers import Answers
from statecheck.single.reading.foreign.work import Ending
from statecheck.single.reading.formatting import only_said
from statecheck.single.reading.freeze import NotAnyValue, TimeToDecide, TooLarge
from statecheck.single.reading.kinds import Domain, Kind, MemberKind, kind_of
from statecheck.single.reading.parameters import UNLIKE, Events, Parameter
from statecheck.single.reading.probe import Probe
from statecheck.single.reading.source.handing_on import hands_on
from statecheck.single.reading.specimen import (
    Attribute,
    Control,
    Data,
    Outcome,
    Specimen,
)

ANYTHING = "anything"
"""Given for an argument that no code looks into."""


@dataclass(frozen=True)
class World:
    """The surroundings of a machine: its events, and the inputs that may be set between them."""

    events: Events
    inputs: dict[Attribute, Domain]


PARTS = frozenset(("term", "type", "vocabulary", "kind", "decided"))
"""Attributes of values that may be any, which plain ones lack."""

Watch = Callable[[], None]
"""Called after each run; raises ModelError where hidden state has changed, or time is over."""


@dataclass
class Setup:
    """A machine, what it is sent, and which of its attributes are kept as terms: ``widened``.

    ``inferred`` are domains of arguments without an annotation, by event and name; ``samples``
    take the place of all values where only some can be tried.
    """

    specimen: Specimen
    reach: Reach
    world: World
    watch: Watch
    answers: Answers | None
    with_refusals: bool
    initial: tuple[Control, Data]
    widened: set[Attribute] = field(default_factory=set)
    inferred: dict[tuple[str, str], Domain] = field(default_factory=dict)
    samples: Samples | None = None

    @cached_property
    def tells_truths(self) -> bool:
        """Code tells truths, which are integers, too, from other integers."""
        return any(
            "bool" in used and ("isinstance" in used or summary.matches_types)
            for summary in self.reach.functions.values()
            for used in [{name for name, _ in summary.loads}]
        )

    @cached_property
    def asks_for_parts(self) -> bool:
        """Code asks whether something has an attribute that only values which may be any have."""
        asking = [s for s in self.reach.functions.values() if self.reach.is_dynamic(s)]
        return any(summary.texts & PARTS for summary in asking)

    @cached_property
    def catching(self) -> frozenset[CodeType]:
        """All code, where some may be told a TypeError that it, or the library, catches."""
        if self.answers is not None or not any(
            hands_on(summary.function) for summary in self.reach.functions.values()
        ):
            return frozenset()
        codes = frozenset(part for code in self.reach.functions for part in codes_in(code))
        caught = any(code.co_exceptiontable or "suppress" in code.co_names for code in codes)
        is_caught = caught or self.specimen.machine.catch_errors_as_events
        return codes if is_caught else frozenset()

    @cached_property
    def only_said(self) -> bool:
        """Code makes texts only to be said."""
        return only_said(self.reach)


class Attempt:
    """One automaton under construction."""

    def __init__(self, setup: Setup) -> None:
        self.setup, self.specimen = setup, setup.specimen
        self.world, self.widened = setup.world, setup.widened
        self.known = Nodes(self.specimen, set(self.world.inputs), self.widened)
        self.nodes = self.known.nodes
        self.is_cut = False
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
            domain = parameter.domain or self.setup.inferred.get((event, parameter.name))
            if domain is not None and Kind.INT in domain.kinds and self.setup.tells_truths:
                domain |= Domain((), (Kind.BOOL,))
            domains[parameter.name] = domain or Domain()
            if domain is None:
                extra[parameter.name] = [Probe(f"{event}.{parameter.name}")]
            if parameter.optional and not covers(domain, parameter.default):
                extra.setdefault(parameter.name, []).insert(0, OMITTED)
        domains.update(self.world.inputs)
        if self.setup.samples is not None:
            return list(self.setup.samples.combinations(domains, extra))
        return list(combinations(spread(domains, extra)))

    def run(self, most: int) -> Automaton:
        """Explore breadth first, up to so many nodes."""
        self.specimen.freezer.size = 0
        _, start = self.known.node(*self.setup.initial)
        done = 0
        while done < len(self.nodes):
            if len(self.nodes) > most:
                explored = self.nodes[done].depth
                return Automaton(self.nodes, start, False, explored)
            try:
                self._explore(self.nodes[done])
            except TooLarge as end:
                self.is_cut = True
                explored = self.nodes[done].depth
                is_late = isinstance(end, TimeToDecide)
                return Automaton(self.nodes, start, False, explored, is_late=is_late)
            self.nodes[done].expanded = True
            done += 1
        return Automaton(self.nodes, start)

    def _explore(self, node: Node) -> None:
        if not node.control.running and not self.setup.with_refusals:
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
        always = node.control.waiting or self.setup.with_refusals
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
        answers = self.setup.answers
        if not node.variables and not locals_ and answers is None:
            found = self._sent(node, event, arguments, inputs)
            self._record(node, event, arguments, inputs, None, (), found)
            return
        from statecheck.single.execution import paths
        from statecheck.single.execution import values as symbolic

        self._check_identity([*node.variables, *locals_])
        symbolic.allow_formatting(self.setup.only_said)
        if answers is not None:
            answers.is_text_allowed = lambda: self.setup.only_said
        for guard, found in paths.explored(
            lambda: self._sent(node, event, arguments, inputs),
            node.variables,
            locals_,
            answers,
            self.setup.catching,
        ):
            self._record(node, event, arguments, inputs, guard, tuple(locals_), found)

    def _check_identity(self, symbols: list[Any]) -> None:
        """Raise ModelError where code asks ``is`` of what would be a symbolic value."""
        reach = self.setup.reach
        identity = reach.identity
        if symbols and self.setup.asks_for_parts:
            raise NotAnyValue(
                f"{self.specimen.cls.__name__}: code asks by a text whether something has one of "
                f"the attributes {', '.join(sorted(PARTS))}; write isinstance()"
            )
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
        answers = self.setup.answers
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
        self.setup.watch()
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
        unneeded = not outcome.seen.unhandled and not self.setup.with_refusals
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
        if quiet and self.setup.with_refusals:
            node.refused.append(edge)
        if not quiet:
            node.edges.append(edge)
        elif locals_ or updates:
            node.idle.append(edge)
