"""Building the automaton: data is kept as plain values as long as that ends.

Attributes that take too many of them, or that get a value which may be any, are kept as terms.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from statecheck.modeling import ModelError
from statecheck.single.execution.attempt import Attempt, Setup, Watch, World
from statecheck.single.execution.automaton import Automaton
from statecheck.single.execution.giving_up import Unreadable
from statecheck.single.execution.nodes import Widen
from statecheck.single.execution.plain_values import NO_PLAIN_VALUES, PlainValues
from statecheck.single.execution.sampling import Samples
from statecheck.single.execution.widening import endless, growing, to_widen
from statecheck.single.reading.code import Reach
from statecheck.single.reading.foreign.answers import Answers
from statecheck.single.reading.freeze import NotAnyValue
from statecheck.single.reading.kinds import Domain
from statecheck.single.reading.probe import Used
from statecheck.single.reading.specimen import Attribute, Specimen

NODES, MOST_NODES = 1_200, 8_000
"""So many control states are gone through before data is kept as terms; and so many where terms
decided nothing.
"""

NEAR, FEW = 150, 60
"""So many control states are gone through before integers are tried as terms, where single claims
are asked about; and so many may there be with terms.
"""

SAMPLED = 250
"""So many control states are gone through where only some values are tried."""


class Builder:
    """Builds automata of one machine: ``early``, one with terms where plain ones look endless."""

    def __init__(
        self,
        specimen: Specimen,
        reach: Reach,
        world: World,
        watch: Watch,
        *,
        answers: Answers | None = None,
        with_refusals: bool = False,
        early: bool = False,
    ) -> None:
        initial = specimen.control(), specimen.copied(specimen.data())
        self.specimen = specimen
        self.setup = Setup(specimen, reach, world, watch, answers, with_refusals, initial)
        self.early = early and answers is None
        self.near: Automaton | None = None
        """The automaton of plain values that terms took the place of, early."""
        self.bounded: Automaton | None = None
        """The automaton of plain values up to some depth, where it is not finite."""

    def build(self) -> Automaton:
        """The automaton, complete unless nothing more can be kept as a term.

        Where code does what only single values allow, some of them are tried.
        """
        automaton = self._soon() if self.early else None
        if automaton is not None:
            return automaton
        try:
            return self._exact()
        except NotAnyValue as error:
            return self.sampled(error)

    def plain_values(self, automaton: Automaton) -> PlainValues:
        """The automata of plain values beside the one that was built."""
        if self.near is not None:
            return PlainValues(lambda: self.near, lambda: self._wide, self._deep)
        if self.bounded is None or self.bounded is automaton:
            return NO_PLAIN_VALUES
        return PlainValues(lambda: self.bounded, lambda: self.bounded, self._deep)

    @cached_property
    def _wide(self) -> Automaton | None:
        return self._plain(NODES)

    def _deep(self) -> Automaton | None:
        before = self._wide if self.bounded is None else self.bounded
        return None if before is None or before.complete else self._plain(MOST_NODES)

    def _plain(self, most: int) -> Automaton | None:
        """An automaton of plain values of so many nodes, where all data can be kept so."""
        terms, self.setup.widened = self.setup.widened, set()
        try:
            return self._run(most)[1]
        except (Widen, Used, NotAnyValue, Unreadable):
            return None
        finally:
            self.setup.widened = terms

    def _run(self, most: int) -> tuple[Attempt, Automaton]:
        attempt = Attempt(self.setup)
        automaton = attempt.run(most)
        automaton.alternatives = attempt.alternatives
        automaton.is_abstract = self.setup.answers is not None
        if not automaton.complete:
            automaton.growing = tuple(map(self.specimen.named, growing(attempt.known.values)))
        return attempt, automaton

    def _soon(self) -> Automaton | None:
        """The automaton that keeps integers as terms, where plain values look endless.

        None where it is not finite itself, or where all its values are plain.
        """
        near: Automaton | None = None
        while True:
            try:
                attempt, automaton = self._run(NEAR if near is None else FEW)
            except Widen as need:
                more = need.attributes
            except Used as use:
                if use.kind is None:
                    break
                self._infer(use)
                continue
            except (NotAnyValue, Unreadable):
                break
            else:
                if automaton.complete:
                    self.near = near
                    return automaton
                if near is not None or attempt.is_cut:
                    break
                near, more = automaton, endless(attempt.known.values)
            if more <= self.setup.widened:
                break
            self.setup.widened |= more
        self.setup.widened = set()
        return None

    def sampled(self, why: NotAnyValue) -> Automaton:
        """Runs with some values, which prove nothing. Raises the reason where there are none."""
        if self.setup.answers is not None:
            raise why
        self.specimen.put(*self.setup.initial)  # no argument of a run that failed is left in it
        self.setup.samples = Samples(self.setup.reach, self.setup.initial[1])
        self.setup.widened = set()
        try:
            _, automaton = self._run(SAMPLED)
        except (Widen, Used, NotAnyValue):
            raise why from None
        for node in automaton.nodes:
            node.expanded = False
        return replace(
            automaton,
            complete=False,
            explored=0,
            is_abstract=True,
            caveat=f"only some values were tried, because {why}",
        )

    def _exact(self) -> Automaton:
        while True:
            try:
                attempt, automaton = self._run(NODES)
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
            if automaton.complete:
                return automaton
            if not self.setup.widened:
                self.bounded = automaton
            elif attempt.is_cut:
                return self.bounded or automaton
            more = to_widen(attempt.known.values, self.setup.widened)
            if not more:
                return automaton
            self.setup.widened |= more

    def _widen(self, attributes: set[Attribute]) -> None:
        if attributes <= self.setup.widened:
            names = ", ".join(sorted(self.specimen.named(a) for a in attributes))
            raise ModelError(f"{self.specimen.cls.__name__}: {names} cannot be followed")
        self.setup.widened |= attributes

    def _infer(self, use: Used) -> None:
        event, _, name = use.name.partition(".")
        if use.kind is None:
            raise NotAnyValue(
                f"{self.specimen.cls.__name__}: the argument {name} of {event} has no annotation "
                f"and is {use.how}, so nothing says which values it may have; annotate it"
            )
        self.setup.inferred[event, name] = Domain((), (use.kind,))
