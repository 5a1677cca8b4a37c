"""Extraction: the model's own code, run on a symbolic system, as terms.

An action's code runs once for each path; nothing about it is written down a second time. The paths
merge into one guard and one update for each function of the state. Code that changes nothing, such
as the body of a claim, becomes one term.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import z3
from statemachine.exceptions import TransitionNotAllowed

from statecheck.clock import Timeout, heed
from statecheck.modeling import (
    ActionDisabled,
    ActionInfo,
    Inapplicable,
    MachineState,
    ModelError,
)
from statecheck.smt.existence import drop_existence
from statecheck.smt.failures import checked
from statecheck.smt.roles import is_loop_element, whichever
from statecheck.smt.terms import constants
from statecheck.symbolic.commands import Command, Update
from statecheck.symbolic.decision_tree import Leaf, Node, leaves, merge
from statecheck.symbolic.element_loop import answering
from statecheck.symbolic.overlay import Overlay
from statecheck.symbolic.paths import Explorer, Origin, is_library
from statecheck.symbolic.values import lift
from statecheck.symbolic.vocabulary import Key, Vocabulary
from statecheck.symbolic.world import World


def extract(world: World) -> tuple[Command, ...]:
    """Extract the command of every action.

    Raises ModelError, with the line of the model, for what has no meaning for any number of
    entities.
    """
    return tuple(_command(world, action) for action in world.info.actions)


def _command(world: World, action: ActionInfo) -> Command:
    parameters = [
        (name, type_, world.parameter(f"{action.name}.{name}", type_))
        for name, type_ in action.parameters
    ]

    left: set[str] = set()

    def run() -> Overlay | None:
        world.reset()
        world.system.firing = True
        try:
            action.function(world.system, *(value for _, _, value in parameters))
            world.system.check_nothing_waits()
        except (TransitionNotAllowed, ActionDisabled):
            return None
        finally:
            world.system.firing = False
        left.update(world.explorer.loops.left)
        return world.overlay

    world.origins.clear()
    world.explorer.origins.clear()
    world.explorer.made.clear()
    world.explorer.loops.wrote.clear()
    with located(f"action {action.name}"), answering(world.explorer):
        tree = world.explorer.explore(run)
        # Elements before the one that leaves would have been written, those after it would not.
        if spoiled := sorted(left & world.explorer.loops.wrote):
            raise ModelError(
                f"{spoiled[0]}: a loop that writes is left early; decide with any() or all() "
                "before the loop"
            )
    world.reset()
    guard = drop_existence(merge(tree, lambda overlay: z3.BoolVal(overlay is not None)))
    keys: dict[Key, None] = {}
    for overlay in _values(tree):
        keys.update(dict.fromkeys(overlay.writes if overlay else ()))
    updates = {}
    for key in keys:
        update = _update(world, tree, key)
        update = Update(update.variable, drop_existence(update.value))
        if not _idle(world, guard, key, update):
            updates[key] = update
    seen: set[int] = set()
    for term in (guard, *(update.value for update in updates.values())):
        for constant in constants(term, seen):
            if is_loop_element(constant):
                raise ModelError(
                    f"action {action.name}: an element of a loop is used after the loop; "
                    "use all() or any()"
                )
    return Command(
        action.name,
        tuple((name, type_, value.term) for name, type_, value in parameters),
        guard,
        updates,
        leaves(tree),
        {key: tuple(world.origins[key]) for key in updates},
        _asked(world.explorer.origins),
    )


def _asked(
    noted: dict[int, tuple[z3.BoolRef, dict[Origin, None]]],
) -> dict[str, tuple[Origin, ...]]:
    asked: dict[str, dict[Origin, None]] = {}
    for term, origins in noted.values():
        asked.setdefault(skeleton(term), {}).update(origins)
    return {text: tuple(origins) for text, origins in asked.items()}


def skeleton(term: z3.ExprRef) -> str:
    """A term as text in which only the kinds of the entities are left."""
    pairs = [
        (part, whichever(part.sort()))
        for part in constants(term)
        if part.sort().kind() == z3.Z3_UNINTERPRETED_SORT
    ]
    return str(z3.simplify(z3.substitute(term, *pairs)).sexpr())


def _update(world: World, tree: Any, key: Key) -> Update:
    variable = world.variable(key)
    old = world.vocabulary.functions[key](variable)
    points = {
        (write[0].get_id() if write[0] is not None else None): write[0]
        for overlay in _values(tree)
        if overlay is not None
        for write in overlay.writes.get(key, ())
    }
    if len(points) == 1 and None not in points:
        (point,) = points.values()
        value = _merge_at(tree, key, point)
        return Update(variable, z3.simplify(z3.If(variable == point, value, old)))
    return Update(variable, _merge_at(tree, key, variable))


def _merge_at(tree: Any, key: Key, entity: z3.ExprRef) -> z3.ExprRef:
    def value(overlay: Overlay | None) -> Any:
        return None if overlay is None else z3.simplify(overlay.read(key, entity))

    return merge(tree, value)


def _idle(world: World, guard: z3.BoolRef, key: Key, update: Update) -> bool:
    """Tell whether an enabled action leaves a function as it is, such as a self transition."""
    solver = z3.SimpleSolver()
    solver.set("timeout", 1000)
    heed()
    solver.add(guard, update.value != world.vocabulary.functions[key](update.variable))
    return bool(checked(solver) == z3.unsat)


def _values(tree: Any) -> Iterator[Any]:
    if isinstance(tree, Node):
        for branch in tree.branches.values():
            yield from _values(branch)
    elif tree is not None:
        yield tree.value


class located:  # noqa: N801  (reads as a word in a with statement)
    """Turn what model code raises into a ModelError that names the model's own line."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, Timeout) or not isinstance(error, Exception | SystemExit):
            return
        where = self.what
        for frame in traceback.extract_tb(trace):
            if not is_library(frame.filename) and not frame.filename.startswith("<"):
                where = f"{self.what} ({Path(frame.filename).name}:{frame.lineno})"
        message = (
            str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
        )
        if isinstance(error, Inapplicable):
            message = (
                "assume() belongs into a claim; an action that cannot be taken raises "
                "ActionDisabled"
            )
        if isinstance(error, AttributeError) and error.obj is None and error.name:
            message = (
                f"what may be None here is asked for {error.name}; ask first whether it `is not "
                "None`"
            )
        if isinstance(error, AssertionError | ValueError) and self.what.startswith("action "):
            message = (
                f"{message.removesuffix(': ')} may be raised here; an action that cannot be taken "
                "raises ActionDisabled"
            )
        if isinstance(error, TypeError) and "NoneType" in message:
            message += "; if a field may be None here, ask first whether it `is not None`"
        if "multiple values" in message and (
            "CallbacksRegistry" in message or "build_trigger" in message
        ):
            message += "; python-statemachine has one of that name itself, so give it another"
        raise ModelError(f"{where}: {message}") from None


class ReadOnlyCode:
    """Runs code over symbolic states without letting it write."""

    def __init__(
        self, explorer: Explorer, vocabulary: Vocabulary, worlds: tuple[World, ...]
    ) -> None:
        self.explorer, self.vocabulary, self.worlds = explorer, vocabulary, worlds

    def explore(self, what: str, run: Callable[[], Any]) -> Node | Leaf:
        """The tree of what code returns along its paths."""

        def once() -> Any:
            for world in self.worlds:
                world.reset()
            return run()

        self.explorer.read_only_for = what
        try:
            with located(what), answering(self.explorer):
                return self.explorer.explore(once, isolated=True)
        finally:
            self.explorer.read_only_for = ""

    def evaluate(self, what: str, run: Callable[[], Any], type_: Any = None) -> z3.ExprRef:
        """Run code that changes nothing along all its paths and merge what it returns.

        Raises ModelError where that is not of a type, if one is given.
        """
        tree = self.explore(what, run)
        wanted = None if type_ is None else self.vocabulary.sort(type_)
        return self.without_elements(
            what, z3.simplify(merge(tree, partial(self.lift, what, wanted)))
        )

    def lift(self, what: str, wanted: Any, value: Any) -> z3.ExprRef:
        """The term of a value that code returned."""
        if value is None:
            raise ModelError(f"{what} returns nothing on some way through it; return a value")
        if isinstance(value, MachineState):
            bool(value)  # raises
        try:
            term = lift(value, self.vocabulary)
        except ModelError as error:
            raise ModelError(f"{what} returns {value!r}: {error}") from None
        if wanted is not None and term.sort() != wanted:
            raise ModelError(f"{what} returns a {term.sort()} where a {wanted} is wanted")
        return term

    def without_elements(self, what: str, term: z3.ExprRef) -> z3.ExprRef:
        """A term, unless it has an element of a loop in it. Raises ModelError then."""
        term = drop_existence(term)
        for constant in constants(term):
            if is_loop_element(constant):
                raise ModelError(
                    f"{what}: an element of a loop is used after the loop; use all() or any()"
                )
        return term
