"""Claims and histories: what is said about a system, in plain Python over its states and steps.

A claim is a function whose annotated parameters are its variables. The first is ``site`` (any name
that is annotated with the system) for a claim about states, or ``step: Step`` for one about steps::

    @always("symptoms.source_only", "Symptoms")
    def source_only(step: Step, mailbox: Mailbox) -> bool:
        \"\"\"A step that fails a move finds AVAPI enabled on the source.\"\"\"
        assume(fails(step, mailbox))
        return mailbox.home.antivirus.enabled.is_active

A *history* is something that claims remember about a run and the machines do not::

    @history(initially=False)
    def ever_scanned(step: Step, attachment: Attachment) -> bool:
        return ever_scanned(attachment) or step.fires(Site.complete_scan, attachment)

It is a function of an entity, evaluated after every step; called with an entity it answers its
value in the entity's state. Both run on plain systems and on symbolic ones.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_type_hints

from model.kernel import STATE, Entity, ModelError, System
from proofs.engine.fairness import Assumption

T = TypeVar("T")


class Inapplicable(Exception):  # noqa: N818  (no error: the claim says nothing here)
    """A claim's antecedent does not hold."""


def assume(condition: object) -> None:
    """The antecedent of a claim: where ``condition`` is false, the claim says nothing."""
    if not condition:
        raise Inapplicable


def enabled(site: System, action: Callable[..., Any], *arguments: Any) -> Any:
    """Whether an action could be fired in a state."""
    observed = site.observed
    if observed is None:
        raise ModelError(f"enabled({action.__name__}) is asked of a system that nobody observes")
    return observed.enabled(action.__name__, arguments)


class Step:
    """One step of a system: the states before and after it, and the action that it was.

    Entities that a claim gets belong to the state before; ``step.after[entity]`` is the same
    entity after the step.
    """

    before: Any
    after: Any

    def fires(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """Whether the step is this action with these arguments; trailing ones may be left out."""
        raise NotImplementedError

    def keeps(self, entity: Entity, *but: str) -> Any:
        """Whether nothing of an entity changes, functions named ``slot.field`` left out."""
        info = self.before.info.entity(type(entity))
        return self._keeps(
            entity,
            [
                (machine.slot, name)
                for machine in info.machines
                for name in (STATE, *(f.name for f in machine.fields))
                if f"{machine.slot}.{name}" not in but
            ],
        )

    def _keeps(self, entity: Any, functions: Sequence[tuple[str, str]]) -> Any:
        """Whether some functions of an entity, by slot and name, are the same before and after."""
        return all(self._same(entity, slot, name) for slot, name in functions)

    def _same(self, entity: Any, slot: str, name: str) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class History(Generic[T]):
    """A function of an entity that remembers something about the run.

    ``initially`` is its value in an initial state: a constant, or a function of the entity.
    """

    name: str
    entity: type
    type: Any
    initially: Any
    update: Callable[[Step, Any], Any]

    def __call__(self, entity: Any) -> T:
        """The value at an entity, in the entity's state."""
        observed = entity.system.observed
        if observed is None:
            raise ModelError(f"{self.name}({entity}) is asked of a system that nobody observes")
        value: T = observed.observe(self.name, entity, self.type)
        return value

    def first(self, entity: Any) -> Any:
        """The value in an initial state."""
        return self.initially(entity) if callable(self.initially) else self.initially


def history(
    initially: Any,
) -> Callable[[Callable[[Step, Any], T]], History[T]]:
    """Make a history of its update: a function of the step and the entity."""

    def make(update: Callable[[Step, Any], T]) -> History[T]:
        hints = get_type_hints(update)
        _, variable = inspect.signature(update).parameters
        return History(update.__name__, hints[variable], hints["return"], initially, update)

    return make


class Kind(enum.Enum):
    """What a claim says of the runs of a system."""

    ALWAYS = "always"
    """It holds in every reachable state, or of every step from one."""
    POSSIBLE = "possible"
    """Some run reaches it."""
    RECOVERABLE = "recoverable"
    """From every reachable state some run leads there."""
    FINDING = "finding"
    """The article has it as ALWAYS; made precise, it is false."""
    DERIVED = "derived"
    """The solver works out the answer."""
    EVENTUALLY = "eventually"
    """Every fair run gets there."""

    def __str__(self) -> str:
        return self.value


UNIVERSAL = (Kind.ALWAYS, Kind.FINDING)
"""The kinds of claims that a run violates."""


@dataclass(frozen=True)
class Reading:
    """Constants of the system that are fixed for a claim."""

    name: str
    constants: tuple[tuple[str, Any], ...]


ANY_READING = Reading("", ())
"""Every constant of the system is left open."""


Ranges = tuple[tuple[str, str], ...]
"""Ranges of numbers as text, both ends included."""


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim under one reading. Its ``text`` says in a sentence what the body says in Python."""

    id: str
    section: str
    kind: Kind
    text: str
    body: Callable[..., Any]
    variables: tuple[tuple[str, Any], ...]
    on_step: bool
    reading: Reading
    expected: str
    assumptions: tuple[str, ...]
    fairness: tuple[Assumption, ...] = ()
    answer: Ranges | None = None
    """The ranges that are expected of a derived claim, and of a claim ``across`` a constant those
    for which a run violates it; None: whatever comes out."""
    at_least: Ranges | None = None
    """What is expected of a derived claim whatever an unknown constant is; None: ``answer``."""
    across: str = ""
    """The constant whose values are told apart: the claim is refuted for some, proven for others.
    """

    @property
    def title(self) -> str:
        """The id, and the reading where there is one."""
        return f"{self.id} [{self.reading.name}]" if self.reading.name else self.id


@dataclass
class Catalogue:
    """Claims in the order in which they are declared."""

    system: type[System]
    claims: list[Claim] = field(default_factory=list)

    def _declare(
        self,
        kind: Kind,
        id_: str,
        section: str,
        expected: dict[Reading, str],
        assumptions: tuple[str, ...],
        fairness: tuple[Assumption, ...] = (),
        answer: Ranges | None = None,
        at_least: Ranges | None = None,
        across: str = "",
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def declare(body: Callable[..., Any]) -> Callable[..., Any]:
            hints = get_type_hints(body)
            first, *rest = inspect.signature(body).parameters or ("",)
            text = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
            for reading, verdict in expected.items():
                self.claims.append(
                    Claim(
                        id_,
                        section,
                        kind,
                        text,
                        body,
                        tuple((name, hints[name]) for name in rest),
                        bool(first) and issubclass(hints[first], Step),
                        reading,
                        verdict,
                        assumptions,
                        fairness,
                        answer,
                        at_least,
                        across,
                    )
                )
            return body

        return declare

    def always(
        self,
        id_: str,
        section: str,
        *,
        under: Reading = ANY_READING,
        refuted_under: tuple[Reading, ...] = (),
        assumptions: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what holds in every reachable state, or of every step.

        It does not establish that the antecedent is ever reached; that is checked besides.
        """
        expected = {under: "PROVED"} | dict.fromkeys(refuted_under, "REFUTED")
        return self._declare(Kind.ALWAYS, id_, section, expected, assumptions)

    def possible(
        self, id_: str, section: str, *, assumptions: tuple[str, ...] = ()
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what some run reaches. It says nothing about how likely or common that is."""
        return self._declare(Kind.POSSIBLE, id_, section, {ANY_READING: "REACHED"}, assumptions)

    def finding(
        self,
        id_: str,
        section: str,
        *,
        under: Reading = ANY_READING,
        assumptions: tuple[str, ...] = (),
        across: str = "",
        expecting: Ranges | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what the article has as true and a run refutes.

        ``across`` names a constant of which a range is known: the solver works out for which of its
        values a run refutes it, and proves it for the others. What one is ``expecting``
        is only compared with that.
        """
        return self._declare(
            Kind.FINDING,
            id_,
            section,
            {under: "REFUTED"},
            assumptions,
            answer=expecting,
            across=across,
        )

    def recoverable(
        self, id_: str, section: str, *, assumptions: tuple[str, ...] = ()
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what can be reached from every reachable state. Nobody need take that way."""
        return self._declare(Kind.RECOVERABLE, id_, section, {ANY_READING: "PROVED"}, assumptions)

    def derived(
        self,
        id_: str,
        section: str,
        *,
        under: Reading = ANY_READING,
        assumptions: tuple[str, ...] = (),
        expecting: Ranges | None = None,
        at_least: Ranges | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a question whose last variable is a number: for which numbers does some run reach
        it? The solver works out the answer. What one expects, ranges with both ends included, is
        only compared with it. The answer may depend on a constant of which a range is known: then
        one expects those numbers for some value of it, and ``at_least`` those for every value.
        """
        return self._declare(
            Kind.DERIVED,
            id_,
            section,
            {under: "DERIVED"},
            assumptions,
            answer=expecting,
            at_least=at_least,
        )

    def eventually(
        self,
        id_: str,
        section: str,
        *,
        fairness: tuple[Assumption, ...],
        under: Reading = ANY_READING,
        assumptions: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what every run reaches that is as ``fairness`` assumes; the body `leads_to` it.

        It does not establish when. The number of entities is finite, and each assumption is about
        single entities, not about kinds of actions.
        """
        expected = {under: "PROVED"}
        return self._declare(Kind.EVENTUALLY, id_, section, expected, assumptions, fairness)
