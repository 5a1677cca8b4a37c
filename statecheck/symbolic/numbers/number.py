"""Numbers of entities: what a loop that counts comes to, as a value that code compares.

Compared with a small number, it is a formula: at most one is inside where no two are. Otherwise it
is a function of one entity, the owner of those that are counted, and somebody has to show what
each step makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from statecheck.smt.existence import exists
from statecheck.smt.failures import checked
from statecheck.smt.roles import is_primed, somebody, whichever
from statecheck.smt.terms import constants, subterms
from statecheck.symbolic.decision_tree import merge
from statecheck.symbolic.numbers.tally import LEN, Tally
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.values import Ordered, lift, truth
from statecheck.symbolic.vocabulary import HISTORY, Key, Vocabulary

NUMBER = "number"
"""Begins the names of numbers, which are histories."""

PLAIN = 2
"""It is said by quantifiers if there are at least so many."""

UNTOLD = 4
"""Likewise where the number is no function that steps change in a way which is known."""


@dataclass(frozen=True)
class Sum:
    """The sum of ``term`` over all entities in place of ``member``, for an ``owner``.

    ``inside`` says which entities it counts, if it is a number of entities. It is the same for all
    owners if ``is_common``.
    """

    member: z3.ExprRef
    owner: z3.ExprRef
    term: z3.ArithRef
    inside: z3.BoolRef | None
    is_common: bool


@dataclass
class Numbers:
    """The sums that code asked for, and why some can have no function; ``around`` are the entities
    that the code which is run is about.
    """

    sums: dict[Key, Sum] = field(default_factory=dict)
    refused: dict[Key, str] = field(default_factory=dict)
    around: Sequence[z3.ExprRef] = ()
    _keys: dict[tuple[str, str], Key] = field(default_factory=dict)

    def function(self, asked: Sum) -> tuple[Key, z3.FuncDeclRef]:
        """The function that a sum is, and its key."""
        kind = asked.owner.sort().name()
        said = kind, str(asked.term.sexpr())
        if said not in self._keys:
            same = (key for key, own in self.sums.items() if _are_same(own, asked))
            self._keys[said] = next(same, Key(kind, HISTORY, f"{NUMBER}{len(self.sums) + 1}"))
        key = self._keys[said]
        self.sums.setdefault(key, asked)
        return key, z3.Function(str(key), asked.owner.sort(), z3.IntSort())

    def asked_in(self, term: z3.ExprRef) -> dict[Key, Sum]:
        """The sums that a term has functions of."""
        names = {part.decl().name() for part in subterms(term) if z3.is_app(part)}
        return {key: own for key, own in self.sums.items() if str(key) in names}


def _are_same(one: Sum, other: Sum) -> bool:
    """Tell whether two sums are shown to be the same, however they are written."""
    if not (one.owner.eq(other.owner) and one.member.eq(other.member)):
        return False
    if one.is_common != other.is_common or (one.inside is None) != (other.inside is None):
        return False
    solver = z3.SimpleSolver()
    solver.set("timeout", 1000)
    solver.add(one.term != other.term)
    return bool(checked(solver) == z3.unsat)


class Number(Ordered):
    """How many entities there are such that, as far as it is asked."""

    __slots__ = ("_least", "_most")

    def __init__(
        self,
        term: z3.ExprRef,
        vocabulary: Vocabulary,
        least: Callable[[int], z3.BoolRef],
        most: int,
    ) -> None:
        super().__init__(term, int, vocabulary)
        self._least, self._most = least, most

    def _at_least(self, other: object, more: int = 0) -> z3.BoolRef | None:
        """The formula by which it is at least a plain number, and so many more, if that has one."""
        if not isinstance(other, int) or int(other) + more > self._most:
            return None
        return self._least(int(other) + more)

    def _said(
        self, term: z3.BoolRef | None, instead: Callable[[], Any], *, no: bool = False
    ) -> Any:
        if term is None:
            return instead()
        return truth(z3.Not(term) if no else term, self.vocabulary)

    def __ge__(self, other: object) -> Any:
        return self._said(self._at_least(other), lambda: super(Number, self).__ge__(other))

    def __gt__(self, other: object) -> Any:
        return self._said(self._at_least(other, 1), lambda: super(Number, self).__gt__(other))

    def __lt__(self, other: object) -> Any:
        least = self._at_least(other)
        return self._said(least, lambda: super(Number, self).__lt__(other), no=True)

    def __le__(self, other: object) -> Any:
        least = self._at_least(other, 1)
        return self._said(least, lambda: super(Number, self).__le__(other), no=True)

    def _equals(self, other: object) -> z3.BoolRef | None:
        one, more = self._at_least(other), self._at_least(other, 1)
        return None if one is None or more is None else z3.And(one, z3.Not(more))

    def __eq__(self, other: object) -> Any:
        return self._said(self._equals(other), lambda: super(Number, self).__eq__(other))

    def __ne__(self, other: object) -> Any:
        return self._said(self._equals(other), lambda: super(Number, self).__ne__(other), no=True)

    def __hash__(self) -> int:
        return super().__hash__()

    def __bool__(self) -> bool:
        return Explorer.current().decide(self._least(1))


def number_of(numbers: Numbers, vocabulary: Vocabulary, tally: Tally) -> Ordered:
    """The number that a tally comes to."""

    def added(value: Any) -> z3.ArithRef:
        term = lift(value, vocabulary)
        return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term

    explorer, element = tally.explorer, tally.element
    term = z3.simplify(merge(tally.tree.root, added))
    if not z3.is_int(term):
        raise explorer.refuse(f"a sum of {term.sort()} over any number of entities")
    inside = _inside(tally, vocabulary)
    owner, is_common, why = _owner(numbers, vocabulary, term, element)
    sort, counted = element.sort(), z3.Const("counted", element.sort())
    whose = whichever(owner.sort())
    swap = [(owner, whose)] if not is_common else []
    own = z3.substitute(z3.substitute(term, *swap), (element, counted))
    own_inside = None
    if inside is not None:
        own_inside = z3.substitute(z3.substitute(inside, *swap), (element, counted))
    key, function = numbers.function(Sum(counted, whose, own, own_inside, is_common))
    if why:
        numbers.refused.setdefault(key, why)
    value = function(owner)
    if inside is None:
        return Ordered(value, int, vocabulary)

    def least(count: int) -> z3.BoolRef:
        if count <= 0:
            return z3.BoolVal(True)
        # Every path has to ask the same, so they have the same names each time.
        chosen = [z3.Const(f"{element.decl().name()}.{n}", sort) for n in range(count)]
        formula = z3.BoolVal(True)
        for place in reversed(range(count)):
            one = chosen[place]
            differ = [one != former for former in chosen[:place]]
            there = z3.substitute(inside, (element, one))
            formula = z3.Exists([one], z3.And(exists(one), *differ, there, formula))
        return formula

    return Number(value, vocabulary, least, UNTOLD if key in numbers.refused else PLAIN)


def _inside(tally: Tally, vocabulary: Vocabulary) -> z3.BoolRef | None:
    """The formula by which the element adds one; None where it may add something else."""
    plain = True

    def one(value: Any) -> z3.BoolRef:
        nonlocal plain
        term = lift(value, vocabulary)
        if z3.is_bool(term):
            return term
        plain = plain and z3.is_int_value(term) and term.as_long() in (0, 1)
        return term == 1

    formula = merge(tally.tree.root, one)
    if tally.form == LEN or plain:
        return z3.simplify(formula)
    return None


def _owner(
    numbers: Numbers, vocabulary: Vocabulary, term: z3.ExprRef, element: z3.ExprRef
) -> tuple[z3.ExprRef, bool, str]:
    """Whose number it is, whether it is everybody's, and why it has no function if it has none."""
    parts = [*subterms(term)]
    if any(z3.is_app(p) and p.num_args() and is_primed(p) for p in parts):
        return element, False, "it asks how many there are after a step; ask it of a state"
    known = {constant.get_id() for constant in vocabulary.constants.values()}
    if any(
        c.get_id() not in known and c.sort_kind() != z3.Z3_UNINTERPRETED_SORT
        for c in constants(term)
    ):
        return element, False, "it is a number for each value of something that is no entity"
    whose = {part.get_id(): part for part in _outermost(term, element)}
    if not whose:
        return next(iter(numbers.around), somebody(element.sort())), True, ""
    if len(whose) == 1:
        return next(iter(whose.values())), False, ""
    roots = {root.get_id(): root for part in whose.values() for root in [_root(part)]}
    owner = next(iter(roots.values()))
    if len(roots) == 1:
        return owner, False, ""
    return owner, False, "it is a number for two entities at once; let it be about one"


def _outermost(term: z3.ExprRef, element: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """The entities that a term names beside an element, and those that they lead to instead."""
    stack = [term]
    while stack:
        part = stack.pop()
        if z3.is_quantifier(part):
            stack.append(part.body())
        elif not z3.is_var(part):
            if part.sort_kind() == z3.Z3_UNINTERPRETED_SORT and not any(
                z3.is_var(p) or p.eq(element) for p in subterms(part)
            ):
                yield part
            else:
                stack += part.children()


def _root(part: z3.ExprRef) -> z3.ExprRef:
    while part.num_args():
        part = part.arg(0)
    return part
