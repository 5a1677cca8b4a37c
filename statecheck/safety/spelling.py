"""Spelling: terms in the model's names."""

from __future__ import annotations

import z3

from statecheck.smt.existence import is_existence
from statecheck.symbolic.transition_system import TransitionSystem

_COMPARISONS = {
    z3.Z3_OP_EQ: "=",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GT: ">",
}
_OPPOSITES = {"=": "!=", "<=": ">", ">=": "<", "<": ">=", ">": "<="}
_INFIX = {
    z3.Z3_OP_AND: "and",
    z3.Z3_OP_OR: "or",
    z3.Z3_OP_ADD: "+",
    z3.Z3_OP_SUB: "-",
}


def spell(
    term: z3.ExprRef, transitions: TransitionSystem, places: dict[int, str] | None = None
) -> str:
    """A term in the model's names. ``places`` names the entities in it."""
    return _Speller(transitions, places or {}).spell(term)


def spell_negation(
    term: z3.BoolRef, transitions: TransitionSystem, places: dict[int, str] | None = None
) -> str:
    """The negation of a term in the model's names; a comparison of two names has the other sign."""
    speller = _Speller(transitions, places or {})
    if term.decl().kind() in _COMPARISONS and all(map(speller.is_name, term.children())):
        left, sign, right = speller.comparison(term, None)
        return f"{left} {_OPPOSITES[sign]} {right}"
    return f"not {speller.spell(term)}"


class _Speller:
    """Writes terms; ``places`` names entities in them."""

    def __init__(self, transitions: TransitionSystem, places: dict[int, str]) -> None:
        self.transitions, self.places = transitions, places

    def is_name(self, term: z3.ExprRef) -> bool:
        """Whether a term is spelled as one name or value."""
        if term.get_id() in self.places or term.num_args() == 0:
            return True
        return term.decl().kind() == z3.Z3_OP_UNINTERPRETED and self.is_name(term.arg(0))

    def comparison(self, term: z3.ExprRef, number: type | None) -> tuple[str, str, str]:
        """A comparison as its left side, its sign and its right side."""
        left, right = self._children(term, number)
        kind = term.decl().kind()
        if kind == z3.Z3_OP_LE and z3.is_int_value(term.arg(0)):
            return right, ">=", left
        return left, _COMPARISONS[kind], right

    def _children(self, term: z3.ExprRef, number: type | None) -> list[str]:
        """The parts of a term; numbers among them are of the type that one of them has."""
        for child in term.children():
            number = number_type(child, self.transitions) or number
        children = [child for child in term.children() if not is_existence(child)]
        parts = [self.spell(child, number) for child in children]
        if term.decl().kind() in (z3.Z3_OP_EQ, z3.Z3_OP_AND, z3.Z3_OP_OR):
            # Z3 orders these by when they were first seen; a name comes before a value or a case.
            parts.sort(key=lambda part: (part[0] in "(0123456789", "." not in part, part))
        return parts

    def spell(self, term: z3.ExprRef, number: type | None = None) -> str:
        """A term; ``number`` is the type of the numbers in it, where that is known."""
        if term.get_id() in self.places:
            return self.places[term.get_id()]
        if z3.is_quantifier(term):
            return self._quantified(term)
        if z3.is_int_value(term):
            return str(number(term.as_long()) if number else term.as_long())
        if z3.is_true(term) or z3.is_false(term):
            return str(z3.is_true(term))
        kind = term.decl().kind()
        if kind == z3.Z3_OP_UNINTERPRETED:
            return self._function(term)
        if kind == z3.Z3_OP_DT_CONSTRUCTOR:
            return str(term.decl().name()).split(".", 1)[1]
        if kind == z3.Z3_OP_NOT and z3.is_eq(term.arg(0)):
            left, _, right = self.comparison(term.arg(0), number)
            return f"{left} != {right}"
        if kind in _COMPARISONS:
            return " ".join(self.comparison(term, number))
        parts = self._children(term, number)
        if kind == z3.Z3_OP_NOT:
            return f"not {parts[0]}"
        if kind == z3.Z3_OP_ITE:
            return f"({parts[1]} if {parts[0]} else {parts[2]})"
        return f" {_INFIX.get(kind, term.decl().name())} ".join(parts)

    def _quantified(self, term: z3.QuantifierRef) -> str:
        name = term.var_sort(0).name().lower()
        member = z3.Const(f"some {name}", term.var_sort(0))
        inner = _Speller(self.transitions, self.places | {member.get_id(): name})
        body = inner.spell(z3.substitute_vars(term.body(), member))
        return f"some {name} with {body}" if term.is_exists() else f"for every {name} {body}"

    def _function(self, term: z3.ExprRef) -> str:
        name = str(term.decl().name())
        if term.num_args() == 0:
            return name
        owner = self.spell(term.arg(0))
        return f"{owner}.{name.split('.', 1)[1]}".replace(".history.", ".")


def number_type(term: z3.ExprRef, transitions: TransitionSystem) -> type | None:
    """The type of the numbers that a function of the state has, if a term is its value."""
    if not z3.is_int(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED:
        return None
    for key, decl in transitions.vocabulary.functions.items():
        if decl.eq(term.decl()):
            type_: type = transitions.vocabulary.types[key]
            return type_ if type_ is not int else None
    return None
