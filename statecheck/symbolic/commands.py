"""Guarded commands: what the python-statemachine engine does in each action, as terms.

The action's own code runs on a symbolic system, once for each path; nothing about it is written
down a second time. The paths merge into one guard and one update for each function of the state.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import z3
from statemachine.exceptions import TransitionNotAllowed

from statecheck.modeling import ActionDisabled, ActionInfo, ModelError
from statecheck.symbolic.paths import Node, Origin, is_library, leaves, merge
from statecheck.symbolic.vocabulary import Key, is_membership
from statecheck.symbolic.world import Overlay, World


@dataclass(frozen=True)
class Update:
    """The next value of a function of the state, at any entity: ``value`` at ``variable``."""

    variable: z3.ExprRef
    value: z3.ExprRef

    def at(self, entity: z3.ExprRef) -> z3.ExprRef:
        """The next value at an entity."""
        return z3.substitute(self.value, (self.variable, entity))


@dataclass(frozen=True)
class Command:
    """An action as a guarded command for any number of entities.

    ``guard`` says when it is enabled; ``updates`` what it writes then, functions that it does not
    write left out. Both are over the functions of the state before, the parameters' constants and
    the constants of the system. ``paths`` counts the ways through its code. ``origins`` has the
    lines of the model that write each function, ``asked`` those that make each condition, by its
    `skeleton`.
    """

    name: str
    parameters: tuple[tuple[str, Any, z3.ExprRef], ...]
    guard: z3.BoolRef
    updates: dict[Key, Update]
    paths: int
    origins: dict[Key, tuple[Origin, ...]]
    asked: dict[str, tuple[Origin, ...]]


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
    with located(f"action {action.name}"):
        tree = world.explorer.explore(run)
        # Elements before the one that leaves would have been written, those after it would not.
        if spoiled := sorted(left & world.explorer.loops.wrote):
            raise ModelError(
                f"{spoiled[0]}: a loop that writes is left early; decide with any() or all() "
                "before the loop"
            )
    world.reset()
    guard = present(merge(tree, lambda overlay: z3.BoolVal(overlay is not None)))
    keys: dict[Key, None] = {}
    for overlay in _values(tree):
        keys.update(dict.fromkeys(overlay.writes if overlay else ()))
    updates = {}
    for key in keys:
        update = _update(world, tree, key)
        update = Update(update.variable, present(update.value))
        if not _idle(world, guard, key, update):
            updates[key] = update
    seen: set[int] = set()
    for term in (guard, *(update.value for update in updates.values())):
        for constant in constants(term, seen):
            if "!" in constant.decl().name():
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
    found: dict[int, tuple[z3.BoolRef, dict[Origin, None]]],
) -> dict[str, tuple[Origin, ...]]:
    asked: dict[str, dict[Origin, None]] = {}
    for term, origins in found.values():
        asked.setdefault(skeleton(term), {}).update(origins)
    return {text: tuple(origins) for text, origins in asked.items()}


def skeleton(term: z3.ExprRef) -> str:
    """A term as text in which only the kinds of the entities are left."""
    pairs = [
        (part, z3.Const(f"any {part.sort().name()}", part.sort()))
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
    """Whether an enabled action leaves a function as it is, such as a self transition."""
    solver = z3.SimpleSolver()
    solver.set("timeout", 1000)
    solver.add(guard, update.value != world.vocabulary.functions[key](update.variable))
    return bool(solver.check() == z3.unsat)


def _values(tree: Any) -> Iterator[Any]:
    if isinstance(tree, Node):
        for branch in tree.branches.values():
            yield from _values(branch)
    elif tree is not None:
        yield tree.value


def present(term: z3.ExprRef) -> Any:
    """A term without saying of an entity that has a name that it is there: it is."""
    said = [t for t in subterms(term) if is_membership(t) and not z3.is_var(t.arg(0))]
    return z3.substitute(term, *((t, z3.BoolVal(True)) for t in said)) if said else term


def constants(term: z3.ExprRef, seen: set[int] | None = None) -> list[z3.ExprRef]:
    """The uninterpreted constants of a term, each once, but for what was ``seen``."""
    return [
        t
        for t in subterms(term, seen)
        if z3.is_const(t) and t.decl().kind() == z3.Z3_OP_UNINTERPRETED
    ]


def subterms(term: z3.ExprRef, seen: set[int] | None = None) -> Iterator[z3.ExprRef]:
    """Every subterm once, also below quantifiers; none of those that were ``seen``, which grows."""
    # Z3's C interface rather than `children()`: most terms are met again, and need no wrapper then.
    context = term.ctx
    ref = context.ref()
    seen = set() if seen is None else seen
    stack = [] if term.get_id() in seen else [term]
    seen.add(term.get_id())
    while stack:
        term = stack.pop()
        yield term
        if not z3.is_app(term):
            if z3.is_quantifier(term) and (body := term.body()).get_id() not in seen:
                seen.add(body.get_id())
                stack.append(body)
            continue
        for index in range(z3.Z3_get_app_num_args(ref, term.ast)):
            child = z3.Z3_get_app_arg(ref, term.ast, index)
            key = z3.Z3_get_ast_id(ref, child)
            if key not in seen:
                seen.add(key)
                stack.append(z3.z3._to_expr_ref(child, context))


class located:  # noqa: N801  (reads as a word in a with statement)
    """Turn what model code raises into a ModelError that names the model's own line."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception | SystemExit):
            return
        where = self.what
        for frame in traceback.extract_tb(trace):
            if not is_library(frame.filename):
                where = f"{self.what} ({Path(frame.filename).name}:{frame.lineno})"
        said = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
        raise ModelError(f"{where}: {said}") from None
