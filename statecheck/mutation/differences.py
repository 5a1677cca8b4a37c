"""Differences between two systems over the same functions, as Z3 finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import z3

from statecheck.modeling import unread_fields
from statecheck.safety.induction import Clause, Induction, both
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key


def identical(old: Command, new: Command, *, histories: bool = False) -> bool:
    """True of two commands that are the same terms."""

    def own(command: Command) -> dict[Key, Any]:
        return {k: u for k, u in command.updates.items() if histories or k.slot != HISTORY}

    first, second = own(old), own(new)
    return (
        old.guard.eq(new.guard)
        and first.keys() == second.keys()
        and all(update.value.eq(second[key].value) for key, update in first.items())
    )


def comparable(old: TransitionSystem, new: TransitionSystem) -> bool:
    """True of two systems over the same functions, actions and parameters, and the same worlds."""
    return (
        len(old.axioms) == len(new.axioms)
        and all(a.term.eq(b.term) for a, b in zip(old.axioms, new.axioms, strict=True))
        and old.vocabulary.functions == new.vocabulary.functions
        and old.vocabulary.references == new.vocabulary.references
        and not old.ranges_differ(new)
        and [c.name for c in old.commands] == [c.name for c in new.commands]
        and all(
            [p for _, _, p in a.parameters] == [p for _, _, p in b.parameters]
            for a, b in zip(old.commands, new.commands, strict=True)
        )
    )


class Differences:
    """The differences between two comparable systems; histories are left aside.

    ``induction`` is that of the old one.
    """

    def __init__(self, induction: Induction, old: TransitionSystem, new: TransitionSystem) -> None:
        self.induction, self.old, self.new = induction, old, new

    # -- where they start -------------------------------------------------------------------------

    def initially(self) -> list[Key]:
        """The functions in which initial states may differ; one that only one side fixes may."""
        first, second = (
            {key: update for key, update in side.initial.items() if key.slot != HISTORY}
            for side in (self.old, self.new)
        )
        asked = {
            key: first[key].value != second[key].at(first[key].variable)
            for key in first.keys() & second.keys()
            if not first[key].value.eq(second[key].value)
        }
        found = self.induction.state_violations(asked, ()) if asked else {}
        return sorted((first.keys() ^ second.keys()) | found.keys(), key=str)

    def unread(self, keys: Sequence[Key], clauses: Sequence[Clause]) -> bool:
        """True where nothing reads the initial values of some functions.

        Two states that differ in these functions alone, and only where a machine says that nothing
        reads them (``Machine.dead_fields``), take the same steps, to two such states.
        """
        for side in (self.old, self.new):
            initial = {key: update for key, update in side.initial.items() if key not in keys}
            decls = [side.vocabulary.functions[key] for key in keys]
            if any(_mentions(update.value, decls) for update in initial.values()):
                return False
        dead = {key: self._dead(key) for key in keys}
        if None in dead.values():
            return False
        alive = {key: z3.Not(said(self.old.world.variable(key))) for key, said in dead.items()}
        if self.induction.initial_violations(alive):
            return False
        others = {
            key: z3.Function(f"{key}*", self._decl(key).domain(0), self._decl(key).range())
            for key in keys
        }
        return not any(self._read(command, dead, others, clauses) for command in self.old.commands)

    def _decl(self, key: Key) -> z3.FuncDeclRef:
        return self.old.vocabulary.functions[key]

    def _dead(self, key: Key) -> Any:
        """Where a machine says that nothing reads a field; None for what is no field."""
        x = self.old.world.variable(key)
        (cls,) = (e.cls for e in self.old.info.entities if e.name == key.entity)
        entity: Any = self.old.world.entity(cls, x)
        said = self.old.code.evaluate(f"dead_fields of {key}", partial(_is_dead, entity, key))
        return None if z3.is_false(said) else lambda at: z3.substitute(said, (x, at))

    def _read(
        self,
        command: Command,
        dead: dict[Key, Callable[[z3.ExprRef], z3.BoolRef]],
        others: dict[Key, z3.FuncDeclRef],
        clauses: Sequence[Clause],
    ) -> bool:
        """True where a step may depend on the values of functions where they are dead."""
        pairs = [(self._decl(key), f(z3.Var(0, f.domain(0)))) for key, f in others.items()]
        asked: dict[Any, z3.BoolRef] = {
            "guard": command.guard != z3.substitute_funs(command.guard, *pairs)
        }
        for key in {**command.updates, **others}:
            x = self.old.world.variable(key)
            now = command.updates[key].at(x) if key in command.updates else self._decl(key)(x)
            asked[key] = z3.And(command.guard, now != z3.substitute_funs(now, *pairs))
            if key in dead:
                still = self.old.after(self.old.primed(dead[key](x)), command)
                asked[key] = z3.And(asked[key], z3.Not(still))
        grounding = self.induction.grounding(clauses)
        for key, said in dead.items():
            grounding.forall(key.entity, partial(_agree, said, self._decl(key), others[key]))
        return bool(
            self.induction.satisfiable(
                {
                    key: both(grounding.suppose(term), grounding.ground(term))
                    for key, term in asked.items()
                },
                grounding,
            )
        )

    # -- what they do -----------------------------------------------------------------------------

    def of(self, name: str, clauses: Sequence[Clause]) -> bool:
        """True where the steps of an action from some state of the clauses may differ."""
        return bool(self.induction.state_violations(self._asked(name), clauses))

    def reached(self, name: str, clauses: Sequence[Clause]) -> bool:
        """True where the old system may get from a state of the clauses in which the steps of an
        action do not differ to one in which they do, or start there.
        """
        differs = z3.Or(*self._asked(name).values())
        # The step that leads there has parameters of its own.
        command, variables = self.old.command(name), map(self.old.world.variable, self._keys(name))
        own = [*(term for _, _, term in command.parameters), *variables]
        differs = z3.substitute(
            differs, *((term, z3.Const(f"{term}*", term.sort())) for term in own)
        )
        if self.induction.initial_violations({name: differs}):
            return True
        newly = {name: z3.And(z3.Not(differs), self.old.primed(differs))}
        return any(
            self.induction.step_violations(newly, clauses, step) for step in self.old.commands
        )

    def remembered(self, name: str, clauses: Sequence[Clause]) -> bool:
        """True where histories may remember the steps of an action differently."""
        guard = self.old.command(name).guard
        asked = {
            key: z3.And(guard, before != after)
            for key, before, after in self._written(name, histories=True)
            if not before.eq(after)
        }
        return bool(asked) and bool(self.induction.state_violations(asked, clauses))

    def _keys(self, name: str, *, histories: bool = False) -> list[Key]:
        """The functions that steps of an action write in one of the systems."""
        written = self.old.command(name).updates.keys() | self.new.command(name).updates.keys()
        return [
            key
            for key in self.old.vocabulary.functions
            if (key.slot == HISTORY) is histories and key in written
        ]

    def _written(
        self, name: str, *, histories: bool = False
    ) -> Iterable[tuple[Key, z3.ExprRef, z3.ExprRef]]:
        """The values that an action gives to each function in both systems."""
        for key in self._keys(name, histories=histories):
            x = self.old.world.variable(key)
            before, after = (
                command.updates[key].at(x) if key in command.updates else self._decl(key)(x)
                for command in (self.old.command(name), self.new.command(name))
            )
            yield key, before, after

    def _asked(self, name: str) -> dict[Any, z3.BoolRef]:
        """How steps of an action may differ: in whether there are any, and in what they write."""
        old, new = self.old.command(name).guard, self.new.command(name).guard
        guards = z3.Or(z3.And(old, z3.Not(new)), z3.And(new, z3.Not(old)))
        written = {key: z3.And(old, b != a) for key, b, a in self._written(name)}
        return {"guard": guards, **written}


def _mentions(term: z3.ExprRef, decls: Sequence[z3.FuncDeclRef]) -> bool:
    return any(z3.is_app(part) and part.decl() in decls for part in subterms(term))


def _is_dead(entity: Any, key: Key) -> bool:
    return key.name in unread_fields(getattr(entity, key.slot))


def _agree(
    dead: Callable[[z3.ExprRef], z3.BoolRef],
    one: z3.FuncDeclRef,
    other: z3.FuncDeclRef,
    entity: z3.ExprRef,
) -> z3.BoolRef:
    return z3.Or(dead(entity), one(entity) == other(entity))
