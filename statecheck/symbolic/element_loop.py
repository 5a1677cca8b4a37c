"""Loops over any number of entities, run for one arbitrary element."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import GeneratorType
from typing import Any

import z3

from statecheck.smt.existence import exists
from statecheck.smt.roles import loop_element
from statecheck.symbolic.decision_tree import Decisions, Leaf, Node, Tree, merge
from statecheck.symbolic.loops import raised, way_out
from statecheck.symbolic.overlay import Overlay
from statecheck.symbolic.paths import Explorer, Scope
from statecheck.symbolic.vocabulary import Key


def iterate_element(
    explorer: Explorer,
    overlay: Overlay,
    sort: z3.SortRef,
    member: Callable[[z3.ExprRef], Any],
) -> Iterator[Any]:
    """Run a loop's body along all its paths for one arbitrary element.

    ``member`` gives the entity for an element that the loop is about, else None. It is yielded
    once for each path of the body. The writes of the paths at it become one update of every
    element. A path that leaves the loop (a break, an ``all()`` that has its answer, a refused
    event) becomes a decision: does some element take it?
    """
    loops = explorer.loops
    outer = loops.element
    loops.count += 1
    number, place = loops.count, loops.place
    element = loop_element(sort, number)
    around = explorer.scopes[-1]
    excluded: set[Decisions] = set()
    while True:
        _recall(explorer, around, number)
        exit_ = around.tree.at_cursor()
        if not isinstance(exit_, Node) or exit_.loop != number or exit_.choice:
            break
        assert exit_.leaves is not None
        _exclude(excluded, exit_.leaves, exit_.forced)
        around.tree.take(exit_, False)
    if () in excluded:
        return  # any element would leave, so there is none
    tree = Tree()
    mark = overlay.mark()
    if outer is None:
        loops.reads = set()
    while True:
        scope = explorer.enter(tree, element, number)
        scope.excluded = frozenset(excluded)
        scope.leave = partial(_leave, explorer, overlay, tree, element, number, place, mark)
        try:
            chosen = member(element)
            if chosen is not None:
                user = sys._getframe(1).f_code  # its frame would keep this generator alive
                yield chosen
        except GeneratorExit:
            if explorer.is_open(scope):
                explorer.end(scope, partial(way_out, user, sys._getframe(1)))
            raise
        finally:
            explorer.end(scope)
        writes = {key: entries[-1][2] for key, entries in overlay.since(mark).items()}
        if writes:
            loops.wrote.add(place)
        overlay.back_to(mark)
        tree.place(Leaf(writes))
        if tree.finish():
            break
    _apply(explorer, overlay, tree, element)


@contextmanager
def answering(explorer: Explorer) -> Iterator[None]:
    """Have `any` and `all` end the loops that they go through as soon as they have their answer.

    Python closes them when nobody holds them any more, which is later where a profiler, a debugger
    or an exception holds a frame; and decisions of the code after the loop would be the loop's.
    """
    kept = builtins.any, builtins.all
    builtins.any, builtins.all = partial(_asked, explorer, True), partial(_asked, explorer, False)
    try:
        yield
    finally:
        builtins.any, builtins.all = kept


_PLAIN = {True: any, False: all}


def _asked(explorer: Explorer, wanted: bool, values: Any, /) -> bool:
    """Python's `any`, which looks for one that is true, or `all`, for one that is not."""
    if not isinstance(values, GeneratorType) or not explorer.is_run_here:
        return _PLAIN[wanted](values)
    around = len(explorer.scopes)
    said = "its answer"
    try:
        for value in values:
            if bool(value) is wanted:
                return wanted
    except BaseException:
        said = raised(sys._getframe(1))
        raise
    else:
        return not wanted
    finally:
        for scope in explorer.scopes[: around - 1 : -1]:
            explorer.end(scope, lambda: said)


def _exclude(excluded: set[Decisions], leaves: Decisions, forced: frozenset[int]) -> None:
    """Note that no element takes a way; if none takes it with its last decision the other way,
    either, none comes to that decision.
    """
    excluded.add(leaves)
    while leaves:
        *before, (last, truth) = leaves
        if len(before) not in forced and (*before, (last, not truth)) not in excluded:
            return
        leaves = tuple(before)
        excluded.add(leaves)


def _recall(explorer: Explorer, around: Scope, number: int) -> None:
    """Place a way out of a loop that no element of the loop around it takes, where it is next."""
    if around.tree.at_cursor() is not None:
        return
    taken = around.tree.decisions()
    for decisions in around.excluded:
        *before, (last, truth) = decisions or ((0, False),)
        known = explorer.loops.exits.get((number, last))
        if truth and known is not None and tuple(before) == taken:
            term, leaves, forced, said = known
            node = Node(term, None, leaves, forced, number, said, {True: None}, {True})
            around.tree.place(node)
            return


def _apply(explorer: Explorer, overlay: Overlay, tree: Tree, element: z3.ExprRef) -> None:
    keys: dict[Key, None] = {}

    def collect(writes: dict[Key, z3.ExprRef]) -> None:
        keys.update(dict.fromkeys(writes))

    merge(tree.root, collect)
    crossed = explorer.loops.reads & set(keys)
    if crossed:
        raise explorer.refuse(
            f"a loop reads {min(map(str, crossed))} of other entities while it writes it; "
            "the order of the elements would matter"
        )
    news = {}
    for key in keys:
        old = overlay.read(key, element)
        news[key] = merge(tree.root, lambda w, key=key, old=old: w.get(key, old))  # type: ignore[misc]
    for key, new in news.items():
        overlay.write_all(key, element, new)


def _leave(
    explorer: Explorer,
    overlay: Overlay,
    tree: Tree,
    element: z3.ExprRef,
    number: int,
    place: str,
    mark: dict[Key, int],
    said: str,
) -> None:
    """The present path leaves the loop: some element takes it. Runs while Python closes."""
    explorer.loops.left.add(place)
    if overlay.since(mark):
        explorer.loops.wrote.add(place)
    overlay.back_to(mark)
    decisions, forced = tree.open_decisions(), tree.implied()
    some = z3.Exists([element], z3.And(exists(element), *tree.literals()))
    around = explorer.scopes[-2]
    node = around.tree.at_cursor()
    for earlier, _ in around.tree.path:
        if earlier.loop == number and earlier.said != said:
            explorer.refuse(
                f"{place}: a loop over any number of entities is left by `{earlier.said}` or by "
                f"`{said}`, whichever element comes first; ask any(...) or all(...) for each"
            )
    if node is None:
        node = Node(some, leaves=decisions, forced=forced, loop=number, said=said)
        explorer.loops.exits[number, some.get_id()] = some, decisions, forced, said
        if (*around.tree.decisions(), (some.get_id(), False)) in around.excluded:
            node.done.add(False)
            node.branches[False] = None
        around.tree.place(node)
    if getattr(node, "leaves", None) != decisions:
        explorer.refuse("a loop that its first element always leaves; write any() or all()")
        return
    around.tree.take(node, True)  # type: ignore[arg-type]
