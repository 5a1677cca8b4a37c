"""The symbolic system: the model's own classes over records that hold terms.

The real python-statemachine engine runs here. A machine's record answers what the engine and the
guards read, and takes what they write; entities and the system are instances of the user's classes
that stand for any entity and any number of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeGuard

import z3

from statecheck.errors import assigned
from statecheck.modeling import (
    Entity,
    EntityInfo,
    Machine,
    MachineInfo,
    Many,
    ModelError,
    System,
    SystemInfo,
)
from statecheck.smt.roles import subject
from statecheck.symbolic.commands import Command
from statecheck.symbolic.element_loop import iterate_element
from statecheck.symbolic.loops import check_loop
from statecheck.symbolic.numbers.number import Numbers, number_of
from statecheck.symbolic.numbers.tally import Tally
from statecheck.symbolic.overlay import Overlay
from statecheck.symbolic.paths import Explorer, Origin, origin
from statecheck.symbolic.records import SymbolicEngine, SymbolicInstanceState, SymbolicRecord
from statecheck.symbolic.values import Inner, lift, truth, wrap
from statecheck.symbolic.vocabulary import HISTORY, Key, Vocabulary

MOST = 8
"""Code that asks for the machines of so many entities of a kind, each by its own name, is taken for
endless."""


class SymbolicEntity:
    """Mixed into the user's entity classes: any entity of the kind."""

    world, kind, term = Inner("_world"), Inner("_kind"), Inner("_term")

    def __init__(self, world: World, info: EntityInfo, term: z3.ExprRef) -> None:
        self.__dict__.update(_world=world, _kind=info, _term=term, system=world.system)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        world: World = own["_world"]
        info: EntityInfo = own["_kind"]
        for machine in info.machines:
            if machine.slot == name:
                return world.machine(info, machine, self)
        for reference, cls in info.references:
            if reference == name:
                decl = world.vocabulary.references[info.name, name]
                term = world.vocabulary.apply(decl, own["_term"])
                return world.entity(cls, term)
        if name in ("index", "name"):
            raise world.refuse(
                f"the {name} of any {info.name} is asked for; it has none in a proof"
            )
        raise AttributeError(f"{info.name} declares no {name}")

    def __setattr__(self, name: str, value: object) -> None:
        raise self.world.refuse(
            f"{self.kind.name}.{name} is assigned; data that changes belongs on a machine"
        )

    def _is_alike(self, other: object) -> TypeGuard[SymbolicEntity]:
        """Tell whether something is an entity of the same kind."""
        return isinstance(other, SymbolicEntity) and bool(other._term.sort() == self._term.sort())

    def __eq__(self, other: object) -> Any:
        if not self._is_alike(other):
            return False
        return truth(self.term == other.term, self.world.vocabulary)

    def __ne__(self, other: object) -> Any:
        if not self._is_alike(other):
            return True
        return truth(self.term != other.term, self.world.vocabulary)

    def __hash__(self) -> int:
        raise self.world.refuse(
            f"a {self.kind.name} that may be any is hashed (as a dictionary key or a set's member);"
            " compare it with =="
        )

    def __repr__(self) -> str:
        if Explorer.active is not None:
            raise self.world.refuse(
                f"any {self.kind.name} is written as text; compare entities with ==, and leave "
                "out what is only printed"
            )
        return f"<any {self.kind.name}: {self.term}>"


class SymbolicMany(Many[Any]):
    """All entities of a kind, however many."""

    world, info, filters = Inner("_world"), Inner("_info"), Inner("_filters")

    def __init__(self, world: World, info: EntityInfo, filters: tuple[Any, ...] = ()) -> None:
        self._world, self._info, self._filters = world, info, filters
        self._asked = world.overlay.mark() if filters else None

    def __getattr__(self, name: str) -> Any:
        if name == "_members":
            raise self.world.refuse(f"{self.info.plural} are taken apart; loop over them instead")
        raise AttributeError(name)

    def where(self, **attributes: object) -> SymbolicMany:
        """The entities whose attributes have these values."""
        return SymbolicMany(self.world, self.info, self.filters + tuple(attributes.items()))

    def __iter__(self) -> Iterator[Any]:
        frame = sys._getframe(1)
        form = check_loop(frame, self.world.refuse, may_count=self.world.explorer.loops.may_count)
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if self._asked is not None and self.world.overlay.since(self._asked):
            raise self.world.refuse(
                f"{place}: {self.info.plural}.where(...) was asked before something was written; "
                "ask again where you loop"
            )
        self.world.explorer.loops.place = place
        world: World = self.world
        return world.iterate(self, form)  # and no name of this frame holds it, which may be held

    def __hash__(self) -> int:
        raise self.world.refuse(f"{self.info.plural} are hashed; loop over them instead")

    def __len__(self) -> int:
        raise self.world.refuse(f"the number of {self.info.plural} is asked for; it may be any")

    def __getitem__(self, _: Any) -> Any:
        raise self.world.refuse(f"{self.info.plural} are indexed; loop over them instead")

    def __contains__(self, other: object) -> bool:
        return any(member == other for member in self)


class World:
    """A symbolic state of a system, and the machines that run on it."""

    def __init__(self, info: SystemInfo, vocabulary: Vocabulary, explorer: Explorer) -> None:
        self.info, self.vocabulary, self.explorer = info, vocabulary, explorer
        self.overlay = Overlay(vocabulary)
        self.free: dict[str, list[Machine]] = {}
        self.bound: dict[tuple[str, int], tuple[Machine, z3.ExprRef]] = {}
        self.commands: Mapping[str, Command] = {}
        self.lost: Mapping[str, str] = {}
        self.origins: dict[Key, dict[Origin, None]] = {}
        self._askers: set[Origin] | None = None
        self.numbers = Numbers()
        self.classes = {
            entity.cls: type(entity.name, (SymbolicEntity, entity.cls), {})
            for entity in info.entities
        }
        self.system = self._system()

    def _system(self) -> Any:
        def getitem(system: Any, entity: SymbolicEntity) -> Any:
            return self.entity(entity.kind.cls, entity.term)

        def unhashable(system: Any) -> int:
            raise self.refuse(
                "a system is hashed, as by a cache; it may be in any state, and a cache keeps one"
            )

        def keep(system: Any, name: str, value: object) -> None:
            if name in System.__annotations__ or not hasattr(self, "system"):
                object.__setattr__(system, name, value)
            else:
                raise self.refuse(str(assigned(self.info.cls, name, in_action=system.firing)))

        own = {"__getitem__": getitem, "__hash__": unhashable, "__setattr__": keep}
        cls: Any = type(self.info.cls.__name__, (self.info.cls,), own)
        system: System = cls.__new__(cls)
        system.journal, system.stopped = [], []
        system.observed = self
        system.firing = False
        for entity in self.info.entities:
            setattr(system, entity.plural, SymbolicMany(self, entity))
        for name, type_, _ in self.info.constants:
            setattr(system, name, wrap(self.vocabulary.constants[name], type_, self.vocabulary))
        return system

    # -- values ---------------------------------------------------------------------------------

    def value(self, term: z3.ExprRef, type_: Any) -> Any:
        """The symbolic value of a term."""
        if isinstance(type_, type) and issubclass(type_, Entity):
            return self.entity(type_, term)
        return wrap(term, type_, self.vocabulary)

    def entity(self, cls: type, term: z3.ExprRef) -> Any:
        """The symbolic entity of a term."""
        info = self.info.entity(cls)
        return self.classes[info.cls](self, info, term)

    def parameter(self, name: str, type_: Any) -> Any:
        """A fresh value of a type, for an action's parameter or a claim's variable."""
        return self.value(z3.Const(name, self.vocabulary.sort(type_)), type_)

    def variable(self, key: Key) -> z3.ExprRef:
        """The variable that updates of a function are written with."""
        return subject(key.entity)

    def observe(self, name: str, entity: SymbolicEntity, type_: Any) -> Any:
        """The value of a history (see ``statecheck.claims.catalogue``)."""
        self._note_asker()
        if name in self.lost:
            raise self.refuse(
                f"it asks for the history {name}, which cannot be read: {self.lost[name]}"
            )
        key = Key(entity.kind.name, HISTORY, name)
        if key not in self.vocabulary.functions:
            raise self.refuse(
                f"the history {name} is asked for, and nobody keeps it; import it by its name into "
                "the module of the claim"
            )
        return self.value(self.vocabulary.functions[key](entity.term), type_)

    def enabled(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """The truth that an action is enabled: its extracted guard, for these arguments."""
        if self._askers is not None:
            self._askers.add(Origin("", 0, name))
        command = self.commands[name]
        pairs = [
            (parameter, lift(argument, self.vocabulary))
            for (_, _, parameter), argument in zip(command.parameters, arguments, strict=True)
        ]
        return truth(z3.substitute(command.guard, *pairs), self.vocabulary)

    def refuse(self, message: str) -> ModelError:
        """Note an error that must not get lost; return it."""
        return self.explorer.refuse(message)

    # -- machines -------------------------------------------------------------------------------

    def machine(self, info: EntityInfo, machine: MachineInfo, owner: Any) -> Machine:
        """The machine of an entity, taken from a pool: constructing one costs a millisecond."""
        name = f"{info.name}.{machine.slot}"
        slot = name, owner.term.get_id()
        busy = self.busy(name, owner.term)
        if busy is not None:
            return busy
        if slot in self.bound:
            return self.bound[slot][0]
        if sum(other == name for other, _ in self.bound) == MOST:
            raise self.refuse(
                f"a way through the code goes through more than {MOST} entities of the kind "
                f"{info.name} by name; does it end? Loop over them instead"
            )
        pool = self.free.setdefault(name, [])
        instance = pool.pop() if pool else self._construct(info, machine, owner)
        instance.__dict__["owner"] = owner
        instance.model.__dict__["_at"] = owner.term
        self.bound[slot] = instance, owner.term
        return instance

    def busy(self, name: str, owner: z3.ExprRef) -> Machine | None:
        """The machine that is taking a step and is that of an owner, under another name: an event
        that is sent to it now has to wait.
        """
        for (other, number), (machine, at) in list(self.bound.items()):
            # Asked each time, for every path has to ask the same.
            if (
                other == name
                and number != owner.get_id()
                and machine._engine._processing.locked()
                and self.explorer.decide(owner == at)
            ):
                return machine
        return None

    def _construct(self, info: EntityInfo, machine: MachineInfo, owner: Any) -> Machine:
        record = SymbolicRecord(self, info, machine)
        instance = machine.cls(record, owner)
        states: dict[Any, Any] = {}
        instance._engine.__class__ = SymbolicEngine
        for state in machine.cls.states:
            states[state.value] = SymbolicInstanceState(state, instance, states)
            vars(instance)[state.id] = states[state.value]
        return instance

    def reset(self) -> None:
        """Return to the state before the step; the machines go back to the pool."""
        for (name, _), (instance, _) in self.bound.items():
            instance._engine.clear()
            self.free[name].append(instance)
        self.bound.clear()
        self.system.stopped.clear()
        self.overlay = Overlay(self.vocabulary)
        self.explorer.loops.begin()

    @contextmanager
    def asked_by(self) -> Iterator[set[Origin]]:
        """Collect the lines of code that look at the state; of an action's guard, its name."""
        self._askers = set()
        try:
            yield self._askers
        finally:
            self._askers = None

    def _note_asker(self) -> None:
        if self._askers is not None:
            self._askers.add(origin())

    # -- state ----------------------------------------------------------------------------------

    def read(self, key: Key, entity: z3.ExprRef) -> z3.ExprRef:
        """The present value of a function at an entity."""
        self._note_asker()
        loops = self.explorer.loops
        # To the loop around it, whatever a loop inside reads may be another element's.
        if loops.element is not None and (loops.depth > 1 or not entity.eq(loops.element)):
            loops.reads.add(key)
        return self.overlay.read(key, entity)

    def write(self, key: Key, entity: z3.ExprRef, value: z3.ExprRef) -> None:
        """Write a function at an entity; inside a loop, at the loop's own element only."""
        element = self.explorer.loops.element
        if self.explorer.read_only_for:
            raise self.refuse(f"{self.explorer.read_only_for} changes {key}; it may only look")
        if self.explorer.loops.depth > 1:
            raise self.refuse(f"a loop inside a loop writes {key}; write two loops")
        if element is not None and not entity.eq(element):
            raise self.refuse(
                f"a loop over {element.sort()} writes {key} of another entity, and may write only "
                f"its own element; loop over {key.entity}, and ask any(...) which ones to write"
            )
        self.origins.setdefault(key, {})[origin()] = None
        self.overlay.write(key, entity, value)

    # -- loops ----------------------------------------------------------------------------------

    def iterate(self, many: SymbolicMany, form: str = "") -> Iterator[Any]:
        """Run a loop's body along all its paths for one arbitrary element; ``form`` is the function
        by which it counts, if it does.
        """

        def member(element: z3.ExprRef) -> Any:
            entity = self.entity(many.info.cls, element)
            matches = all(getattr(entity, name) == value for name, value in many.filters)
            return entity if matches else None

        sort = self.vocabulary.sort(many.info.cls)
        if not form:
            return iterate_element(self.explorer, self.overlay, sort, member)
        tally = Tally(
            form, self.explorer, sort, member, partial(number_of, self.numbers, self.vocabulary)
        )
        self.explorer.loops.tallies.append(tally)
        return tally.ways(self.overlay)
