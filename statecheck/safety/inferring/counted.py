"""Equations by which a number counts entities, or adds up what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from statecheck.modeling import NO_VARIANT
from statecheck.safety.induction import Clause, either
from statecheck.symbolic.spelling import of_entity, spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class Members:
    """The entities that refer to an owner by ``reference``, or by ``slot.field`` if a machine has
    it, and whose machine ``place`` is in some ``states``; ``others`` leaves out the owner itself.
    What each adds is 1, or its ``amount``.
    """

    reference: str
    place: Key
    states: tuple[str, ...]
    others: bool = False
    amount: Key | None = None

    def text(self, owner: str) -> str:
        """How many there are, or what they add up to, in words."""
        member = self.place.entity.lower()
        amount = "" if self.amount is None else of_entity(member, str(self.amount))
        there = " or ".join(f"{of_entity(member, str(self.place))} = {s}" for s in self.states)
        who = f"other {self.place.entity}" if self.others else self.place.entity
        owned = f"the {owner}" if member == owner else owner
        what = f"sum of {amount} over each {who}" if amount else f"number of {who}"
        return f"{what} with {member}.{self.reference} = {owned} and {there}"

    @property
    def referring(self) -> Key:
        """The function of the state that refers to an owner, if no reference of the entity does."""
        slot, _, name = self.reference.partition(".")
        return Key(self.place.entity, slot, name)

    @property
    def written(self) -> set[Key]:
        """The functions of the state that tell who they are."""
        own = {self.place, self.referring}
        return own if self.amount is None else own | {self.amount}

    def owner(self, transitions: TransitionSystem, member: z3.ExprRef) -> z3.ExprRef:
        """The one that an entity refers to."""
        vocabulary = transitions.vocabulary
        known = vocabulary.references.get((self.place.entity, self.reference))
        return (vocabulary.functions[self.referring] if known is None else known)(member)

    def added(self, transitions: TransitionSystem, member: z3.ExprRef) -> z3.ArithRef:
        """The number that an entity adds."""
        if self.amount is None:
            return z3.IntVal(1)
        return transitions.vocabulary.functions[self.amount](member)

    def is_there(self, transitions: TransitionSystem, member: z3.ExprRef) -> z3.BoolRef:
        """The formula by which an entity is in the states."""
        vocabulary = transitions.vocabulary
        type_, now = vocabulary.types[self.place], vocabulary.functions[self.place](member)
        there: z3.BoolRef = z3.Or(*(now == type_.value(state) for state in self.states))
        return there

    def inside(
        self, transitions: TransitionSystem, member: z3.ExprRef, owner: z3.ExprRef
    ) -> z3.BoolRef:
        """The formula by which an entity is one of those of an owner."""
        there = self.is_there(transitions, member)
        differ = [member != owner] if self.others else []
        inside: z3.BoolRef = z3.And(self.owner(transitions, member) == owner, there, *differ)
        return inside


@dataclass(frozen=True)
class Count:
    """``number`` of an entity, which is ``first``, and more, or less by ``sign``, by what each of
    the ``members`` adds that refer to it.
    """

    number: Key
    first: int
    sign: int
    members: tuple[Members, ...]

    @property
    def text(self) -> str:
        """The equation, as a reader would write it."""
        owner, sign = self.number.entity.lower(), "-" if self.sign < 0 else "+"
        many = f", {sign} ".join(members.text(owner) for members in self.members)
        number = of_entity(owner, str(self.number))
        first = f"{self.first} {sign} " if self.first or self.sign < 0 else ""
        return f"{number} = {first}{many}"

    @property
    def written(self) -> set[Key]:
        """The functions of the state that it is about."""
        return {self.number, *(key for members in self.members for key in members.written)}


def clause_of(
    transitions: TransitionSystem,
    kind: str,
    entity: z3.ExprRef,
    literals: Sequence[z3.BoolRef],
    names: dict[int, str],
) -> Clause:
    """The clause of some literals about an entity of a kind, with the names of those in it."""
    texts = tuple(spell(literal, transitions, names) for literal in literals)
    return Clause(kind, NO_VARIANT, texts, entity, either(literals))
