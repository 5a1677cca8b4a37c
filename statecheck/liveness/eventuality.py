"""Claims about the end of a run as terms: premise, goal, and the fair actions that help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.fairness import Assumption, Fair, LeadsTo, Often, Rare
from statecheck.modeling import ModelError
from statecheck.safety.atoms import places
from statecheck.safety.properties import check_numbers, explore_claim
from statecheck.smt.existence import exists
from statecheck.smt.terms import has_quantifier, is_entity
from statecheck.symbolic.commands import Command
from statecheck.symbolic.decision_tree import merge
from statecheck.symbolic.surroundings.lint import check_identity
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.values import lift

Variables = tuple[tuple[str, Any, z3.ExprRef], ...]


@dataclass(frozen=True)
class ActionInstance:
    """An action that may help: its parameters, and those that stand for any entity.

    ``free`` are constants; ``link`` restricts them to the values that the claim has to do with.
    """

    fair: Fair
    command: Command
    arguments: tuple[z3.ExprRef, ...]
    free: tuple[z3.ExprRef, ...]
    link: z3.BoolRef
    name: str

    def at(self, term: z3.BoolRef) -> z3.BoolRef:
        """A term over the action's parameters, with the arguments of the instance."""
        parameters = (parameter for _, _, parameter in self.command.parameters)
        applied: z3.BoolRef = z3.substitute(term, *zip(parameters, self.arguments, strict=True))
        return applied

    @property
    def enabled(self) -> z3.BoolRef:
        """True where the instance is enabled."""
        guard = self.at(self.command.guard)
        return guard if z3.is_true(self.link) else z3.And(self.link, guard)

    @property
    def taken(self) -> z3.BoolRef:
        """True of a step of the action that is one of the instance."""
        pairs = zip(self.command.parameters, self.arguments, strict=True)
        return z3.And(*(parameter == argument for (_, _, parameter), argument in pairs))

    @property
    def only(self) -> ActionInstance | None:
        """The one instance that this stands for; None where it may stand for several."""
        if not self.free:
            return self
        if len(self.free) == 1 and z3.is_eq(self.link):
            sides = self.link.children()
            for own, other in (sides, reversed(sides)):
                if own.eq(self.free[0]) and other.num_args() == 0:
                    arguments = tuple(z3.substitute(term, (own, other)) for term in self.arguments)
                    return replace(self, arguments=arguments, free=(), link=z3.BoolVal(True))
        return None

    @property
    def possible(self) -> z3.BoolRef:
        """True where the instance, or some of its values, is enabled."""
        existing = [exists(term) for term in self.free if is_entity(term)]
        if not self.free:
            return self.enabled
        return z3.Exists(list(self.free), z3.And(*existing, self.enabled))


@dataclass(frozen=True, eq=False)
class Eventuality:
    """A claim about the end of a run as terms.

    ``premise`` and ``goal_holds`` are about a state, ``goal`` is about the step that reaches it.
    Steps of ``never`` are not taken, those of ``finitely`` only finitely often. ``fair`` are the
    fair actions, ``helpers`` those instances that the claim has to do with.
    """

    claim: Claim
    variables: Variables
    premise: z3.BoolRef
    goal_holds: z3.BoolRef
    goal: z3.BoolRef
    never: tuple[z3.BoolRef, ...]
    finitely: tuple[z3.BoolRef, ...]
    fair: tuple[ActionInstance, ...]
    helpers: tuple[ActionInstance, ...]

    @property
    def pending(self) -> z3.BoolRef:
        """True of a state in which the premise holds and the goal does not."""
        return z3.And(self.premise, z3.Not(self.goal_holds))

    @property
    def non_goal(self) -> list[z3.BoolRef]:
        """True of a step that may be taken and does not reach the goal."""
        return [z3.Not(term) for term in (self.goal, *self.never)]

    @property
    def recurring(self) -> list[z3.BoolRef]:
        """True of a step that does not reach the goal and may be taken infinitely often."""
        return [*self.non_goal, *(z3.Not(term) for term in self.finitely)]


def eventuality(
    transitions: TransitionSystem, claim: Claim, assumptions: Sequence[Assumption]
) -> Eventuality:
    """The terms of a claim under some assumptions. Raises ModelError."""
    variables, values, tree = explore_claim(transitions, claim)

    def part(name: str) -> z3.BoolRef:
        vocabulary = transitions.vocabulary
        return z3.simplify(
            merge(tree, lambda body: lift(getattr(_leads_to(body), name), vocabulary))
        )

    def restricted(rare: Rare) -> z3.BoolRef:
        check_identity(rare.body)
        return transitions.code.evaluate(
            f"claim {claim.id}", partial(rare.body, transitions.step, *values)
        )

    premise, goal = part("premise"), part("goal")
    check_numbers(transitions, claim, premise, goal)
    rare = [item for item in assumptions if isinstance(item, Rare)]
    fair = [
        _instance(transitions, item, variables) for item in assumptions if isinstance(item, Fair)
    ]
    return Eventuality(
        claim,
        variables,
        premise,
        z3.BoolVal(False) if claim.on_step else goal,
        goal if claim.on_step else transitions.primed(goal),
        tuple(restricted(item) for item in rare if item.often is Often.NEVER),
        tuple(restricted(item) for item in rare if item.often is Often.FINITELY),
        tuple(fair),
        tuple(helper for instance in fair for helper in _helpers(transitions, instance, variables)),
    )


def _leads_to(body: Any) -> LeadsTo:
    if not isinstance(body, LeadsTo):
        raise ModelError(
            f"it returns {type(body).__name__}; a claim about the end of a run returns "
            "leads_to(PREMISE, GOAL)"
        )
    return body


def _instance(transitions: TransitionSystem, fair: Fair, variables: Variables) -> ActionInstance:
    """A fair action; what the assumption does not bind stands for anything."""
    command = transitions.command(fair.name)
    known = {name: term for name, _, term in variables}
    arguments, free, words = [], [], []
    for index, (name, _, parameter) in enumerate(command.parameters):
        if index < len(fair.bound):
            if fair.bound[index] not in known:
                raise ModelError(f"{fair}: the claim has no variable {fair.bound[index]}")
            arguments.append(known[fair.bound[index]])
            words.append(fair.bound[index])
        elif not is_entity(parameter):
            raise ModelError(
                f"{fair}: {name} is no entity, and nothing is fair to each value of it; name a "
                "variable of the claim for it"
            )
        else:
            arguments.append(z3.Const(f"each:{name}", parameter.sort()))
            free.append(arguments[-1])
            words.append(f"each {name}")
    if free and has_quantifier(command.guard):
        raise ModelError(
            f"{fair}: its guard is about any number of entities; name the claim's variables that "
            "it is to be fair to"
        )
    own = f"{fair.name}({', '.join(words)})"
    return ActionInstance(fair, command, tuple(arguments), tuple(free), z3.BoolVal(True), own)


def _helpers(
    transitions: TransitionSystem, instance: ActionInstance, variables: Variables
) -> Iterator[ActionInstance]:
    """The instances that a claim has to do with: those that lead to one of its variables.

    One that is about two entities of any choice helps nobody.
    """
    if len(instance.free) > 1:
        return
    linked = False
    for term in instance.free:
        for way, place in places(transitions, term, (), transitions.keys):
            for name, _, variable in variables:
                if place.sort() == variable.sort():
                    own = f"{instance.name} of {name}" if way else f"{instance.fair.name}({name})"
                    yield replace(instance, link=place == variable, name=own)
                    linked = True
    if not linked:
        yield instance
