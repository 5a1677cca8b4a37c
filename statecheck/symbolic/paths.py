"""Path exploration: plain Python code is run once for each way its branches can go.

A symbolic value that Python asks for its truth asks the explorer in turn. The explorer answers from
a decision tree that it grows: known and implied answers at once, open ones one way in this run and
the other way in a later run of the same code. What the runs returned is then merged along the tree
into one term.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any, NamedTuple

import z3

from statecheck.clock import Endless, alarm, heed, in_bounds
from statecheck.modeling import ModelError
from statecheck.modeling.machine import LIBRARIES
from statecheck.smt.failures import checked, noted_failures
from statecheck.smt.interruption import raise_if_interrupted
from statecheck.symbolic.decision_tree import Decisions, Leaf, Node, Tree

PATIENCE = 20.0
"""One way through code ends within so many seconds."""


@dataclass(frozen=True, order=True)
class Origin:
    """A line of the model, and the function that it belongs to.

    Code of a generator expression belongs to the function around it.
    """

    file: str
    line: int
    function: str


@cache
def is_library(file: str) -> bool:
    """Tell whether a file belongs to the libraries that run a model, and not to the model."""
    return file.startswith(LIBRARIES)


def origin() -> Origin:
    """The innermost line of the model that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return Origin(frame.f_code.co_filename, frame.f_lineno, function_of(frame.f_code)[1])


def function_of(code: CodeType) -> tuple[str, str]:
    """The file of some code, and the function that it belongs to."""
    return code.co_filename, _function(code.co_qualname)


def _function(qualified: str) -> str:
    """The innermost function with a name of its own; ``<lambda>`` where there is none."""
    names = [scope.rpartition(".")[2] for scope in qualified.split(".<locals>.")]
    return next((name for name in reversed(names) if not name.startswith("<")), names[-1])


PATHS, DECISIONS = 20_000, 60
"""Code with more ways through it, or with more decisions on one of them, is taken for endless."""


@dataclass(eq=False)
class Scope:
    """One exploration under way; an ``isolated`` one takes nothing from those around it.

    Of a loop, ``after`` are the element and the number of loops to go on with when it is over, and
    ``leave`` is told how the code leaves it where it does so early.
    """

    tree: Tree
    isolated: bool
    excluded: frozenset[Decisions] = frozenset()
    known: dict[int, bool] = field(default_factory=dict)
    literals: list[z3.BoolRef] = field(default_factory=list)
    after: tuple[z3.ExprRef | None, int] = (None, 0)
    leave: Callable[[str], None] | None = None

    def learn(self, term: z3.BoolRef, truth: bool) -> None:
        """Remember a decision, so that it is not asked again on this path."""
        self.known[term.get_id()] = truth
        self.literals.append(term if truth else z3.Not(term))


@dataclass
class Loops:
    """The loops over any number of entities of the path being run.

    ``element`` is that of the innermost loop under way, ``depth`` how many are, ``count`` the
    number of loops begun. ``reads`` are what the outermost one reads of other entities, ``place``
    its line. ``left`` are the lines of the loops that the path left early, ``wrote`` those of the
    loops that write on some path. ``exits`` are the ways out that were met, each with the numbers
    of its decisions that are implied and what the code does there, by the loop and the number of
    the term by which some element takes it, which they keep alive. ``tallies`` are the loops that
    count and whose number is not asked for yet, where code ``may_count``.
    """

    element: z3.ExprRef | None = None
    depth: int = 0
    count: int = 0
    reads: set[Any] = field(default_factory=set)
    place: str = ""
    left: set[str] = field(default_factory=set)
    wrote: set[str] = field(default_factory=set)
    exits: dict[tuple[int, int], tuple[z3.BoolRef, Decisions, frozenset[int], str]] = field(
        default_factory=dict
    )
    may_count: bool = False
    tallies: list[Any] = field(default_factory=list)

    def begin(self) -> None:
        """Begin another path."""
        self.element, self.depth, self.count, self.left = None, 0, 0, set()
        self.tallies.clear()


class _Asked(NamedTuple):
    """A term that was asked for its truth, and in its simplest form with the number of that; its
    truth where it has always the same, and what it denies where it denies something.
    """

    term: z3.BoolRef
    simple: z3.BoolRef
    number: int
    fixed: bool | None
    negated: z3.BoolRef | None


class Explorer:
    """Runs code along all its paths. Symbolic values ask the active one for their truth.

    ``origins`` remembers the lines of the model whose terms were asked for their truth, ``made``
    the lines that terms come from; both by the terms' numbers. ``read_only_for``
    names code that may read and not write.
    """

    active: Explorer | None = None

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.error: ModelError | None = None
        self.loops = Loops()
        self.read_only_for = ""
        self.origins: dict[int, tuple[z3.BoolRef, dict[Origin, None]]] = {}
        self.made: dict[int, tuple[z3.BoolRef, Origin]] = {}
        self._solver = z3.SimpleSolver()
        self._thread = threading.get_ident()
        self._path: list[z3.BoolRef] = []
        self._asked: dict[int, _Asked] = {}

    @staticmethod
    def current() -> Explorer:
        """The active explorer. Raises ModelError where a symbolic value strayed out of a proof."""
        if Explorer.active is None or not Explorer.active.scopes:
            raise ModelError("a symbolic value was asked for its truth outside of a proof")
        return Explorer.active

    def remember(self, term: z3.BoolRef) -> None:
        """Note the line of the model that makes a term."""
        self.made[term.get_id()] = term, origin()

    @contextmanager
    def scope(self, tree: Tree, *, isolated: bool = False) -> Iterator[Scope]:
        """Make a tree the one that decisions go to."""
        scope = Scope(tree, isolated)
        self.scopes.append(scope)
        try:
            yield scope
        finally:
            if scope in self.scopes:
                self.scopes.remove(scope)

    def enter(
        self, tree: Tree, element: z3.ExprRef, number: int, *, isolated: bool = False
    ) -> Scope:
        """Begin a way through a loop, the path's ``number``-th, for an element of it."""
        loops = self.loops
        scope = Scope(tree, isolated, after=(loops.element, number))
        self.scopes.append(scope)
        loops.element, loops.count = element, number
        loops.depth += 1
        return scope

    def end(self, scope: Scope, said: Callable[[], str] | None = None) -> None:
        """End a way through a loop, if it is under way: whoever held its frame may ask for that
        late, or in a thread of its own. The code left the loop early where it is ``said`` how.
        """
        if not self.is_open(scope):
            return
        if said is not None and scope.leave is not None and self.error is None:
            try:
                scope.leave(said())
            except Exception as error:  # Python swallows it where it frees the loop
                self.refuse(f"a loop is left in a way that is not understood: {error}")
                raise
        self.scopes.remove(scope)
        self.loops.element, self.loops.count = scope.after
        self.loops.depth -= 1

    def is_open(self, scope: Scope) -> bool:
        """Tell whether an exploration is under way, and this thread runs it."""
        return self.is_run_here and scope in self.scopes

    @property
    def is_run_here(self) -> bool:
        """True for the thread that runs the code, and for no other one."""
        return self._thread == threading.get_ident()

    def explore(self, run: Callable[[], Any], *, isolated: bool = False) -> Node | Leaf:
        """Run code along all its paths; return the tree of what it returned.

        Raises the ModelError that a run reported, even where Python swallowed it on its way.
        """
        tree = Tree()
        outer, Explorer.active = Explorer.active, self
        self._thread = threading.get_ident()
        try:
            for paths in itertools.count(1):
                if outer is None:
                    raise_if_interrupted()
                    heed()
                with self.scope(tree, isolated=isolated) as scope:
                    value = run() if outer is not None else self._run_alone(run)
                    if self.scopes[-1] is not scope:
                        self.refuse(_HELD)
                if paths > PATHS:
                    self.refuse(f"more than {PATHS} ways lead through the code; does it end?")
                self._raise_noted()
                tree.place(Leaf(value))
                if tree.finish():
                    break
        except Exception:
            self._raise_noted()
            raise
        finally:
            Explorer.active = outer
            if outer is None:
                # A loop that an error cut off is closed later, when nobody is interested any more.
                self.error = None
                self.scopes.clear()
        assert tree.root is not None
        return tree.root

    def _run_alone(self, run: Callable[[], Any]) -> Any:
        """The result of running code along one path, inside of no other code."""
        with noted_failures() as failures:
            try:
                return _in_time(run)
            finally:
                if failures:  # code, or the library that runs it, may have caught them
                    self.refuse(f"the solver failed while the code was read: {failures[0]}")

    def _raise_noted(self) -> None:
        """Raise the error that was noted, whatever became of it meanwhile."""
        if self.error is not None:
            raise self.error from None

    def decide(self, term: z3.BoolRef) -> bool:
        """The truth of a term on the present path."""
        number = term.get_id()
        made = self.made.get(number)
        # Every path asks what the paths before it asked.
        if number not in self._asked:
            simple = z3.simplify(term)
            fixed = z3.is_true(simple) if z3.is_true(simple) or z3.is_false(simple) else None
            negated = simple.arg(0) if z3.is_not(simple) else None
            self._asked[number] = _Asked(term, simple, simple.get_id(), fixed, negated)
        asked = self._asked[number]
        term, number = asked.simple, asked.number
        if asked.fixed is not None:
            return asked.fixed
        if asked.negated is not None:
            return not self.decide(asked.negated)
        scope = self.scopes[-1]
        for around in self._around():
            if number in around.known:
                return around.known[number]
        if len(scope.tree.path) > DECISIONS:
            raise self.refuse(
                f"a way through the code takes more than {DECISIONS} decisions; does it end? Write "
                "no loop and no recursion that only a value which may be any would end"
            )
        node = scope.tree.at_cursor()
        if node is None:
            node = Node(term, self._implied(term))
            scope.tree.place(node)
            _, origins = self.origins.setdefault(number, (term, {}))
            origins[made[1] if made is not None else origin()] = None
        if not isinstance(node, Node) or not node.term.eq(term):
            raise self.refuse(f"decisions differ from run to run: {term} was not asked before")
        if scope.excluded and node.implied is None:
            taken = scope.tree.decisions()
            for truth in (True, False):
                if (*taken, (number, truth)) in scope.excluded:
                    node.done.add(truth)
                    node.branches[truth] = None
        truth = node.choice
        scope.tree.take(node, truth)
        scope.learn(term, truth)
        return truth

    def _around(self) -> Iterator[Scope]:
        for scope in reversed(self.scopes):
            yield scope
            if scope.isolated:
                return

    def _implied(self, term: z3.BoolRef) -> bool | None:
        path = [literal for scope in self._around() for literal in scope.literals]
        try:
            self._assert(path)
            for truth in (True, False):
                if checked(self._solver, z3.Not(term) if truth else term) == z3.unsat:
                    return truth
        except BaseException:
            # Of what was asserted nothing is known, and the code may go on with what it catches.
            self._solver, self._path = z3.SimpleSolver(), []
            raise
        return None

    def _assert(self, path: list[z3.BoolRef]) -> None:
        """Have the solver assert the literals of a path."""
        same = 0
        for literal, asserted in zip(path, self._path, strict=False):
            if not literal.eq(asserted):
                break
            same += 1
        if same < len(self._path):
            self._solver.pop(len(self._path) - same)
        for literal in path[same:]:
            self._solver.push()
            self._solver.add(literal)
        self._path = path

    def refuse(self, message: str) -> ModelError:
        """Note an error that must not get lost, whoever swallows the exception; return it."""
        if self.error is None:
            self.error = ModelError(message)
        return self.error


_HELD = (
    "a loop that was left is still held, as a profiler or a debugger may hold its frame; ask again "
    "without it"
)


def _in_time(run: Callable[[], Any]) -> Any:
    """The result of running code along one path. Raises ModelError where that does not end, and
    Timeout where the time is up first.
    """
    try:
        with alarm(min(PATIENCE, in_bounds())):
            return run()
    except Endless:
        heed()
        raise ModelError(
            f"a way through the code does not end within {PATIENCE:g} s; an event that a callback "
            "sends, or a loop, may go round for ever"
        ) from None
