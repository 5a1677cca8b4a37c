"""z3's wrappers, made lighter, find the same errors; in a process of its own, for it stays so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

BEFORE = """
import z3
from z3 import z3core
from statecheck.smt.c_interface import without_wrapper_checks
earlier = z3.Context()
{change}

def message(context):
    number = z3.Int("x", context)
    try:
        z3.Z3_mk_not(context.ref(), number.ast)
    except z3.Z3Exception as error:
        return "Sort mismatch" in str(error)

"""

LIGHT = BEFORE.format(change="without_wrapper_checks(); without_wrapper_checks()")


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


def test_each_error_is_raised_and_no_call_after_it_fails() -> None:
    program = LIGHT + (
        "main = z3.main_ctx()\n"
        "print([message(main), message(main), z3.is_true(z3.BoolVal(True)), message(main)])"
    )
    assert run(program) == "[True, True, True, True]"


@pytest.mark.parametrize("context", ["earlier", "z3.Context()"])
def test_errors_of_other_contexts_are_raised(context: str) -> None:
    program = LIGHT + f"other = {context}\nprint(message(other), message(z3.main_ctx()))"
    assert run(program) == "True True"


def test_an_error_of_one_context_is_not_taken_for_another_one_s() -> None:
    program = LIGHT + (
        "raw = z3core.Z3_mk_not.__defaults__[-1].f\n"
        "number = z3.Int('x')\n"
        "raw(z3.main_ctx().ref(), number.ast)\n"
        "print(z3.is_true(z3.BoolVal(True, earlier)), z3.is_true(z3.BoolVal(True)))"
    )
    assert run(program) == "True True"


ANSWERS = """
x, y = z3.Ints("x y")
S = z3.DeclareSort("S")
f = z3.Function("f", S, z3.BoolSort())
s = z3.Const("s", S)
solver = z3.Solver()
solver.add(x > 3, y == x * 2, f(s), z3.ForAll([s], z3.Implies(f(s), x < 5)))
print(solver.check(), solver.model()[y], solver.to_smt2(), z3.simplify(x + x))
print(x.eq(y), f(s).sort(), f(s).decl().name(), s.get_id() == x.get_id())
print(z3.RealVal('1/3') + 1, z3.BitVecVal(2**40 + 1, 64), z3.FPVal(1.5, z3.Float32()))
"""


def test_answers_are_the_same() -> None:
    plain = run(BEFORE.format(change="") + ANSWERS)
    assert "sat" in plain
    assert run(LIGHT + ANSWERS) == plain
    assert run(LIGHT + "print(z3core.Elementaries.Check.is_light)") == "True"


def test_an_unknown_z3_is_left_alone() -> None:
    change = "z3.main_ctx().ref = int\nwithout_wrapper_checks()"
    program = BEFORE.format(change=change) + "print(hasattr(z3core.Elementaries.Check, 'is_light'))"
    assert run(program) == "False"
