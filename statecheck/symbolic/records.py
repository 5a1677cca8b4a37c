"""The records of machines whose values are terms, and what of python-statemachine runs on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import z3
from statemachine.event_data import TriggerData

from statecheck.modeling import STATE, EntityInfo, MachineInfo, Start, Step
from statecheck.modeling.machine import MachineEngine, MachineState
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.values import lift, truth
from statecheck.symbolic.vocabulary import Key

if TYPE_CHECKING:
    from statecheck.symbolic.transition_system import TransitionSystem
    from statecheck.symbolic.world import World


class SymbolicRecord:
    """A machine's record whose values are terms at ``entity``."""

    def __init__(self, world: World, entity: EntityInfo, machine: MachineInfo) -> None:
        self.__dict__.update(
            _world=world,
            _kind=entity,
            _machine=machine,
            _at=None,
            _types={info.name: info.type for info in machine.fields},
        )

    def __eq__(self, other: object) -> Any:
        """The same entity's; which machine it is was compared before."""
        own, others = self.__dict__, getattr(other, "__dict__", {})
        if (own["_kind"], own["_machine"]) != (others.get("_kind"), others.get("_machine")):
            return False
        if own["_world"] is not others["_world"]:
            raise own["_world"].refuse("a machine is compared with one of another state")
        return truth(own["_at"] == others["_at"], own["_world"].vocabulary)

    def __hash__(self) -> int:
        raise self._world.refuse("a machine is hashed; compare it with ==")

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        machine: MachineInfo = own["_machine"]
        at, world = own["_at"], own["_world"]
        key = Key(own["_kind"].name, machine.slot, name)
        if name == STATE:
            if at is None:
                return machine.starts_in[0]
            type_ = world.vocabulary.types[key]
            term = world.read(key, at)
            for state in machine.states[:-1]:
                if Explorer.current().decide(term == type_.value(state)):
                    return state
            return machine.states[-1]
        if name not in own["_types"]:
            raise AttributeError(f"{machine.cls.__name__} declares no field {name}")
        if at is None:
            # python-statemachine reads what names a callback while a machine is constructed.
            field = machine.cls.fields[name]
            return None if field.start is Start.DERIVED else field.value
        return world.value(world.read(key, at), own["_types"][name])

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        machine: MachineInfo = own["_machine"]
        key = Key(own["_kind"].name, machine.slot, name)
        world: World = own["_world"]
        if own["_at"] is None:
            return
        if name == STATE:
            term = world.vocabulary.types[key].value(value)
        elif name in own["_types"]:
            term = lift(value, world.vocabulary)
        else:
            raise AttributeError(f"{machine.cls.__name__} declares no field {name}")
        wanted = world.vocabulary.functions[key].range()
        if term.sort() != wanted:
            raise world.refuse(
                f"{machine.cls.__name__}.{name} is a {wanted} and is given a {term.sort()}"
            )
        world.write(key, own["_at"], term)


class SymbolicInstanceState(MachineState):
    """A machine's state whose ``is_active`` is a term: one question, not one for each state."""

    @property
    def is_active(self) -> Any:  # type: ignore[override]
        """The truth that the machine is in the state."""
        machine: Any = self._machine()
        record = machine.model
        info: MachineInfo = record._machine
        world: World = record._world
        key = Key(record._kind.name, info.slot, STATE)
        term = world.read(key, record._at) == world.vocabulary.types[key].value(self.id)
        return truth(term, world.vocabulary)


class SymbolicEngine(MachineEngine):
    """The engine of a machine that may be another one's under another name."""

    def put(self, trigger_data: TriggerData, internal: bool = False) -> None:
        """Put an event on the queue."""
        record = self.sm.model
        world: World = record._world
        if not self._processing.locked() and world.busy(
            f"{record._kind.name}.{record._machine.slot}", record._at
        ):
            raise world.refuse(
                f"an event is sent to a {type(self.sm).__name__} that is taking a step, by way of "
                "a machine that was asked for before; ask its entity for it where it is sent"
            )
        super().put(trigger_data, internal)


class SymbolicStep(Step):
    """Any step of the system."""

    def __init__(self, transitions: TransitionSystem) -> None:
        self.transitions = transitions
        self.before = transitions.world.system
        self.after = transitions.next_world.system

    def fires(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """The truth that the step is this action with these arguments."""
        command = self.transitions.command(action.__name__)
        vocabulary = self.transitions.vocabulary
        parts = [self.transitions.action == self.transitions.actions[command.name]]
        for (_, _, parameter), argument in zip(command.parameters, arguments, strict=False):
            term = lift(argument, vocabulary)
            if term.sort() != parameter.sort():
                raise self.transitions.explorer.refuse(
                    f"fires({command.name}, ...): a {term.sort()} is given where it takes a "
                    f"{parameter.sort()}"
                )
            parts.append(parameter == term)
        return truth(z3.And(*parts), vocabulary)

    def _keeps(self, entity: Any, functions: Sequence[tuple[str, str]]) -> Any:
        before, after = self.transitions.vocabulary, self.transitions.next_vocabulary
        keys = [Key(entity.kind.name, slot, name) for slot, name in functions]
        same = [before.functions[k](entity.term) == after.functions[k](entity.term) for k in keys]
        return truth(z3.And(*same), before)
