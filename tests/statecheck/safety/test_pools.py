"""Candidates that a model calls for: false there, true of every sample, and none too long."""

from __future__ import annotations

import random

import z3

from statecheck.safety.joint.pools import LONGEST, Pool
from statecheck.symbolic.vocabulary import Key

ATOMS = 9


def pool(samples: list[int]) -> Pool:
    """A pool of which bit n of a sample says whether atom n is true."""
    sort = z3.DeclareSort("Thing")
    thing = z3.Const("thing", sort)
    atoms = [z3.Function(f"is{n}", sort, z3.BoolSort())(thing) for n in range(ATOMS)]
    columns = [sum((s >> n & 1) << k for k, s in enumerate(samples)) for n in range(ATOMS)]
    return Pool(0, (thing,), atoms, [], (columns, (1 << len(samples)) - 1))


def is_true(clause: list[tuple[int, bool]], truths: int) -> bool:
    return any(bool(truths >> n & 1) == truth for n, truth in clause)


def test_a_new_candidate_is_false_there_and_true_of_all_samples() -> None:
    pick = random.Random(0)
    made = none = 0
    for _ in range(150):
        samples = [pick.getrandbits(ATOMS) for _ in range(pick.choice((1, 8, 60, 250)))]
        own = pool(samples)
        for _ in range(4):
            truths = pick.getrandbits(ATOMS)
            known = len(own.clauses)
            number = own.longer(truths)
            if number is None:
                none += 1
                assert len(own.clauses) == known
                continue
            made += 1
            clause = list(own.clauses[number])
            assert list(own.false_at(truths)).count(number) == 1
            assert not is_true(clause, truths)
            assert all(is_true(clause, sample) for sample in samples)
            assert 0 < len(clause) <= LONGEST
            for literal in clause:
                rest = [other for other in clause if other != literal]
                assert not all(is_true(rest, sample) for sample in samples), "it has one too many"
    assert min(made, none) > 50


def test_what_a_sample_is_like_is_not_excluded() -> None:
    own = pool([5, 9, 200])
    assert own.longer(9) is None
    assert own.longer(8) is not None
    assert own.longer(8) is None  # it is there already


def test_a_candidate_of_too_many_literals_is_none() -> None:
    """Each atom is needed, where a sample differs from what is asked in that one alone."""
    most = 2 ** (LONGEST + 1) - 1
    assert pool([most ^ 1 << n for n in range(LONGEST + 1)]).longer(most) is None
    fewer = 2**LONGEST - 1
    assert pool([fewer ^ 1 << n for n in range(LONGEST)]).longer(fewer) is not None


def test_a_candidate_is_about_functions_outside_a_cone_only_if_it_has_to_be() -> None:
    inside, outside = (Key("Thing", "it", name) for name in ("inside", "outside"))
    samples = [0b00, 0b11]
    thing = z3.Const("thing", z3.DeclareSort("Thing"))
    atoms = [z3.Function(f"is{n}", thing.sort(), z3.BoolSort())(thing) for n in range(3)]
    for mentions in ([inside, outside], [outside, inside]):
        # Atoms 0 and 1 are the same in every sample, and atom 2 is false there: either will do.
        columns = [0b10, 0b10, 0b00]
        about = [frozenset({key}) for key in (*mentions, outside)]
        own = Pool(0, (thing,), atoms, [], (columns, (1 << len(samples)) - 1), about)
        number = own.longer(0b101, frozenset({inside}))
        assert number is not None
        assert own.clauses[number] == ((2, False),)
        about[2] = frozenset({inside})
        own = Pool(0, (thing,), atoms, [((n, True),) for n in range(3)], mentions=about)
        assert own.beyond(frozenset({inside})) == 1 << mentions.index(outside)
        assert own.beyond(frozenset({inside, outside})) == 0
