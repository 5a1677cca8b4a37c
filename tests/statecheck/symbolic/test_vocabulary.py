"""Sorts of enumerations, whose names Z3 knows for good."""

import z3

from statecheck.symbolic.vocabulary import enumeration


def test_a_name_that_a_text_has_taken_is_no_hindrance() -> None:
    """A text that somebody read declares sorts too; an enumeration of that name is another sort."""
    z3.Solver().from_string("(declare-datatypes ((Taken 0)) (((red) (green))))")
    sort, values = enumeration("Taken", ("on", "off"))
    assert sort.name() == "Taken~2"
    assert [str(values[name]) for name in ("on", "off")] == ["Taken~2.on", "Taken~2.off"]
    assert enumeration("Taken", ("on", "off"))[0].eq(sort)
    assert enumeration("Taken", ("on", "off", "broken"))[0].name() == "Taken~3"
