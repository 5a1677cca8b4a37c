"""The events that each action sends to machines, recorded while the real engine runs its paths."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
class _Relation:
    """A relation of a loop's element to an argument of the action: the argument is the value of a
    field of the element's machines, or, where no field is named, of a reference of the element.
    """

    argument: str
    field: str | None


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
        whose = "" if loop else self.world.argument_in(at)
        sent = Sent(str(event), self.entity.name, self.slot, whose, loop)
        relations = self.world.path.setdefault(sent, {})
        if loop:
            relations.update(dict.fromkeys(self.world.related(at)))


class _Recording(World):
    """A symbolic world that remembers the events that its machines got on the present path.

    ``arguments`` are those of the action, by the name of the parameter.
    """

    path: dict[Sent, dict[_Relation, None]]
    arguments: dict[str, z3.ExprRef]

    def __init__(self, *arguments: Any) -> None:
        self.path, self.arguments = {}, {}
        super().__init__(*arguments)

    def argument_in(self, term: z3.ExprRef) -> str:
        """The action's parameter that a term is about."""
        return next(filter(None, map(self._argument, subterms(term))), "")

    def _argument(self, term: z3.ExprRef) -> str:
        return next((name for name, known in self.arguments.items() if known.eq(term)), "")

    def related(self, element: z3.ExprRef) -> Iterator[_Relation]:
        """The relations of a loop's element to arguments of the action on the present path."""
        fields: dict[z3.FuncDeclRef, str | None] = {
            decl: key.name for key, decl in self.vocabulary.functions.items()
        }
        fields |= dict.fromkeys(self.vocabulary.references.values())
        explorer = Explorer.current()
        for scope in explorer.scopes:
            for id_, truth in scope.known.items():
                term = explorer.origins[id_][0] if id_ in explorer.origins else None
                if not truth or term is None or not z3.is_eq(term):
                    continue
                for own, other in (term.children(), term.children()[::-1]):
                    argument = self._argument(other)
                    if argument and own.decl() in fields and _mentions(own, element):
                        yield _Relation(argument, fields[own.decl()])

    def _construct(self, info: EntityInfo, machine: MachineInfo, owner: Any) -> Machine:
        instance = super()._construct(info, machine, owner)
        instance.add_listener(_Recorder(self, info, machine))
        return instance


def _mentions(term: z3.ExprRef, element: z3.ExprRef) -> bool:
    return any(part.eq(element) for part in subterms(term))


def _in_words(relations: Collection[_Relation]) -> str:
    """The relations of all paths in words."""
    for relation in relations:
        if relation.field is None:
            return f"of the {relation.argument}"
    arguments = {relation.argument for relation in relations}
    if len(arguments) != 1:
        return ""
    fields = " or ".join(relation.field for relation in relations if relation.field is not None)
    return f"whose {fields} is the {arguments.pop()}"


@cache
def joints(system: type[System]) -> tuple[Joint, ...]:
    """Every action of a system. Raises ModelError where the engine cannot run one."""
    return tuple(_joints(system))


def _joints(system: type[System]) -> Iterator[Joint]:
    info = signature(system)
    world = _Recording(info, Vocabulary(info), Explorer())
    for action in info.actions:
        sent: dict[Sent, dict[_Relation, None]] = {}
        world.info = replace(info, actions=(_recorded(action, world, sent),))
        (command,) = extract(world)
        world.info = info
        moved = {(s.entity, s.slot) for s in sent}
        looked = tuple(pair for pair in _looked_at(world, command) if pair not in moved)
        parameters = tuple(name for name, _ in action.parameters)
        events = tuple(replace(s, relation=_in_words(related)) for s, related in sent.items())
        yield Joint(action.name, parameters, events, looked)


def _recorded(
    action: ActionInfo, world: _Recording, sent: dict[Sent, dict[_Relation, None]]
) -> ActionInfo:
    """The action, which keeps the events of paths that it gets through; others never happen."""
    names = [name for name, _ in action.parameters]

    def fire(system: Any, *arguments: Any) -> None:
        world.path.clear()
        world.arguments = {
            name: argument.term for name, argument in zip(names, arguments, strict=True)
        }
        action.function(system, *arguments)
        for event, relations in world.path.items():
            sent.setdefault(event, {}).update(relations)

    return replace(action, function=fire)


def _looked_at(world: World, command: Command) -> Iterator[tuple[str, str]]:
    """The machines whose state or data an action's guard and effect depend on."""
    terms = [command.guard]
    for key, update in command.updates.items():
        own = world.vocabulary.functions[key](update.variable)
        terms += [update.value] if not update.value.eq(own) else []
    decls = {part.decl() for term in terms for part in subterms(term) if z3.is_app(part)}
    yield from dict.fromkeys(
        (key.entity, key.slot)
        for key, decl in world.vocabulary.functions.items()
        if decl in decls and key.slot not in ("", HISTORY)
    )
