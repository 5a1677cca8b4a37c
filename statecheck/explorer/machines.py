"""One machine as a page has it: the automaton of its class, with guards in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3
from statemachine import StateChart

from statecheck.claims import claim as stated
from statecheck.claims.answers import Answer
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.claims.script import Call, Script
from statecheck.errors import ModelError
from statecheck.explorer.diagrams import diagram
from statecheck.explorer.javascript import Code
from statecheck.explorer.refusals import Refusals
from statecheck.single.claims.claims import Claim
from statecheck.single.claims.predicates import conjunction, premise_of, violation
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.build import ANYTHING
from statecheck.single.execution.choices import OMITTED, Any_
from statecheck.single.execution.texts import Texts
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind, kind_of, same
from statecheck.single.reading.observing import transitions_of
from statecheck.single.reading.parameters import UNLIKE
from statecheck.single.reading.probe import Probe
from statecheck.single.running.runs import text
from statecheck.single.running.subject import Subject
from statecheck.smt.terms import subterms

LARGEST = 40_000
"""A page of more edges would be too slow to open, and is refused."""

MOST_SUGGESTED = 24
"""So many numbers are offered for an argument; others can be typed."""

Choice = tuple[int, ...]
"""An alternative of an event: for each of its parameters the place of the option."""


def machine_data(
    subject: Subject,
    code: Code,
    asked: Sequence[tuple[Claim, str]] = (),
    results: Sequence[Result] = (),
    answers: Sequence[Answer] = (),
) -> dict[str, Any]:
    """A machine as JSON; what a page computes goes into ``code``.

    ``asked`` are claims, parsed and as they were written, ``results`` those of them that were
    settled, ``answers`` those to the standard questions.

    Raises ModelError for a class whose automaton is too large for a page.
    """
    edges = len(subject.automaton.edges)
    if edges > LARGEST:
        name = subject.specimen.cls.__name__
        raise ModelError(
            f"{name} takes {edges} different steps, and a page of more than {LARGEST} cannot be "
            "used; annotate arguments with smaller types, or explore a part of it"
        )
    return _Writer(subject, code).data(asked, results, answers)


class _Writer:
    """Writes one machine."""

    def __init__(self, subject: Subject, code: Code) -> None:
        self.subject, self.code = subject, code
        self.specimen, self.automaton = subject.specimen, subject.automaton
        self.cls: type[StateChart[Any]] = subject.specimen.cls
        self.types: dict[str, dict[str, Any]] = {}
        self.numbers = _numbers(subject)
        self.paths = {state.value: _path(state) for state in self.specimen.states.values()}
        self.fired = [
            [f"{_path(t.source)}>{_path(target)}" for target in t.targets or (t.source,)]
            for t in transitions_of(self.cls)
        ]
        self.usual = {
            (event, parameter.name): parameter.default
            for event, parameters in subject.world.events.parameters.items()
            for parameter in parameters
            if parameter.default is not UNLIKE
        }
        self.events = {
            event: _Event(self, event, chosen)
            for event, chosen in self.automaton.alternatives.items()
        }

    def data(
        self,
        asked: Sequence[tuple[Claim, str]],
        results: Sequence[Result],
        answers: Sequence[Answer],
    ) -> dict[str, Any]:
        """The whole machine."""
        refusals = Refusals(self.subject, self.code)
        found = {
            "kind": "machine",
            "name": self.cls.__name__,
            "about": diagram(self.cls).machine.summary,
            "diagrams": [diagram(self.cls).data()],
            "events": [event.data() for event in self.events.values()],
            "start": [
                [variable.name, self.code.add(term)]
                for variable, term in self.automaton.start.items()
            ],
            "nodes": [self._node(node, refusals) for node in self.automaton.nodes],
            "watched": [
                self._watched(claim, written, result)
                for (claim, written), result in zip(asked, results, strict=False)
            ],
            "runs": list(self._runs(results, answers)),
            "assumptions": list(self.subject.assumptions),
        }
        # Last, for whatever is written may name further texts.
        texts = {str(number): known for known, number in Texts.codes.items()}
        return {**found, "types": self.types, "texts": texts, "reasons": refusals.texts}

    # -- types ----------------------------------------------------------------------------------

    def type(self, kind: AnyKind) -> str:
        """The name by which a page knows the values of a kind."""
        name = str(kind)
        if name not in self.types:
            self.types[name] = self._described(kind)
        return name

    def _described(self, kind: AnyKind) -> dict[str, Any]:
        match kind:
            case MemberKind():
                return {"kind": "member", "members": [text(member) for member in kind.members]}
            case Kind.BOOL:
                return {"kind": "bool"}
            case Kind.TEXT:
                return {"kind": "text"}
            case _:
                return {"kind": "int", "low": None, "high": None, "suggested": self.numbers}

    # -- nodes and edges --------------------------------------------------------------------------

    def _node(self, node: Node, refusals: Refusals) -> dict[str, Any]:
        reader = self.subject.reader
        variables = {variable.attribute: variable for variable in node.variables}
        fields: list[Any] = []
        for attribute, name in reader.names.items():
            if attribute in self.subject.world.inputs:
                continue
            if attribute in variables:
                variable = variables[attribute]
                fields.append([name, None, variable.name, self.type(variable.kind)])
                continue
            default = self.specimen.default(attribute)
            value = node.data.get(attribute, default)
            fields.append([name, text(value)])
        return {
            "active": [self.paths[value] for value in node.control.states],
            "fields": fields,
            "ended": not node.control.running,
            "known": self.automaton.is_expanded(node),
            "edges": [self._edge(edge, 0) for edge in node.edges]
            + [self._edge(edge, 1) for edge in (*node.idle, *node.failures)],
            "refusals": refusals.of(node, self.events) if node.control.running else [],
        }

    def _edge(self, edge: Edge, quiet: int) -> list[Any]:
        event = self.events[edge.event]
        fired = sorted({arrow for number in edge.seen.fired for arrow in self.fired[number]})
        return [
            event.number,
            event.place_of(edge),
            edge.target.number,
            -1 if edge.guard is None else self.code.add(edge.guard),
            [[v.name, self.code.add(term)] for v, term in edge.updates.items()],
            edge.raised,
            quiet,
            fired,
        ]

    # -- claims and runs ------------------------------------------------------------------------

    def _watched(self, claim: Claim, written: str, result: Result) -> dict[str, Any]:
        """A claim about a state, as a condition in each node; one about a step is not watched."""
        found: dict[str, Any] = {
            "id": result.claim.id,
            "title": result.claim.id,
            "section": "",
            "kind": str(result.claim.kind),
            "about": written,
            "verdict": str(result.verdict),
            "variant": {},
        }
        if (
            claim.on_step
            or result.claim.kind is stated.Kind.EVENTUALLY
            or self._asks_inputs(claim)
        ):
            return found
        nodes = self.automaton.nodes
        if result.claim.kind is stated.Kind.ALWAYS:
            broken = violation(claim.premise, claim.conclusion)
            found["broken"] = [self._condition(broken, node, claim) for node in nodes]
        else:
            whole = conjunction(claim.premise, claim.conclusion)
            found["holds"] = [self._condition(whole, node, claim) for node in nodes]
        premise = premise_of(claim)
        found["applies"] = [self._condition(premise, node, claim) for node in nodes]
        return {**found, "step": False}

    def _asks_inputs(self, claim: Claim) -> bool:
        names = {self.subject.reader.names.get(a) for a in self.subject.world.inputs}
        return bool(names & claim.fields)

    def _condition(self, expression: Any, node: Node, claim: Claim) -> bool | int:
        """A condition in a node: a truth, or the number of its function."""
        holding = self.subject.reader.in_node(expression, node, claim.fields)
        if not holding:
            return False
        condition = holding[0].condition
        return condition if isinstance(condition, bool) else self.code.add(condition)

    def _runs(self, results: Sequence[Result], answers: Sequence[Answer]) -> Iterator[Any]:
        """The runs of verdicts, and of answers to the standard questions."""
        for result in results:
            if result.run is not None and result.run.script is not None:
                reached = result.verdict is Verdict.REACHED
                what = "reached" if reached else "violated"
                what = what if result.run.loop is None else "goes round for ever"
                words = str(result.verdict), result.claim.text, what
                yield self._run(result.claim.title, *words, result.run)
        for answer in answers:
            if answer.run is not None and answer.run.script is not None:
                yield self._run(answer.id, "", answer.detail, "shown", answer.run)

    def _run(self, title: str, verdict: str, about: str, what: str, run: Run) -> dict[str, Any]:
        assert run.script is not None
        return {
            "claim": title,
            "verdict": verdict,
            "about": about,
            "what": what,
            "steps": list(self._steps(run.script)),
            "loop": run.loop,
            "witness": [list(pair) for pair in run.witness],
        }

    def _steps(self, script: Script) -> Iterator[list[Any]]:
        for call in script.calls:
            yield [call.event, self.events[call.event].chosen_by(call)]


class _Event:
    """An event and its alternatives: for each argument and input the options that it has."""

    def __init__(self, writer: _Writer, name: str, chosen: list[dict[Any, Any]]) -> None:
        self.writer, self.name, self.chosen = writer, name, chosen
        self.number = list(writer.automaton.alternatives).index(name)
        self.names: list[Any] = list(chosen[0]) if chosen else []
        self.options: list[list[Any]] = [[] for _ in self.names]
        for alternative in chosen:
            for place, name_ in enumerate(self.names):
                if _option(self.options[place], alternative[name_]) is None:
                    self.options[place].append(alternative[name_])
        self.places = {self.key(alternative): n for n, alternative in enumerate(chosen)}

    def key(self, alternative: Mapping[Any, Any]) -> Choice:
        """An alternative by the places of its options."""
        found = []
        for place, name in enumerate(self.names):
            option = _option(self.options[place], alternative.get(name, OMITTED))
            assert option is not None, (self.name, name)
            found.append(option)
        return tuple(found)

    def place_of(self, edge: Edge) -> int:
        """The number of the alternative that an edge was made for."""
        given: dict[Any, Any] = {**dict(edge.arguments), **dict(edge.inputs)}
        return self.places[
            self.key({name: given.get(name, OMITTED) for name in self.names})
        ]

    def data(self) -> dict[str, Any]:
        """The event as JSON."""
        return {
            "name": self.name,
            "about": "",
            "parameters": [
                {
                    "name": name if isinstance(name, str) else self._named(name),
                    "key": self._symbol(name),
                    "input": not isinstance(name, str),
                    "options": [self._option_data(option) for option in options],
                }
                for name, options in zip(self.names, self.options, strict=True)
            ],
            "alternatives": [list(self.key(alternative)) for alternative in self.chosen],
        }

    def _named(self, attribute: Any) -> str:
        return self.writer.subject.reader.names.get(attribute) or self.writer.specimen.named(
            attribute
        )

    @staticmethod
    def _symbol(name: Any) -> str:
        return f"arg!{name}" if isinstance(name, str) else f"set!{name[1]}.{name[0]}"

    def _option_data(self, option: Any) -> dict[str, Any]:
        if option is OMITTED:
            return {"text": "left out"}
        if isinstance(option, Any_):
            return {"type": self.writer.type(option.kind)}
        if type(option) is Probe:
            return {"text": "anything"}
        return {"text": text(option)}

    def chosen_by(self, call: Call) -> list[list[Any]]:
        """The options of a step of a run, each with the value where it may be any of a kind.

        A local that was left at its usual value is not among what the run gives.
        """
        given: dict[str, Any] = dict(call.arguments)
        given |= {path.rpartition(".")[2]: value for path, value in call.inputs}
        found: list[list[Any]] = []
        for name, options in zip(self.names, self.options, strict=True):
            value = given.get(name if isinstance(name, str) else name[1], OMITTED)
            if value is OMITTED and OMITTED not in options:
                value = self.writer.usual.get((self.name, name), value)
            found.append(_value_choice(options, value))
        return found


def _value_choice(options: Sequence[Any], value: Any) -> list[Any]:
    """The option that a plain value falls under, and its code where the option has many values."""
    kind = kind_of(value)
    for place, option in enumerate(options):
        if isinstance(option, Any_) and kind is not None and kind == option.kind:
            return [place, _code(value, kind)]
    found = _option(options, value)
    if found is None and any(type(option) is Probe for option in options):
        found = next(n for n, option in enumerate(options) if type(option) is Probe)
    assert found is not None, value
    return [found]


def _code(value: Any, kind: AnyKind) -> bool | str:
    """A plain value as the page's functions take it."""
    match kind:
        case Kind.BOOL:
            return bool(value)
        case Kind.TEXT:
            return str(Texts.code(value))
        case MemberKind():
            return str(kind.members.index(value))
        case _:
            return str(value)


def _option(options: Sequence[Any], value: Any) -> int | None:
    """The place of an option; a symbol and a kind stand for any value of the kind."""
    for place, option in enumerate(options):
        if isinstance(option, Any_):
            is_open = isinstance(value, Any_) or type(value) in SYMBOLIC
            if is_open and value.kind == option.kind:
                return place
        elif option is OMITTED or value is OMITTED:
            if option is value:
                return place
        elif type(option) is Probe:
            if type(value) is Probe or (type(value) is str and value == ANYTHING):
                return place
        elif same(option, value):
            return place
    return None


def _path(state: Any) -> str:
    """A state by the path that its diagram knows it by."""
    return ".".join([*(s.id for s in reversed(list(state.ancestors()))), state.id])


def _numbers(subject: Subject) -> list[str]:
    """The numbers that guards and updates compare with, and their neighbours; to be offered."""
    found = {0, 1}
    seen: set[int] = set()
    for edge in subject.automaton.edges:
        for term in (edge.guard, *edge.updates.values()):
            if term is None:
                continue
            for part in subterms(term, seen):
                if z3.is_int_value(part):
                    number = part.as_long()
                    found |= {number - 1, number, number + 1}
    return [str(number) for number in sorted(found, key=lambda n: (abs(n), -n))[:MOST_SUGGESTED]]
