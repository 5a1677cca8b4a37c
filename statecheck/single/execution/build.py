"""Building the automaton: the instance is put into each control state and sent each event.

Data is kept as plain values as long as that ends; attributes that take too many of them, or that
get a value which may be any, are kept as terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.execution.automaton import UNUSUAL, Automaton, Edge, Local, Node, Variable
from statecheck.single.execution.choices import OMITTED, Any_, combinations, spread
from statecheck.single.execution.giving_up import Unreadable
from statecheck.single.execution.widening import growing, to_widen
from statecheck.single.reading.code import Identity, Reach
from statecheck.single.reading.formatting import only_said
from statecheck.single.reading.freeze import ATOMS, SYMBOLIC, TooLarge
from statecheck.single.reading.kinds import Domain, Kind, MemberKind, kind_of, same
from statecheck.single.reading.observing import Seen, callback_of
from statecheck.single.reading.parameters import UNLIKE, Events, Parameter
from statecheck.single.reading.probe import Probe, Used
from statecheck.single.reading.specimen import (
    ABSENT,
    Attribute,
    Control,
    Data,
    Specimen,
    is_refusal,
)

NODES, MOST_NODES = 1_200, 8_000
"""So many control states are gone through before data is kept as terms; and so many where terms
decided nothing.
"""


HUGE = 256
"""Integers of more bits come of arithmetic that has no end; they are kept as terms."""

ANYTHING = "anything"
"""Given for an argument that no code looks into."""


class Widen(Exception):  # noqa: N818  (no error: another attempt is made)
    """Attributes that have to be kept as terms."""

    def __init__(self, attributes: set[Attribute]) -> None:
        super().__init__(attributes)
        self.attributes = attributes


@dataclass(frozen=True)
class World:
    """The surroundings of a machine: its events, and the inputs that may be set between them."""

    events: Events
    inputs: dict[Attribute, Domain]


@dataclass(frozen=True)
class Found:
    """What was found after an event; ``refused`` says that the library allowed no transition."""

    control: Control
    data: Data
    raised: str
    raised_in: str
    taken: bool
    refused: bool
    seen: Seen


Watch = Callable[[], None]
"""Called after each run; raises ModelError where hidden state has changed, or time is over."""


class Builder:
    """Builds automata of one machine."""

    def __init__(self, specimen: Specimen, reach: Reach, world: World, watch: Watch) -> None:
        self.specimen, self.reach, self.world, self.watch = specimen, reach, world, watch
        self.only_said = cache(lambda: only_said(reach))
        self.initial = specimen.control(), specimen.copied(specimen.data())
        self.inferred: dict[tuple[str, str], Domain] = {}
        self.widened: set[Attribute] = set()
        self.bounded: Automaton | None = None
        """The automaton of plain values up to some depth, where it is not finite."""

    def build(self) -> Automaton:
        """The automaton, complete unless nothing more can be kept as a term."""
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
            if automaton.complete:
                return automaton
            automaton.growing = tuple(map(self.specimen.named, growing(attempt.values)))
            if not self.widened:
                self.bounded = automaton
            elif attempt.is_cut:
                return self.bounded or automaton
            more = to_widen(attempt.values, self.widened)
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
            raise ModelError(
                f"{self.specimen.cls.__name__}: the argument {name} of {event} has no annotation "
                f"and is {use.how}, so nothing says which values it may have; annotate it"
            )
        self.inferred[event, name] = Domain((), (use.kind,))


def _covers(domain: Domain | None, value: Any) -> bool:
    """Tell whether a value is among those of a domain."""
    if domain is None or value is UNLIKE:
        return False
    return kind_of(value) in domain.kinds or any(same(value, known) for known in domain.values)


class _Attempt:
    """One automaton under construction."""

    def __init__(self, builder: Builder) -> None:
        self.builder, self.specimen = builder, builder.specimen
        self.world, self.widened = builder.world, builder.widened
        self.index: dict[Any, Node] = {}
        self.nodes: list[Node] = []
        self.values: dict[Attribute, dict[Any, Any]] = {}
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

    # -- what is sent -----------------------------------------------------------------------------

    def _alternatives(self, event: str, parameters: tuple[Parameter, ...]) -> list[dict[Any, Any]]:
        domains: dict[Any, Domain] = {}
        extra: dict[Any, list[Any]] = {}
        for parameter in parameters:
            domain = parameter.domain or self.builder.inferred.get((event, parameter.name))
            domains[parameter.name] = domain or Domain()
            if domain is None:
                extra[parameter.name] = [Probe(f"{event}.{parameter.name}")]
            if parameter.optional and not _covers(domain, parameter.default):
                extra.setdefault(parameter.name, []).insert(0, OMITTED)
        domains.update(self.world.inputs)
        return list(combinations(spread(domains, extra)))

    def run(self, most: int) -> Automaton:
        """Explore breadth first, up to so many nodes."""
        self.specimen.freezer.size = 0
        _, start = self._node(*self.builder.initial)
        done = 0
        while done < len(self.nodes):
            if len(self.nodes) > most:
                explored = self.nodes[done].depth
                return Automaton(self.nodes, start, False, explored, done)
            try:
                self._explore(self.nodes[done])
            except TooLarge:
                self.is_cut = True
                explored = self.nodes[done].depth
                return Automaton(self.nodes, start, False, explored, done)
            done += 1
        return Automaton(self.nodes, start)

    def _explore(self, node: Node) -> None:
        if not node.control.running:
            return
        for event in self._relevant(node):
            for chosen in self.alternatives[event]:
                self._step(node, event, chosen)

    def _relevant(self, node: Node) -> Iterator[str]:
        """The events that the library would react to at all."""
        active = [self.specimen.states[value] for value in node.control.states]
        # The library asks every ancestor of an active state, be it active itself or not.
        asked = {id(s): s for state in active for s in (state, *state.ancestors())}
        transitions = [t for s in asked.values() for t in s.transitions if not t.initial]
        if node.control.waiting or any(t.is_eventless for t in transitions):
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
        if not node.variables and not locals_:
            found = self._sent(node, event, arguments, inputs)
            self._record(node, event, arguments, inputs, None, (), found)
            return
        from statecheck.single.execution import paths
        from statecheck.single.execution import values as symbolic

        self._check_identity([*node.variables, *locals_])
        symbolic.allow_formatting(self.builder.only_said())
        for guard, found in paths.explored(
            lambda: self._sent(node, event, arguments, inputs), node.variables, locals_
        ):
            self._record(node, event, arguments, inputs, guard, tuple(locals_), found)

    def _check_identity(self, symbols: list[Any]) -> None:
        """Raise ModelError where code asks ``is`` of what would be a symbolic value."""
        reach = self.builder.reach
        identity = reach.identity
        finite = any(s.kind is Kind.BOOL or isinstance(s.kind, MemberKind) for s in symbols)
        if identity is Identity.ANY or (identity is Identity.FINITE and finite):
            names = ", ".join(sorted({s.name.partition("!")[2] or s.name for s in symbols}))
            raise ModelError(
                f"{self.specimen.cls.__name__}: {reach.asking()} asks `is` or type() of values, "
                f"while {names.partition('.')[0]} may be any; write == or isinstance()"
            )

    def _symbol(self, name: str, kind: Any) -> Any:
        from statecheck.single.execution.terms import symbol, wrapped

        return wrapped(symbol(name, kind), kind)

    def _sent(
        self, node: Node, event: str, arguments: dict[str, Any], inputs: dict[Any, Any]
    ) -> Found:
        specimen = self.specimen
        data = specimen.copied(node.data)
        for variable in node.variables:
            data[variable.attribute] = self._symbol(variable.name, variable.kind)
        data.update(inputs)
        specimen.put(node.control, data)
        try:
            outcome = specimen.send(event, arguments)
        finally:
            for value in arguments.values():
                if type(value) is Probe and value.use is not None:
                    use, value.use = value.use, None
                    raise use
        after = specimen.copied(specimen.data())
        control = specimen.control()
        self.builder.watch()
        # A type, not the exception: that holds the frames, and with them everything.
        return Found(
            control,
            after,
            outcome.raised,
            callback_of(outcome.error),
            bool(outcome.transitions),
            is_refusal(outcome.error),
            outcome.seen,
        )

    def _record(
        self,
        node: Node,
        event: str,
        arguments: dict[str, Any],
        inputs: dict[Any, Any],
        guard: Any,
        locals_: tuple[Local, ...],
        found: Found,
    ) -> None:
        control, data, taken = found.control, found.data, found.taken
        outputs = tuple(
            (name, data[name])
            for name, value in inputs.items()
            if name in data and data[name] is not value
        )
        count = len(self.nodes)
        target, updates = self._node(control, data)
        if target.number == count:
            target.depth = node.depth + 1
        refused = found.refused or not found.raised
        quiet = not taken and refused and target is node and not outputs
        if quiet and updates:
            from statecheck.single.execution.terms import unchanged

            quiet = unchanged(updates)
        if quiet and not locals_ and not updates and not found.seen.unhandled:
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
            found.raised,
            taken,
            outputs,
            found.raised_in,
            found.seen,
        )
        if quiet and found.seen.unhandled:
            node.failures.append(edge)
        if not quiet:
            node.edges.append(edge)
        elif locals_ or updates:
            node.idle.append(edge)

    # -- nodes ------------------------------------------------------------------------------------

    def _node(self, control: Control, data: Data) -> tuple[Node, dict[Variable, Any]]:
        """The node for a state, and the terms of its variables."""
        kept: Data = {}
        terms: dict[Variable, Any] = {}
        keys: list[Any] = []
        need: set[Attribute] = set()
        self.specimen.freezer.begin()
        for attribute, value in sorted(self._effective(data).items()):
            if attribute in self.world.inputs:
                continue
            if type(value) in SYMBOLIC:
                if type(value) is Probe:
                    event, _, name = value.name.partition(".")
                    raise ModelError(
                        f"{self.specimen.cls.__name__}: the argument {name} of {event} has no "
                        f"annotation and is kept in {self.specimen.named(attribute)}; annotate it"
                    )
                if attribute not in self.widened:
                    need.add(attribute)
                    continue
                terms[Variable(attribute, value.kind)] = value.term
                continue
            if type(value) is int and value.bit_length() > HUGE:
                need |= {attribute} - self.widened
            if attribute in self.widened:
                kind = kind_of(value)
                if kind is not None:
                    from statecheck.single.execution.values import term_of

                    terms[Variable(attribute, kind)] = term_of(value)
                    continue
            key = self.specimen.key(attribute, value)
            keys.append((attribute, key))
            kept[attribute] = value
            self.values.setdefault(attribute, {})[key] = value
        if need:
            raise Widen(need)
        variables = tuple(terms)
        whole = (control, tuple(keys), variables)
        node = self.index.get(whole)
        if node is None:
            node = Node(len(self.nodes), control, kept, variables, whole)
            self.index[whole] = node
            self.nodes.append(node)
        return node, terms

    def _effective(self, data: Data) -> Data:
        """The attributes, those left out that say what the class says anyway."""
        found = dict(data)
        for attribute in self.widened:
            if attribute not in found:
                default = self.specimen.default(attribute)
                if default is not ABSENT:
                    found[attribute] = default
        for attribute, value in data.items():
            if attribute not in self.widened and type(value) in ATOMS:
                default = self.specimen.default(attribute)
                if same(default, value) and (value or type(value) is not float):
                    del found[attribute]
        return found
