"""What Z3 says of a term is what one sees who goes through it."""

from __future__ import annotations

import pytest
import z3

from statecheck.smt.fingerprint import fingerprint
from statecheck.smt.terms import applications, functions_in, has_quantifier, numerals
from statecheck.symbolic.vocabulary import enumeration

KIND = z3.DeclareSort("Kind")
X, B, N = z3.Const("x", KIND), z3.Bool("b"), z3.Int("n")
HOLDS = z3.Function("holds", KIND, z3.BoolSort())
OF = z3.Function("of", z3.BoolSort(), KIND)
EVERY = z3.ForAll([X], HOLDS(X))
SOME = z3.Exists([X], z3.And(HOLDS(X), B))
FREE = z3.Var(0, KIND)

WITHOUT = [
    z3.BoolVal(True),
    N + 3,
    X,
    FREE,
    z3.Or(HOLDS(FREE), N < 3),
    z3.If(B, N, z3.IntVal(2)),
    EVERY.body(),
]
WITH = [
    EVERY,
    z3.And(z3.BoolVal(False), EVERY),  # which is decided by the rest of it
    z3.Or(z3.BoolVal(True), SOME),
    z3.Not(z3.Or(B, z3.Not(SOME))),
    z3.If(SOME, N, N + 1),
    OF(z3.Or(B, EVERY)),
    HOLDS(OF(SOME)),
    z3.Or(HOLDS(FREE), EVERY),
    z3.ForAll([X], z3.Or(SOME, HOLDS(X))).body(),
    z3.Lambda([X], HOLDS(X)),
]


def looked_through(term: z3.ExprRef) -> bool:
    return z3.is_quantifier(term) or any(map(looked_through, term.children()))


@pytest.mark.parametrize("term", WITHOUT + WITH, ids=str)
def test_a_quantifier_is_seen_wherever_it_is(term: z3.ExprRef) -> None:
    assert has_quantifier(term) is looked_through(term) is any(term is other for other in WITH)
    assert has_quantifier(B, term) is has_quantifier(term)


def test_parts_are_found_below_quantifiers_and_once() -> None:
    seen: set[int] = set()
    term = z3.And(z3.ForAll([N], HOLDS(OF(N + 2 > 2))), N + 2 < 7, N + N == 5)
    assert sorted(number.as_long() for number in numerals(term, seen)) == [2, 5, 7]
    assert numerals(N == 5, seen) == []
    assert {str(part) for part in applications(term, z3.Z3_OP_ADD)} == {
        "Var(0) + 2",
        "n + 2",
        "n + n",
    }
    names = {decl.ast.value: decl.name() for decl in (HOLDS, OF, B.decl())}
    found = functions_in([term, z3.Or(B, HOLDS(X))])
    assert {names[address] for address in found & names.keys()} == {"holds", "of"}


def test_a_fingerprint_does_not_tell_who_had_a_name_first() -> None:
    """Of two enumerations of one name the second has a number, whichever that is."""
    first = enumeration("Fingerprinted", ("a", "b"))[1]["a"]
    second = enumeration("Fingerprinted", ("a", "b", "c"))[1]
    assert str(second["a"]) == "Fingerprinted~2.a"
    assert fingerprint(second["a"], {}) == fingerprint(first, {})
    assert fingerprint(second["b"], {}) != fingerprint(first, {})
