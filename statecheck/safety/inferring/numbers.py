"""Numbers of entities that claims ask for, as histories: each step changes them by as many as come
or go.

Nobody has to be there in the beginning. Those who come and go have to be among the entities that
the step is about, or all have to be gone after it, at least for the owners that it is about: Z3 is
asked that of every action, for any number of entities. What is known of a number is told to all
proofs as facts: nobody is inside where it is 0, and so on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Result
from statecheck.clock import TimeLeft, unlimited
from statecheck.modeling import History, ModelError, Step
from statecheck.safety.induction import Fact, Induction
from statecheck.safety.joint.lemmas import Lemma
from statecheck.safety.properties import claim_property, may_ask_numbers
from statecheck.safety.step_template import lookups
from statecheck.smt.evaluation import compiled
from statecheck.smt.existence import exists
from statecheck.smt.roles import subject
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.commands import Command, Update
from statecheck.symbolic.numbers.number import NUMBER, Sum
from statecheck.symbolic.spelling import spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class Asked:
    """The numbers that claims ask for: a system that keeps them, what is known of them, and what
    they are, in ``words``. ``equations`` say that a field keeps such a number, which may be so or
    not. ``by`` has those that the body of each claim asks for.
    """

    transitions: TransitionSystem
    facts: tuple[Fact, ...] = ()
    words: Mapping[Key, str] = field(default_factory=dict)
    equations: tuple[z3.BoolRef, ...] = ()
    by: Mapping[Any, AbstractSet[Key]] = field(default_factory=dict)

    def told(self, result: Result) -> Result:
        """A result with the numbers that its claim, or what its proof rests on, asks for."""
        if not self.words:
            return result
        texts = " ".join(map(str, result.invariant or ()))
        named = {*_NAME.findall(texts)} | {key.name for key in self.by.get(result.claim.body, ())}
        found = tuple(said for key, said in self.words.items() if key.name in named)
        return replace(result, numbers=found)


_NAME = re.compile(rf"{NUMBER}\d+\b")


def with_numbers(
    transitions: TransitionSystem, claims: Iterable[Claim], time_left: TimeLeft = unlimited
) -> Asked:
    """A system that keeps the numbers which claims ask for, as far as it can. Raises Timeout."""
    by = {claim.body: _asked(transitions, claim) for claim in claims if _may_ask(claim)}
    asked = {key for keys in by.values() for key in keys}
    if not asked:
        return Asked(transitions)
    induction = Induction(transitions, time_left=time_left)
    numbers = transitions.world.numbers
    kept: list[_Kept] = []
    for key, own in numbers.sums.items():
        if key in asked and key not in numbers.refused:
            one = _Kept(induction, key, own)
            if (why := one.why_not()) is None:
                kept.append(one)
            else:
                numbers.refused[key] = why
    for one in kept:
        transitions = one.remembered(transitions)
    return Asked(
        transitions,
        (*(fact for one in kept for fact in one.facts()), *_compared(induction, kept)),
        {one.key: one.words for one in kept},
        tuple(equation for one in kept for equation in one.equations()),
        by,
    )


def _may_ask(claim: Claim) -> bool:
    return claim.kind is not Kind.EVENTUALLY and may_ask_numbers(claim)


def _asked(transitions: TransitionSystem, claim: Claim) -> AbstractSet[Key]:
    try:
        terms = claim_property(transitions, claim, collecting=True)
    except ModelError:
        return frozenset()  # it is read again, and then it is told
    said = z3.And(terms.antecedent, terms.holds)
    return transitions.world.numbers.asked_in(said).keys()


class _Kept:
    """A number, as a history of its owner."""

    def __init__(self, induction: Induction, key: Key, own: Sum) -> None:
        self.induction, self.transitions = induction, induction.transitions
        self.key, self.own = key, own
        self.number = z3.Function(str(key), own.owner.sort(), z3.IntSort())
        self._emptied: dict[str, z3.BoolRef] = {}

    def term(self, member: z3.ExprRef, owner: z3.ExprRef) -> z3.ArithRef:
        """The term that an entity adds to the number of an owner."""
        return z3.substitute(self.own.term, (self.own.member, member), (self.own.owner, owner))

    def inside(self, member: z3.ExprRef, owner: z3.ExprRef) -> z3.BoolRef:
        """The formula by which an entity is counted."""
        assert self.own.inside is not None
        return z3.substitute(self.own.inside, (self.own.member, member), (self.own.owner, owner))

    @cached_property
    def _commands(self) -> tuple[Command, ...]:
        """The actions that change what it counts."""
        mentioned = self.transitions.relevance.mentioned([self.own.term])
        return tuple(c for c in self.transitions.commands if c.updates.keys() & mentioned)

    def _moved(self, command: Command) -> list[z3.ExprRef]:
        """The entities that an action is about, of the kind that is counted."""
        return self._about(command, self.own.member.sort())

    def _about(self, command: Command, sort: z3.SortRef) -> list[z3.ExprRef]:
        known = [*(term for _, _, term in command.parameters)]
        known += lookups(self.transitions)[command.name]
        return [term for term in known if term.sort() == sort]

    def why_not(self) -> str | None:
        """The reason why the number cannot be kept; None if it can. Raises Timeout."""
        kind = self.own.member.sort().name()
        term, after = self.own.term, self.transitions.primed
        if self.induction.initial_violations({0: term != 0}):
            return f"some {kind} may count from the beginning, of which there are any number"
        for command in self._commands:
            apart = [self.own.member != entity for entity in self._moved(command)]
            changed = z3.And(*apart, after(term) != term)
            if not self._may_be(changed, command):
                continue
            for where in (z3.BoolVal(True), *self._wheres(command)):
                left = z3.And(where, after(term) != 0)
                elsewhere = z3.And(z3.Not(where), changed)
                if not self._may_be(z3.Or(left, elsewhere), command):
                    self._emptied[command.name] = where
                    break
            else:
                return f"{command.name} may change for any number of {kind} whether they count"
        return None

    def _wheres(self, command: Command) -> Iterator[z3.BoolRef]:
        """The formulas by which an action is about an owner, or about what that refers to."""
        own = self.own.owner
        places = [own]
        for (kind, _), decl in self.transitions.vocabulary.references.items():
            if kind == own.sort().name():
                places.append(decl(own))
        for place in places:
            yield from (place == entity for entity in self._about(command, place.sort()))

    def _may_be(self, term: z3.BoolRef, command: Command) -> bool:
        return bool(self.induction.step_violations({0: term}, (), command))

    def remembered(self, transitions: TransitionSystem) -> TransitionSystem:
        """A system that keeps the number."""
        info = next(e for e in transitions.info.entities if e.name == self.key.entity)
        item: History[Any] = History(self.key.name, info.cls, int, 0, self._plain())
        x = subject(self.key.entity)
        updates = {c.name: Update(x, self._value(c, x)) for c in self._commands}
        for vocabulary in (transitions.vocabulary, transitions.next_vocabulary):
            vocabulary.declare(self.key, int)
        commands = tuple(
            _with(command, self.key, updates[command.name]) if command.name in updates else command
            for command in transitions.commands
        )
        names = ("keys", "relevance", "digest", "_first", "_primes")
        more = transitions.copied(commands, *names)
        more.initial = {**transitions.initial, self.key: Update(x, z3.IntVal(0))}
        more.histories = (*transitions.histories, item)
        return more

    def _value(self, command: Command, owner: z3.ExprRef) -> z3.ArithRef:
        """The number after a step."""
        member, moved = self.own.member, self._moved(command)
        before = self.term(member, owner)
        after = self.transitions.after(self.transitions.primed(before), command)
        total = self.number(owner)
        for place, entity in enumerate(moved):
            # Who it is about is known by what refers to it before the step.
            change = z3.substitute(after, (member, entity)) - self.term(entity, owner)
            differ = [entity != former for former in moved[:place]]
            total += z3.If(z3.And(*differ), change, z3.IntVal(0)) if differ else change
        if (where := self._emptied.get(command.name)) is not None:
            where = z3.substitute(where, (self.own.owner, owner))
            total = z3.If(where, z3.IntVal(0), total)
        value: z3.ArithRef = z3.simplify(total)
        return value

    def _plain(self) -> Callable[[Step, Any], int]:
        """The number in the state after a plain step."""
        vocabulary = self.transitions.vocabulary
        mentioned = self.transitions.relevance.mentioned([self.own.term])
        (value,) = (compiled(self.own.term),)
        member, owner = self.own.member.decl().name(), self.own.owner.decl().name()

        def count(step: Step, entity: Any) -> int:
            system = step.after
            sizes = {e.name: len(system.entities_of(e)) for e in system.info.entities}
            functions: dict[str, list[Any]] = {}
            for info in system.info.entities:
                members = system.entities_of(info)
                for name, _ in info.references:
                    functions[f"{info.name}.{name}"] = [getattr(one, name).index for one in members]
                for key in mentioned:
                    if key.entity == info.name:
                        values = (getattr(getattr(m, key.slot).model, key.name) for m in members)
                        type_ = vocabulary.types[key]
                        functions[str(key)] = [encoded(value, type_) for value in values]
            constants = {
                constant.decl().name(): encoded(getattr(system, name), None)
                for name, constant in vocabulary.constants.items()
            }
            constants[owner] = entity.index
            return sum(
                value(functions, {**constants, member: index}, sizes)[0]
                for index in range(sizes[self.own.member.sort().name()])
            )

        return count

    def facts(self) -> Iterator[Fact]:
        """The facts that are known of the number in every state."""
        kind, own = self.own.member.sort(), subject(self.key.entity)
        number = self.number(own)
        if self.own.is_common:
            other = z3.Const("other owner", own.sort())
            yield Lemma((own, other), number == self.number(other))
        if self.own.inside is None:
            return
        one, two = (z3.Const(f"counted {n}", kind) for n in range(2))
        yield Lemma((own,), number >= 0)
        yield Lemma((one, own), z3.Implies(self.inside(one, own), number >= 1))
        both = z3.And(one != two, self.inside(one, own), self.inside(two, own))
        yield Lemma((one, two, own), z3.Implies(both, number >= 2))
        if not has_quantifier(self.own.inside):
            some = z3.Exists([one], z3.And(exists(one), self.inside(one, own)))
            yield Lemma((own,), z3.Or(number <= 0, some))

    def equations(self) -> Iterator[z3.BoolRef]:
        """The number is what a field has more than it had in the beginning, or what it has less."""
        owner = subject(self.key.entity)
        for key, type_ in self.transitions.vocabulary.types.items():
            if key.entity == self.key.entity and type_ is int and key in self.transitions.initial:
                first = z3.simplify(self.transitions.initial[key].value)
                field = self.transitions.vocabulary.functions[key](owner)
                if z3.is_int_value(first):
                    yield field - self.number(owner) == first
                    yield field + self.number(owner) == first

    @property
    def words(self) -> str:
        """The meaning of the number, in words."""
        member, owner = (part.sort().name() for part in (self.own.member, self.own.owner))
        names = {
            self.own.owner.get_id(): f"the {owner}".lower() if owner == member else owner.lower()
        }
        names[self.own.member.get_id()] = member.lower()
        where = self.own.term if self.own.inside is None else self.own.inside
        text = spell(where, self.transitions, names)
        said = f"the sum of {text} over every {member}"
        if self.own.inside is not None:
            said = f"the number of {member} with {text}"
        return f"{owner.lower()}.{self.key.name} is {said}"


def _with(command: Command, key: Key, update: Update) -> Command:
    return Command(**{**vars(command), "updates": {**command.updates, key: update}})


def _compared(induction: Induction, kept: Sequence[_Kept]) -> Iterator[Fact]:
    """The facts by which one number is at most another one: who counts for it counts for that."""
    for one, other in itertools.permutations(kept, 2):
        if (one.own.inside is None or other.own.inside is None) or (
            one.own.owner.sort() != other.own.owner.sort()
            or one.own.member.sort() != other.own.member.sort()
        ):
            continue
        owner, member = subject(one.key.entity), z3.Const("counted", one.own.member.sort())
        alone = z3.And(one.inside(member, owner), z3.Not(other.inside(member, owner)))
        if not induction.state_violations({0: alone}, ()):
            yield Lemma((owner,), one.number(owner) <= other.number(owner))
