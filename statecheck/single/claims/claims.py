"""Claims about one machine: what they may name, and what they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from statecheck.single.claims.views import Views
from statecheck.single.reading.observing import Seen


@dataclass(frozen=True)
class Names:
    """Everything that a claim may name: states with their ancestors, fields, events, constants,
    and exceptions. ``sent`` are the events that users send, ``inputs`` the fields that they set.
    """

    machine: str
    states: frozenset[str]
    fields: frozenset[str]
    events: frozenset[str]
    space: Mapping[str, Any]
    errors: frozenset[str]
    ancestors: Mapping[str, frozenset[str]]
    sent: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)
    """Everything else that the class and its module have, in words."""
    qualified: Mapping[str, str] = field(default_factory=dict)
    """The fields of the model and of listeners, by names such as ``model.paid``."""


class Options(Protocol):
    """The events that can happen next, from one state with its inputs."""

    @property
    def is_symbolic(self) -> bool:
        """The answers may be terms."""

    def enabled(self, event: str) -> Any:
        """The event, sent now with some arguments, would make one of its transitions fire."""

    def deadlock(self) -> Any:
        """Nothing that can be sent makes a transition fire, and the machine has not ended."""


@dataclass(frozen=True)
class Moment:
    """The names' values in one state of the machine, what can happen next, and what is remembered
    of the run up to it: a truth for each `Past` of the claim.
    """

    active: frozenset[str]
    fields: Mapping[str, Any]
    options: Options | None = None
    memory: tuple[bool, ...] = ()
    views: Views | None = None

    def value(self, name: str) -> Any:
        """The value of a field; of an object, what it holds in this state."""
        found = self.fields[name]
        return found if self.views is None else self.views.seen(found)


@dataclass(frozen=True)
class StepFacts:
    """Facts about a step besides the states before and after it.

    ``raised_in``, ``seen`` and ``refused`` are as an `Edge` has them.
    """

    event: str
    raised: str
    raised_in: str = ""
    seen: Seen = field(default_factory=Seen)
    refused: bool = False


Expression = Callable[[Moment, Moment | None, StepFacts | None], Any]


@dataclass(frozen=True)
class Part:
    """An expression inside of ``once`` or ``since``; it is about states or about steps."""

    expression: Expression
    on_step: bool

    def holds(self, before: Moment | None, after: Moment, step: StepFacts | None) -> Any:
        """Evaluate it where a step has just led; one about steps is false before the first."""
        if not self.on_step:
            return self.expression(after, None, None)
        return False if before is None else self.expression(before, after, step)


@dataclass(frozen=True)
class Past:
    """A truth about the run so far: ``held`` was so at some time, and ``ever_since``, where there
    is one, at all times after it.
    """

    text: str
    held: Part
    ever_since: Part | None


@dataclass(frozen=True)
class Claim:
    """One claim: a premise, where there is one, and a conclusion.

    ``fields`` are those that it reads; ``is_about_machine`` is false where it names nothing of it.
    ``pasts`` are what it says of the past, inner ones first; ``about_refusals`` says that events
    which are refused or ignored are steps, too.
    """

    text: str
    premise: Expression | None
    conclusion: Expression
    on_step: bool
    fields: frozenset[str]
    is_about_machine: bool
    pasts: tuple[Past, ...] = ()
    about_refusals: bool = False


def looks_beyond_states(said: Claim) -> bool:
    """True where a claim speaks of the past, of refused events, or of what can happen next."""
    words = ("enabled", "deadlock")
    return bool(said.pasts or said.about_refusals or any(word in said.text for word in words))
