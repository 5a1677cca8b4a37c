"""Sorts of enumerations, whose names Z3 knows for good, and those that have none."""

import enum

import pytest
import z3
from statemachine import State

from statecheck import Entity, Machine, Many, System, anything
from statecheck.modeling import ModelError, signature
from statecheck.symbolic.vocabulary import Vocabulary, enumeration


def test_a_name_that_a_text_has_taken_is_no_hindrance() -> None:
    """A text that somebody read declares sorts too; an enumeration of that name is another sort."""
    z3.Solver().from_string("(declare-datatypes ((Taken 0)) (((red) (green))))")
    sort, values = enumeration("Taken", ("on", "off"))
    assert sort.name() == "Taken~2"
    assert [str(values[name]) for name in ("on", "off")] == ["Taken~2.on", "Taken~2.off"]
    assert enumeration("Taken", ("on", "off"))[0].eq(sort)
    assert enumeration("Taken", ("on", "off", "broken"))[0].name() == "Taken~3"


class Mode(enum.Flag):
    ON = 1
    LOUD = 2


class Word(enum.StrEnum):
    ON = "on"
    OFF = "off"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2

    def __bool__(self) -> bool:
        return self is Level.HIGH


class Turn(enum.IntEnum):
    LEFT = 1
    RIGHT = 2

    def __mod__(self, other: int) -> int:
        return 7


def _called_colour() -> type[enum.Enum]:
    class Colour(enum.Enum):
        RED = 1
        BLUE = 2

    return Colour


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ((Word, bool), "Word is an enumeration of texts"),
        ((Level, bool), "Level has __bool__ of its own; a proof takes the one of int"),
        ((Turn, bool), "Turn has __mod__ of its own; a proof takes the one of int"),
        ((Mode, bool), "a value of type Mode, a Flag, whose members combine"),
        ((_called_colour(), _called_colour()), "two enumerations called Colour"),
    ],
)
def test_enumerations_whose_members_are_other_values_are_refused(
    types: tuple[type, type], said: str
) -> None:
    """Two members together are a value too; and members of another class are not equal."""

    class Lamp(Machine):
        dark = State(initial=True, final=True)
        first: types[0] = anything()  # type: ignore[valid-type]
        second: types[1] = anything()  # type: ignore[valid-type]

    class Post(Entity):
        lamp: Lamp

    class Street(System):
        posts: Many[Post]

    with pytest.raises(ModelError, match=said):
        Vocabulary(signature(Street))
