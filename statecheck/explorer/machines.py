"""One machine as a page has it: the automaton of its class, with guards in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3
from statemachine import StateChart

from statecheck.claims import claim as stated
from statecheck.claims.answers import Answer
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.claims.script import Script
from statecheck.errors import ModelError
from statecheck.explorer.diagrams import diagram
from statecheck.explorer.events import Event
from statecheck.explorer.javascript import Code
from statecheck.explorer.refusals import Refusals
from statecheck.single.claims.claims import Claim
from statecheck.single.claims.predicates import conjunction, premise_of, violation
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.texts import Texts
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind
from statecheck.single.reading.observing import transitions_of
from statecheck.single.running.runs import text
from statecheck.single.running.subject import Subject
from statecheck.smt.terms import subterms

LARGEST = 40_000
"""A page of more edges would be too slow to open, and is refused."""

MOST_SUGGESTED = 24
"""So many numbers are offered for an argument; others can be typed."""


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

    Raises ModelError for a class whose automaton is too large for a page, or is not its own.
    """
    _check_plain(subject)
    edges = len(subject.automaton.edges)
    if edges > LARGEST:
        name = subject.specimen.cls.__name__
        raise ModelError(
            f"{name} takes {edges} different steps, and a page of more than {LARGEST} cannot be "
            "used; annotate arguments with smaller types, or explore a part of it"
        )
    return _Writer(subject, code).data(asked, results, answers)


def _check_plain(subject: Subject) -> None:
    """Raise ModelError where a step rests on an answer from outside: a page cannot know it."""
    for edge in (e for n in subject.automaton.nodes for e in (*n.edges, *n.idle, *n.failures)):
        if edge.chosen:
            raise ModelError(
                f"{subject.specimen.cls.__name__} rests on answers from outside "
                f"({edge.chosen[0]}), and a page has nobody to ask; explore a class whose answers "
                "are arguments or fields"
            )


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
        self.events = {
            event: Event(subject, event, self.type) for event in self.automaton.alternatives
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
            "assumptions": [*self.subject.assumptions, *self._caveats()],
        }
        # Last, for whatever is written may name further texts.
        texts = {str(number): known for known, number in Texts.codes.items()}
        return {**found, "types": self.types, "texts": texts, "reasons": refusals.texts}

    def _caveats(self) -> Iterator[str]:
        """A sentence on what is left out, where not every value of an argument was tried."""
        if self.automaton.caveat:
            yield f"The page offers what was tried: {self.automaton.caveat}"

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
        """A claim about a state, as a condition in each node.

        One about a step, the past, an input or an event that inputs decide about is not watched.
        """
        found: dict[str, Any] = {
            "id": result.claim.id,
            "title": result.claim.id,
            "section": "",
            "kind": str(result.claim.kind),
            "about": written,
            "verdict": str(result.verdict),
            "variant": {},
        }
        is_of_state = not (claim.on_step or claim.pasts or self._asks_inputs(claim))
        if not is_of_state or result.claim.kind is stated.Kind.EVENTUALLY:
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
        of_events = any(word in claim.text for word in ("enabled", "deadlock"))
        return bool(names & claim.fields) or (bool(names) and of_events)

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
                what = what if result.run.loop is None else "repeats for ever"
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
