"""The plain meaning of claims that ask what is enabled, what a step was, or what was before.

A formula is evaluated in scenes: an explored situation with inputs. What it says of the past is
followed as memory in a search, and evaluated by its definition on a run that was taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.statecheck.reference.explorer import Explorer, Move

Memory = tuple[bool, ...]


class Unexplored(Exception):  # noqa: N818  (more than was looked at)
    """The moves out of a situation are not known."""


@dataclass(frozen=True)
class Scene:
    """A situation with its inputs."""

    explorer: Explorer
    number: int
    inputs: Mapping[str, Any]

    @property
    def names(self) -> dict[str, Any]:
        """Everything that a formula may name."""
        return {
            **self.explorer.view(self.number, self.inputs),
            "enabled": self.enabled,
            "deadlock": self.deadlock,
        }

    def _moves(self) -> list[Move]:
        try:
            return self.explorer.graph.moves[self.number]
        except KeyError:
            raise Unexplored from None

    def enabled(self, event: str) -> bool:
        """Some arguments make the event fire a transition of its own, with these inputs."""
        return any(
            m.enabled and m.event == event and m.inputs == self.inputs for m in self._moves()
        )

    def fires(self, event: str) -> bool:
        """Some arguments make any transition fire, with these inputs."""
        return any(m.fired and m.event == event and m.inputs == self.inputs for m in self._moves())

    def deadlock(self) -> bool:
        """Nothing makes any transition fire, and the machine still runs."""
        moves = self._moves()
        running = self.explorer.graph.situations[self.number].running
        return running and not any(m.fired for m in moves)


@dataclass(frozen=True)
class Position:
    """A position of a run: the step that led there, if one did, and where it led."""

    after: Scene
    before: Scene | None = None
    move: Move | None = None


@dataclass
class Formula:
    """A formula; ``pasts`` are numbers of what it says of the past in the list of all."""

    code: Any
    space: dict[str, Any]
    on_step: bool

    def value(self, position: Position, memory: Mapping[int, bool] | Memory) -> bool:
        """The truth at a position; ``memory`` is that of the state that it starts from."""
        if not self.on_step:
            names = position.after.names
        else:
            before, move = position.before, position.move
            assert before is not None
            assert move is not None
            names = {
                **before.names,
                "after": SimpleNamespace(**position.after.names),
                "step": SimpleNamespace(
                    event=move.event, raised=bool(move.raised), refused=move.refused
                ),
                "raised": lambda name: move.raised == name,
            }
        return bool(eval(self.code, self.space, {**names, "memory": memory}))


@dataclass
class Past:
    """``once(held)``, or ``since(ever, held)``."""

    held: Formula
    ever: Formula | None


@dataclass
class Reading:
    """A claim's text with all that it says of the past, inner things first."""

    text: str
    module: Any
    events: Sequence[str]
    pasts: list[Past] = field(default_factory=list)

    def formulas(self) -> list[Formula]:
        """The premise, where there is one, and the conclusion."""
        arrow = "~>" if "~>" in self.text else "==>"
        return [self._formula(ast.parse(p.strip(), mode="eval")) for p in self.text.split(arrow)]

    def _formula(self, tree: ast.Expression) -> Formula:
        marks = _Marks(self)
        body = ast.fix_missing_locations(ast.Expression(marks.visit(tree.body)))
        return Formula(compile(body, "<formula>", "eval"), vars(self.module), marks.on_step)

    def remember(self, node: ast.Call) -> int:
        """The number of a new thing that is said of the past."""
        parts = [self._formula(ast.Expression(argument)) for argument in node.args]
        self.pasts.append(Past(parts[-1], parts[0] if len(parts) == 2 else None))
        return len(self.pasts) - 1


class _Marks(ast.NodeTransformer):
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.on_step = False

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node.func:
            case ast.Name(id="once" | "since"):
                number = self.reading.remember(node)
                return ast.parse(f"memory[{number}]", mode="eval").body
            case ast.Name(id="enabled") | ast.Attribute(attr="enabled"):
                node.args = [ast.Constant(ast.unparse(node.args[0]))]
            case ast.Name(id="raised"):
                self.on_step = True
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        return ast.Call(node, [], []) if node.attr == "deadlock" else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.reading.events:
            return ast.Constant(node.id)
        self.on_step |= node.id in ("after", "step")
        return ast.Call(node, [], []) if node.id == "deadlock" else node


def next_memory(pasts: Sequence[Past], position: Position, before: Memory) -> Memory:
    """What is remembered at a position; ``before`` is what was at the one before it."""
    known: list[bool] = []
    for number, past in enumerate(pasts):
        was = bool(before) and before[number]
        held = _part(past.held, position, before, known)
        lasts = was and (past.ever is None or _part(past.ever, position, before, known))
        known.append(held or lasts)
    return tuple(known)


def _part(part: Formula, position: Position, before: Memory, known: list[bool]) -> bool:
    if not part.on_step:
        return part.value(position, tuple(known))
    return position.move is not None and part.value(position, before)


def by_definition(
    formula: Formula, pasts: Sequence[Past], run: Sequence[Position], at: int
) -> bool:
    """The truth of a formula at a position of a run, by the definition of once and since."""
    if formula.on_step and at == 0:
        return False
    here = at - 1 if formula.on_step else at

    class Memories(dict[int, bool]):
        def __missing__(self, number: int) -> bool:
            past = pasts[number]

            def lasts(start: int) -> bool:
                return past.ever is None or all(
                    by_definition(past.ever, pasts, run, later)
                    for later in range(start + 1, here + 1)
                )

            return any(
                by_definition(past.held, pasts, run, start) and lasts(start)
                for start in range(here + 1)
            )

    return formula.value(run[at], Memories())


@dataclass
class Place:
    """A situation with a memory, as a search found it."""

    number: int
    memory: Memory
    depth: int
    came: tuple[int, Move] | None
    moves: list[tuple[Move, int]] = field(default_factory=list)


class Remembering:
    """The explored situations together with what a claim remembers of the way to them."""

    def __init__(self, explorer: Explorer, reading: Reading) -> None:
        self.explorer, self.reading = explorer, reading
        self.with_refusals = any(
            w in reading.text for w in ("step.refused", "TransitionNotAllowed")
        )
        self.places: list[Place] = []
        self.index: dict[tuple[int, Memory], int] = {}
        self.complete = True
        first = next(self.scenes(0))
        self._place(0, next_memory(reading.pasts, Position(first), ()), 0, None)
        for here, place in enumerate(self.places):
            for move in explorer.graph.moves.get(place.number, ()):
                self._follow(here, place, move)

    def _follow(self, here: int, place: Place, move: Move) -> None:
        if move.refused and move.target == place.number and not self.with_refusals:
            return
        try:
            memory = next_memory(self.reading.pasts, self.position(place, move), place.memory)
        except Unexplored:
            self.complete = False
            return
        target = self._place(move.target, memory, place.depth + 1, (here, move))
        place.moves.append((move, target))

    def _place(self, number: int, memory: Memory, depth: int, came: tuple[int, Move] | None) -> int:
        key = (number, memory)
        if key not in self.index:
            self.index[key] = len(self.places)
            self.places.append(Place(number, memory, depth, came))
        return self.index[key]

    @property
    def exact(self) -> bool:
        """What was not found does not exist."""
        return self.complete and self.explorer.exact

    def scenes(self, number: int) -> Iterator[Scene]:
        """A situation with every setting of the inputs."""
        for inputs in self.explorer.settings:
            yield Scene(self.explorer, number, inputs)

    def position(self, place: Place, move: Move) -> Position:
        """The position that a move leads to."""
        before = Scene(self.explorer, place.number, move.inputs)
        return Position(Scene(self.explorer, move.target, move.inputs), before, move)

    def way(self, here: int) -> list[Move]:
        """The moves to a place."""
        moves: list[Move] = []
        while (came := self.places[here].came) is not None:
            here, move = came
            moves.append(move)
        return moves[::-1]

    def state(self, holds: Callable[[Position, Memory], bool]) -> tuple[int, list[Move]] | None:
        """A nearest state where something holds."""
        for here, place in enumerate(self.places):
            if any(_known(holds, Position(s), place.memory) for s in self.scenes(place.number)):
                return place.depth, self.way(here)
        return None

    def step(self, holds: Callable[[Position, Memory], bool]) -> tuple[int, list[Move]] | None:
        """A nearest step of which something holds."""
        for here, place in enumerate(self.places):
            for move, _ in place.moves:
                if _known(holds, self.position(place, move), place.memory):
                    return place.depth + 1, [*self.way(here), move]
        return None

    def trap(
        self,
        premise: Callable[[Position, Memory], bool],
        goal: Callable[[Position, Memory], bool],
    ) -> tuple[int, list[Move]] | None:
        """A nearest state where a premise holds and from which no state leads to the goal."""
        good = {
            here
            for here, place in enumerate(self.places)
            if place.number not in self.explorer.graph.moves
            or any(_known(goal, Position(s), place.memory) for s in self.scenes(place.number))
        }
        grown = True
        while grown:
            more = {
                here
                for here, place in enumerate(self.places)
                if here not in good and any(target in good for _, target in place.moves)
            }
            good |= more
            grown = bool(more)
        for here, place in enumerate(self.places):
            if here not in good and any(
                _known(premise, Position(s), place.memory) for s in self.scenes(place.number)
            ):
                return place.depth, self.way(here)
        return None


def _known(holds: Callable[[Position, Memory], bool], position: Position, memory: Memory) -> bool:
    try:
        return holds(position, memory)
    except Unexplored:
        return False
