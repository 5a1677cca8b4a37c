"""The roles of solver constants and functions, which their names carry.

==================  ==========================================================================
``x:Lift``          the entity that an update, an atom or a clause is about
``any:Lift1``       the first lift among a claim's variables; claims share these
``any Lift``        whichever lift, where only the kind matters
``some:Lift``       a lift whose number is that of all owners
``lift!2``          the element of an action's second loop
``f'``              the function ``f`` of the state after a step
``lift1@``          the first lift of a step; followed by the number of the step, once it has one
==================  ==========================================================================
"""

from __future__ import annotations

import z3

_SUBJECT, _ELEMENT, PRIME, _SOMEBODY = "x:", "!", "'", "some:"


def subject(kind: str) -> z3.ExprRef:
    """The entity of a kind that something is about."""
    return z3.Const(subject_name(kind), z3.DeclareSort(kind))


def subject_name(kind: str) -> str:
    """The name of `subject`."""
    return f"{_SUBJECT}{kind}"


def is_subject(term: z3.ExprRef) -> bool:
    """Tell whether a term is one that `subject` makes."""
    return bool(z3.is_const(term) and term.decl().name().startswith(_SUBJECT))


def variable_name(kind: str, ordinal: int) -> str:
    """The name of a claim's variable: the first of its kind, the second, and so on."""
    return f"any:{kind}{ordinal}"


def whichever(sort: z3.SortRef) -> z3.ExprRef:
    """The constant for entities of which only the kind matters."""
    return z3.Const(f"any {sort.name()}", sort)


def somebody(sort: z3.SortRef) -> z3.ExprRef:
    """The entity whose number a claim asks for that names none."""
    return z3.Const(f"{_SOMEBODY}{sort.name()}", sort)


def is_somebody(term: z3.ExprRef) -> bool:
    """Tell whether a term is one that `somebody` makes."""
    return bool(z3.is_const(term) and term.decl().name().startswith(_SOMEBODY))


def loop_element(sort: z3.SortRef, loop: int) -> z3.ExprRef:
    """The element of an action's loop."""
    return z3.Const(f"{sort.name().lower()}{_ELEMENT}{loop}", sort)


def is_loop_element(constant: z3.ExprRef) -> bool:
    """Tell whether a constant of the model's code is one that `loop_element` makes."""
    return _ELEMENT in constant.decl().name()


def is_primed(term: z3.ExprRef) -> bool:
    """Tell whether a term is the value of a function after a step."""
    return bool(term.decl().name().endswith(PRIME))


def step_constant(name: str, sort: z3.SortRef, step: int | str = "") -> z3.ExprRef:
    """A constant of a step."""
    return z3.Const(f"{name}@{step}", sort)


def of_step(constant: z3.ExprRef, step: int) -> z3.ExprRef:
    """The constant of a certain step, for one that `step_constant` makes for any."""
    return z3.Const(f"{constant.decl().name()}{step}", constant.sort())
