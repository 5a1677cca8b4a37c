"""Formulas about few entities, beside the solver's own treatment of quantifiers."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import z3

from statecheck.smt.existence import exists
from statecheck.smt.finite import Universe

A, B = z3.DeclareSort("A"), z3.DeclareSort("B")
LEADS = z3.Function("leads", A, B)
BACK = z3.Function("back", B, A)
HOLDS = z3.Function("holds", A, z3.BoolSort())


def formula(pick: random.Random) -> z3.BoolRef:
    """Two or three nested quantifiers over entities that exist."""
    x, y, z = z3.Const("x", A), z3.Const("y", B), z3.Const("z", A)
    atoms = [
        HOLDS(x),
        LEADS(x) == y,
        BACK(y) == x,
        BACK(y) == z,
        LEADS(z) == y,
        z == x,
        HOLDS(BACK(y)),
    ]
    chosen = [a if pick.random() < 0.5 else z3.Not(a) for a in pick.sample(atoms, 3)]
    body = pick.choice([z3.And, z3.Or])(*chosen)
    for variable in (z, y, x):
        if pick.random() < 0.5:
            body = z3.ForAll([variable], z3.Implies(exists(variable), body))
        else:
            body = z3.Exists([variable], z3.And(exists(variable), body))
    return body if pick.random() < 0.5 else z3.Not(body)


def brute_force(term: z3.BoolRef, size: int) -> bool:
    """Tell whether some table of the functions satisfies a formula, by trying all of them."""
    for count_a, count_b in itertools.product(range(1, size + 1), repeat=2):
        for leads, back, holds in itertools.product(
            itertools.product(range(count_b), repeat=count_a),
            itertools.product(range(count_a), repeat=count_b),
            itertools.product((False, True), repeat=count_a),
        ):
            if is_true(term, (count_a, count_b), (leads, back, holds)):
                return True
    return False


def is_true(term: z3.BoolRef, counts: tuple[int, int], tables: tuple[tuple[int, ...], ...]) -> bool:
    def value(part: Any, bound: tuple[int, ...]) -> Any:
        if z3.is_var(part):
            return bound[-1 - z3.get_var_index(part)]
        if z3.is_quantifier(part):
            count = counts[0] if part.var_sort(0) == A else counts[1]
            found = (value(part.body(), (*bound, n)) for n in range(count))
            return any(found) if part.is_exists() else all(found)
        name = part.decl().name()
        args = [value(child, bound) for child in part.children()]
        if name in ("leads", "back", "holds"):
            return tables[("leads", "back", "holds").index(name)][args[0]]
        if name.startswith("there is"):
            return True
        match name:
            case "and":
                return all(args)
            case "or":
                return any(args)
            case "not":
                return not args[0]
            case "=>":
                return not args[0] or args[1]
            case "=":
                return args[0] == args[1]
        raise AssertionError(name)

    return bool(value(term, ()))


@pytest.mark.parametrize("seed", range(60))
def test_a_formula_has_a_small_model_where_some_table_satisfies_it(seed: int) -> None:
    term = formula(random.Random(seed))
    universe = Universe([A, B], 2, [LEADS, BACK])
    solver = z3.Solver()
    solver.add(*universe.constraints(), *universe.ground(term))
    # The tables have at least one entity of each kind.
    solver.add(*(exists(own[0]) for own in universe.entities.values()))
    for function in (LEADS, BACK):
        for entity in universe.entities[function.domain(0).name()]:
            solver.add(z3.Implies(exists(entity), exists(function(entity))))
    assert (solver.check() == z3.sat) == brute_force(term, 2)


def test_a_constant_stands_for_one_of_the_entities() -> None:
    universe = Universe([A, B], 1, [LEADS, BACK])
    one, other = z3.Consts("one other", A)
    solver = z3.Solver()
    solver.add(*universe.constraints(), *universe.ground(one != other))
    assert solver.check() == z3.unsat
