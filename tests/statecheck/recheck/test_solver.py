"""How long cvc5 is asked, and in which ways."""

from __future__ import annotations

import pytest

from statecheck.recheck.solver import FIRST_SHARE, UNKNOWN, Solver

QUANTIFIED = "(declare-fun f (Int) Int)\n(assert (forall ((x Int)) (= (f x) x)))\n"
ENDLESS = """(declare-const x Int)
(declare-const y Int)
(declare-const z Int)
(assert (= (+ (* x x x) (* y y y) (* z z z)) (f 33)))
(check-sat)
"""


class _Late(Solver):
    """Its second way answers when it has a while; the others never do, the first knows it soon."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds, proofs=False)
        self.asked: list[tuple[str, float]] = []

    def _ask(self, text: str, way: dict[str, str], seconds: float) -> tuple[str, bool]:
        self.asked.append(("".join(way), seconds))
        if "enum-inst" in way and seconds > 3:
            return "unsat", True
        return UNKNOWN, not way


def test_each_way_has_more_and_more_time() -> None:
    solver = _Late(1000)
    assert solver.answer(QUANTIFIED) == "unsat"
    assert [seconds for way, seconds in solver.asked if way == ""] == [FIRST_SHARE]
    for way, rounds in (("enum-inst", 4), ("finite-model-find", 3)):
        shares = [seconds for name, seconds in solver.asked if name == way]
        assert shares == [FIRST_SHARE * 2**k for k in range(rounds)]


@pytest.mark.parametrize("seconds", [0.05, 0.2])
def test_what_cvc5_had_no_time_for_is_told_from_what_it_does_not_know(seconds: float) -> None:
    solver = Solver(10, proofs=False)
    assert solver._ask(QUANTIFIED + ENDLESS, {}, seconds) == (UNKNOWN, False)
    assert solver._ask(f"{QUANTIFIED}(check-sat)", {"enum-inst": "true"}, 10)[0] != "unsat"
    assert Solver(seconds, proofs=False).answer(QUANTIFIED + ENDLESS) == UNKNOWN
