"""Which action makes which machines step: recorded while the real engine runs every path of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import z3

from statecheck.modeling import ActionInfo, EntityInfo, Machine, MachineInfo, System, signature
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.extraction import extract
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.vocabulary import HISTORY, Vocabulary
from statecheck.symbolic.world import World


@dataclass(frozen=True)
class Sent:
    """An event that an action sends to a machine.

    ``whose`` is the action's parameter that leads to it, ``entity`` the kind that owns the machine;
    ``each`` where it goes to every one concerned, in a loop; ``relation`` are then the references,
    in words, by which these are related to an argument of the action.
    """

    event: str
    entity: str
    slot: str
    whose: str
    each: bool
    relation: str = ""


@dataclass(frozen=True)
class Joint:
    """An action: its parameters, the events that it sends in order, and the machines that it only
    looks at, as (entity, slot).
    """

    action: str
    parameters: tuple[str, ...]
    sent: tuple[Sent, ...]
    looked_at: tuple[tuple[str, str], ...]

    @property
    def moved(self) -> tuple[tuple[str, str], ...]:
        """The machines that step, as (entity, slot)."""
        return tuple(dict.fromkeys((sent.entity, sent.slot) for sent in self.sent))


class _Recorder:
    """Listens to one machine of a symbolic world."""

    def __init__(self, world: _Recording, entity: EntityInfo, machine: MachineInfo) -> None:
        self.world, self.entity, self.slot = world, entity, machine.slot

    def before_transition(self, event: Any, machine: Any) -> None:
        """The library calls this with the event, when a machine is about to step."""
        at = machine.owner.term
        element = self.world.explorer.loops.element
        loop = element is not None and at.eq(element)
        whose = "" if loop else _parameter(at)
        sent = Sent(str(event), self.entity.name, self.slot, whose, loop)
        relations = self.world.path.setdefault(sent, {})
        if loop:
            relations.update(dict.fromkeys(self.world.related(at)))


class _Recording(World):
    """A symbolic world that remembers the events that its machines got on the present path."""

    path: dict[Sent, dict[str, None]]

    def __init__(self, *arguments: Any) -> None:
        self.path = {}
        super().__init__(*arguments)

    def related(self, element: z3.ExprRef) -> Iterator[str]:
        """How the present path relates an element of a loop to an argument of the action."""
        explorer = Explorer.current()
        for scope in explorer.scopes:
            for id_, truth in scope.known.items():
                term = explorer.origins[id_][0] if id_ in explorer.origins else None
                if not truth or term is None or not z3.is_eq(term):
                    continue
                for own, other in (term.children(), term.children()[::-1]):
                    argument = other.decl().kind() == z3.Z3_OP_UNINTERPRETED and _parameter(other)
                    if argument and other.num_args() == 0 and _mentions(own, element):
                        _, *names = own.decl().name().split(".")
                        direct = len(names) == 1
                        yield f"of the {argument}" if direct else f"{names[-1]}|{argument}"

    def _construct(self, info: EntityInfo, machine: MachineInfo, owner: Any) -> Machine:
        instance = super()._construct(info, machine, owner)
        instance.add_listener(_Recorder(self, info, machine))  # type: ignore[no-untyped-call]
        return instance


def _parameter(term: z3.ExprRef) -> str:
    """The action's parameter that a term is about."""
    for part in subterms(term):
        if z3.is_const(part) and "." in str(part):
            return str(part).rsplit(".", 1)[-1]
    return ""


def _mentions(term: z3.ExprRef, element: z3.ExprRef) -> bool:
    return any(part.eq(element) for part in subterms(term))


def _relation(names: Iterable[str]) -> str:
    """The relations of all paths in words."""
    direct = [name for name in names if "|" not in name]
    if direct:
        return direct[0]
    fields = [name.split("|") for name in names]
    arguments = dict.fromkeys(argument for _, argument in fields)
    if len(arguments) != 1:
        return ""
    return f"whose {' or '.join(field for field, _ in fields)} is the {next(iter(arguments))}"


@cache
def joints(system: type[System]) -> tuple[Joint, ...]:
    """Every action of a system. Raises ModelError where the engine cannot run one."""
    return tuple(_joints(system))


def _joints(system: type[System]) -> Iterator[Joint]:
    info = signature(system)
    world = _Recording(info, Vocabulary(info), Explorer())
    for action in info.actions:
        sent: dict[Sent, dict[str, None]] = {}
        world.info = replace(info, actions=(_recorded(action, world, sent),))
        (command,) = extract(world)
        world.info = info
        moved = {(s.entity, s.slot) for s in sent}
        looked = tuple(pair for pair in _looked_at(world, command) if pair not in moved)
        parameters = tuple(name for name, _ in action.parameters)
        events = tuple(replace(s, relation=_relation(names)) for s, names in sent.items())
        yield Joint(action.name, parameters, events, looked)


def _recorded(
    action: ActionInfo, world: _Recording, sent: dict[Sent, dict[str, None]]
) -> ActionInfo:
    """The action, which keeps the events of paths that it gets through; others never happen."""

    def fire(*arguments: Any) -> None:
        world.path.clear()
        action.function(*arguments)
        for found, relations in world.path.items():
            sent.setdefault(found, {}).update(relations)

    return replace(action, function=fire)


def _looked_at(world: World, command: Command) -> Iterator[tuple[str, str]]:
    """The machines whose state or data an action's guard and effect depend on."""
    terms = [command.guard]
    for key, update in command.updates.items():
        own = world.vocabulary.functions[key](update.variable)
        terms += [update.value] if not update.value.eq(own) else []
    names = {part.decl().name() for t in terms for part in subterms(t) if z3.is_app(part)}
    seen: dict[tuple[str, str], None] = {}
    for key in world.vocabulary.functions:
        if str(key) in names and key.slot not in ("", HISTORY):
            seen[key.entity, key.slot] = None
    yield from seen
