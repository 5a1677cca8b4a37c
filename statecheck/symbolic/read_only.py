"""Code that changes nothing, such as the body of a claim, as one term."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import z3

from statecheck.modeling import ModelError
from statecheck.smt.existence import drop_existence
from statecheck.smt.roles import is_loop_element
from statecheck.smt.terms import constants
from statecheck.symbolic.decision_tree import Leaf, Node, merge
from statecheck.symbolic.extraction import located
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.values import lift
from statecheck.symbolic.vocabulary import Vocabulary
from statecheck.symbolic.world import World


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
            with located(what):
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
