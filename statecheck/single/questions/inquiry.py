"""One inquiry: the machine, the time that an answer may take, and how answers are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from statemachine.callbacks import CallbackGroup

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.claims.clause_text import of_one_machine
from statecheck.claims.run import Run
from statecheck.single.claims.claims import Claim, Expression, Moment, StepFacts
from statecheck.single.deciding import decide
from statecheck.single.deciding.answers import Answer as Reachability
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable, target_of
from statecheck.single.execution.automaton import Automaton, Node
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from statecheck.single.reading.observing import transitions_of
from statecheck.single.running.reach import Target
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Subject

PATIENCE, BRIEFLY = 6.0, 1.0
"""Seconds for an answer, and for one that is only worth knowing."""

BY_ITSELF = "by itself"
"""Of a proof that needs no more than a look at every edge."""


@dataclass(frozen=True)
class Inquiry:
    """The machine that questions are asked of."""

    subject: Subject
    depth: int | None = None

    @cached_property
    def transitions(self) -> list[Any]:
        """The transitions, by number."""
        return transitions_of(self.subject.specimen.cls)

    @cached_property
    def names(self) -> list[str]:
        """The name of each transition."""
        return transition_names(self.transitions)

    @property
    def automata(self) -> tuple[Automaton, ...]:
        """The automaton, and the one of plain values up to some depth where there is one."""
        bounded = self.subject.plain.wide
        whole = (self.subject.automaton,)
        return whole if bounded is None else (bounded, *whole)

    def is_expanded(self, node: Node) -> bool:
        """Tell whether it is known what leads on from a node."""
        return any(
            node.number < len(a.nodes) and a.nodes[node.number] is node and a.is_expanded(node)
            for a in self.automata
        )

    def reach(
        self,
        expression: Expression,
        *,
        on_step: bool,
        target: Target | None = None,
        seconds: float = PATIENCE,
    ) -> Reachability:
        """Tell whether some run gets to where an expression holds."""
        claim = Claim("", None, expression, on_step, frozenset(), is_about_machine=True)
        return self.within(
            lambda subject: decide.reachable(subject, expression, claim, self.depth, target),
            seconds,
        )

    def proof(self, expression: Expression, seconds: float) -> Reachability:
        """Look for a proof that no run gets to a state where an expression holds, and no run."""
        claim = Claim("", None, expression, False, frozenset(), is_about_machine=True)

        def ask(subject: Subject) -> Reachability:
            from statecheck.single.deciding.invariants import prove
            from statecheck.single.running.goal import Goal

            target = target_of(subject, expression, claim)
            return prove(subject.automaton, Goal(subject.automaton, target), subject.clock)

        return self.within(ask, seconds)

    def within(
        self, ask: Callable[[Subject], Reachability], seconds: float = PATIENCE
    ) -> Reachability:
        """Ask in the time that an answer may take. Raises OutOfTime when all time is over."""
        whole = self.subject.clock
        try:
            return ask(replace(self.subject, clock=whole.at_most(seconds)))
        except OutOfTime:
            whole.left(1)
            return Unknown(f"{seconds:g} s were not enough")
        except UnknownError as gave_up:
            return Unknown(f"Z3 gave up: {gave_up}")

    def run(self, answer: Reached) -> Run:
        """The run of an answer as reports show it."""
        return shown_run(self.subject, answer.route, answer.played)


def found(inquiry: Inquiry, question: Question, about: str, detail: str, answer: Reached) -> Answer:
    """A finding that rests on a run."""
    run = inquiry.run(answer)
    return Answer(question, about, Standing.SUSPICIOUS, detail, run, shortest=answer.shortest)


def proved(question: Question, about: str, detail: str, proof: Unreachable) -> Answer:
    """A finding that rests on a proof."""
    said = f"{detail} ({proof.how})" if proof.how not in ("", BY_ITSELF) else detail
    return Answer(
        question, about, Standing.SUSPICIOUS, said, invariant=of_one_machine(proof.invariant)
    )


def left_open(question: Question, about: str, unknown: Unknown) -> Answer:
    """An answer that was not found."""
    return Answer(question, about, Standing.OPEN, unknown.why)


def fine(question: Question, detail: str) -> Answer:
    """One answer for all parts of a machine with which nothing is wrong."""
    return Answer(question, "none", Standing.FINE, detail)


def of_state(test: Callable[[Moment], Any]) -> Expression:
    """An expression about a state."""

    def holds(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        return test(before)

    return holds


def of_step(test: Callable[[StepFacts], Any]) -> Expression:
    """An expression about a step."""

    def holds(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        return step is not None and test(step)

    return holds


def is_active(id_: str) -> Expression:
    """The expression that a state is active."""
    return of_state(lambda moment: id_ in moment.active)


def is_visited(id_: str) -> Expression:
    """The expression that a state is passed in a step, even if it is left at once."""
    return of_step(lambda step: id_ in step.seen.visited)


def fires(number: int) -> Expression:
    """The expression that a transition fires in a step."""
    return of_step(lambda step: number in step.seen.fired)


def transition_names(transitions: list[Any]) -> list[str]:
    """The name of each transition: its event, source and target, and its guards if needed."""
    short = [_name(t) for t in transitions]
    guarded = [
        name if short.count(name) == 1 else f"{name}{guards(t)}"
        for name, t in zip(short, transitions, strict=True)
    ]
    return [
        name if guarded.count(name) == 1 else f"{name} (no. {guarded[:n].count(name) + 1})"
        for n, name in enumerate(guarded)
    ]


def _name(transition: Any) -> str:
    event = transition.event or "(no event)"
    targets = " + ".join(state.id for state in transition.targets) or transition.source.id
    return f"{event}, {transition.source.id} to {targets}"


def guards(transition: Any) -> str:
    """The guards of a transition as its author wrote them: `` if worn and not locked``."""
    texts = [
        f"not {spec.attr_name}" if spec.expected_value is False else spec.attr_name
        for spec in transition._specs
        if spec.group == CallbackGroup.COND
    ]
    return f" if {' and '.join(texts)}" if texts else ""
