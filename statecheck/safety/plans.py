"""Recoverable claims: plans that lead to a goal from every state of the invariant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.results import Result, Verdict
from statecheck.clock import Stopwatch
from statecheck.modeling import NO_VARIANT, Entity
from statecheck.safety.induction import Clause, Fact, Induction
from statecheck.safety.properties import Property
from statecheck.smt.existence import exists
from statecheck.smt.solving import work_done
from statecheck.symbolic.commands import Command
from statecheck.symbolic.simulate import landmarks
from statecheck.symbolic.transition_system import TransitionSystem

LENGTH = 3
"""Longer plans are not looked for."""

WORK = 6_000_000
"""After so much work, in units of Z3, no more plans are looked for that name other entities."""


@dataclass(frozen=True)
class PlanStep:
    """An action of a plan: each argument is a claim's variable by name, a number, or a helper by
    words, which is some entity of its kind.
    """

    action: str
    arguments: tuple[str | int, ...]
    types: tuple[Any, ...]

    def __str__(self) -> str:
        words = (
            word if isinstance(word, str) else str(type_(word))
            for word, type_ in zip(self.arguments, self.types, strict=True)
        )
        return f"{self.action}({', '.join(words)})"


Plan = tuple[PlanStep, ...]
Move = tuple[Command, list[z3.ExprRef], PlanStep]
"""An action, its arguments, and both in words."""


@dataclass(frozen=True)
class Recovery:
    """A question about a recoverable claim: whether plans lead to its goal from every state of an
    invariant. ``never`` collects, for each proof that is found, what none of these states meets.
    Plans that name other entities are given up after so much ``work``, in units of Z3.
    """

    induction: Induction
    claim: Claim
    goal: Property
    invariant: Sequence[Clause]
    numbers: Mapping[Any, IntegerType]
    never: list[z3.BoolRef] = field(default_factory=list)
    work: int = WORK

    @property
    def usable(self) -> list[Clause]:
        """The clauses that hold whatever the variant."""
        return [clause for clause in self.invariant if clause.variant == NO_VARIANT]

    def knowing(self, facts: Sequence[Fact]) -> Recovery:
        """The same where facts are known to hold in every state that is reached."""
        return replace(self, induction=self.induction.knowing(facts))

    def excludes(self, term: z3.BoolRef) -> bool:
        """Tell whether none of the states meets a term."""
        return not self.induction.state_violations({"met": term}, self.invariant)


def recovered(asked: Recovery) -> Result:
    """The result on a recoverable claim. Raises Timeout."""
    clock = Stopwatch()
    found = plans(asked)
    if found is None:
        detail = f"no plans of up to {LENGTH} steps lead there from every state"
        return Result(asked.claim, Verdict.UNDETERMINED, detail, seconds=clock.lap())
    always = z3.is_true(asked.goal.antecedent)
    return Result(
        asked.claim,
        Verdict.PROVED,
        in_words(found),
        max(map(len, found)),
        invariant=tuple(clause.text for clause in asked.usable),
        seconds=clock.lap(),
        plans=tuple(tuple((s.action, s.arguments) for s in plan) for plan in found),
        left_out="" if always else "its plans begin where its premise holds",
    )


def recovered_with_help(asked: Recovery, longest: int = LENGTH) -> Result | None:
    """The result on a recoverable claim where plans may also name one entity of each kind that the
    claim does not. Raises Timeout.
    """
    clock = Stopwatch()
    found = plans(asked, longest=longest, helped=True)
    if found is None:
        return None
    return Result(
        asked.claim,
        Verdict.PROVED,
        in_words(found),
        max(map(len, found)),
        invariant=tuple(clause.text for clause in asked.usable),
        seconds=clock.lap(),
        left_out="its plan names entities that the claim does not",
    )


def in_words(found: Sequence[Plan]) -> str:
    """Plans, of which each is tried where the former ones do not work."""
    return "; else ".join(", then ".join(map(str, plan)) or "nothing" for plan in found)


class Cover:
    """The states from which no plan is known that works."""

    def __init__(self, asked: Recovery, uncovered: z3.BoolRef) -> None:
        self.asked = asked
        self.uncovered: list[z3.BoolRef] = [uncovered]

    @property
    def is_whole(self) -> bool:
        """True where some plan works from every state."""
        is_whole = self.excludes(z3.BoolVal(True))
        if is_whole:
            self.asked.never.append(z3.And(*self.uncovered))
        return is_whole

    def excludes(self, term: z3.BoolRef) -> bool:
        """Tell whether a term holds in none of the states."""
        return self.asked.excludes(z3.And(*self.uncovered, term))

    def takes(self, works: z3.BoolRef, helpers: Iterable[z3.ExprRef] = ()) -> bool:
        """Take a plan by the formula by which it works, if it does from one of the states.

        It works for some entities in place of its ``helpers``.
        """
        if z3.is_false(works):
            return False
        some, asked = {"some": z3.And(*self.uncovered, works)}, self.asked
        if not asked.induction.state_violations(some, asked.invariant).get("some"):
            return False
        self.uncovered.append(z3.Not(_for_some(helpers, works)))
        return True


def plans(
    asked: Recovery,
    falling: Sequence[z3.ArithRef] = (),
    longest: int = LENGTH,
    *,
    helped: bool = False,
) -> list[Plan] | None:
    """Plans, the shortest first, one of which leads to the goal from every state of the clauses.

    The plan of no step is the only one where the goal holds at once. None if plans of up to so many
    steps do not suffice. A plan counts only where it works as a whole: every action is enabled when
    its turn comes, and at the end the goal holds, or numbers are less than they were that are to be
    ``falling``, the first of them counting first. One that is ``helped`` may name helpers, and
    works where some entities do in their place; these are given up after so much work.
    """
    induction, goal = asked.induction, asked.goal
    cover = Cover(asked, goal.unmet)
    if cover.is_whole:
        return [()]
    covering: list[Plan] = []
    helpers = helpers_of(induction.transitions) if helped else {}
    moves, end = [*moves_of(asked, helpers)], work_done() + asked.work
    former = [z3.FreshInt("former") for _ in falling]
    wanted = z3.Or(goal.holds, _less(falling, former)) if falling else goal.holds
    for length in range(1, longest + 1):
        for plan in itertools.product(moves, repeat=length):
            if helped and work_done() > end:
                return None
            works = before(induction, plan, wanted)
            if falling:
                pairs = zip(former, falling, strict=True)
                works = z3.simplify(z3.substitute(works, *pairs))
            if cover.takes(works, named(helpers, plan)):
                covering.append(steps_of(plan))
                if cover.is_whole:
                    return covering
    return None


def helpers_of(transitions: TransitionSystem) -> dict[str, z3.ExprRef]:
    """An entity of each kind, by the words for it."""
    kinds = [entity.name for entity in transitions.info.entities]
    return {f"some {k.lower()}": z3.Const(f"helping {k}", z3.DeclareSort(k)) for k in kinds}


def named(helpers: Mapping[str, z3.ExprRef], plan: Sequence[Move]) -> list[z3.ExprRef]:
    """The helpers that a plan names."""
    known = {value.get_id() for _, values, _ in plan for value in values}
    return [helper for helper in helpers.values() if helper.get_id() in known]


def steps_of(plan: Sequence[Move]) -> Plan:
    """A plan in words."""
    return tuple(step for _, _, step in plan)


def _for_some(helpers: Iterable[z3.ExprRef], works: z3.BoolRef) -> z3.BoolRef:
    """The formula by which a plan works for some entities in place of its helpers: they have to
    exist, also where an action does nothing with them.
    """
    for helper in helpers:
        works = z3.Exists([helper], z3.And(exists(helper), works))
    return works


def _less(numbers: Sequence[z3.ArithRef], former: Sequence[z3.ArithRef]) -> z3.BoolRef:
    """True where numbers are less than other ones, the first that differ counting."""
    less = z3.BoolVal(False)
    for own, other in reversed([*zip(numbers, former, strict=True)]):
        less = z3.Or(own < other, z3.And(own == other, less))
    return less


def moves_of(asked: Recovery, helpers: Mapping[str, z3.ExprRef]) -> Iterator[Move]:
    """Actions on the entities that the claim is about, with numbers that the system prefers or
    compares with.
    """
    transitions, goal, numbers = asked.induction.transitions, asked.goal, asked.numbers
    for command in transitions.commands:
        options: list[list[tuple[str | int, z3.ExprRef]]] = []
        for _, type_, _ in command.parameters:
            if issubclass(type_, Entity):
                sort = transitions.vocabulary.sort(type_)
                named = [*((n, term) for n, _, term in goal.variables), *helpers.items()]
                options.append([(name, term) for name, term in named if term.sort() == sort])
            elif type_ in numbers:
                known = [*reversed(numbers[type_].preferred), *landmarks(transitions)]
                bounds = numbers[type_]
                values = [v for v in dict.fromkeys(known) if bounds.low <= v <= bounds.high]
                options.append([(value, z3.IntVal(value)) for value in values])
            elif issubclass(type_, int) and not issubclass(type_, bool):
                known = list(landmarks(transitions))
                options.append([(value, z3.IntVal(value)) for value in known])
            else:
                options.append([])
        types = tuple(type_ for _, type_, _ in command.parameters)
        for choice in itertools.product(*options):
            step = PlanStep(command.name, tuple(word for word, _ in choice), types)
            yield command, [term for _, term in choice], step


def before(induction: Induction, plan: Sequence[Move], term: z3.BoolRef) -> z3.BoolRef:
    """The weakest precondition of a term for a plan, all of whose actions are enabled."""
    transitions = induction.transitions
    for command, values, _ in reversed(plan):
        after = z3.And(command.guard, transitions.after(transitions.primed(term), command))
        pairs = [
            (parameter, value)
            for (_, _, parameter), value in zip(command.parameters, values, strict=True)
        ]
        term = z3.simplify(z3.substitute(after, *pairs))
    return term
