"""Runs whose entities are called like something else, and numbers that only a claim names.

No solver reads a lasso or an instance of the axioms: what they say is computed. So each name in
them has to mean one thing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.prover.project import project_of
from statecheck.prover.session import run
from statecheck.recheck.command import main
from statecheck.recheck.shown.meaning import Meaning
from statecheck.recheck.texts import number_of, read
from tests.statecheck.recheck import bath
from tests.statecheck.recheck.forger import Forger, copied

LIGHT, WATTS = "house.light", "house.watts"
SAYS = {
    LIGHT: "The hall of a guest is lit in the end.",
    WATTS: "A lamp that is lit has 8 watts.",
}
INSTANCE = "axioms/instance.itf.json"
Step = tuple[str, dict[str, str], dict[str, str]]
"""An action, its arguments, and the lamps after it."""


def refuted(title: str, halls: tuple[str, ...], steps: list[Step]) -> Callable[[Forger], None]:
    """A claim that holds passes as refuted by a lasso, the loop of which is all but one step."""

    def forge(forger: Forger) -> None:
        forger.drop_obligations(title)
        forger.drop_section(f"phases {title}")
        (hall, *_), guest = halls, "guest1"
        mood = "calm"
        states: list[dict[str, Any]] = []
        first: Step = ("init", {}, dict.fromkeys(halls, "off"))
        for number, (action, given, lamps) in enumerate([first, *steps]):
            if action == "change":
                mood = "calm" if mood == "gay" else "gay"
            states.append(
                {
                    "#meta": {"index": number},
                    "action": {"tag": action, "value": given},
                    "Guest.hall": {"#map": [[guest, hall]]},
                    "Hall.lamp.state": {"#map": [[own, lamps[own]] for own in halls]},
                    "Hall.lamp.watts": {"#map": [[own, {"#bigint": "8"}] for own in halls]},
                    "Guest.mood.state": {"#map": [[guest, mood]]},
                }
            )
        meta = {
            "format": "ITF",
            "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
            "source": "House",
            "description": f"{title}: {SAYS[title]}",
            "witness": {"hall": hall} | ({"guest": guest} if title == LIGHT else {}),
            "fairness": [f"light({hall}) is taken at step 2"],
        }
        document = {"#meta": meta, "vars": [*states[0]][1:], "states": states, "loop": 1}
        path = f"claims/{title}/run.itf.json"
        forger.write(path, json.dumps(document))
        entry = forger.claim(title)
        entry.update(verdict="REFUTED", steps=len(steps), premises=[], runs={path: ""})

    return forge


def lamps(halls: tuple[str, ...], *lit: str) -> dict[str, str]:
    return {hall: "lit" if hall in lit else "off" for hall in halls}


def lit_for_ever(hall: str, *others: str) -> list[Step]:
    """The lamp is lit, and the hall is lit again and again."""
    after = lamps((hall, *others), hall)
    return [("light", {"hall": hall}, after)] * 2


def never_lit(hall: str, *others: str) -> list[Step]:
    """Lighting the lamp does nothing."""
    after = lamps((hall, *others))
    return [("light", {"hall": hall}, after)] * 2


def crowded(document: dict[str, Any], name: str) -> None:
    """A world of one hall, in which an axiom asks for a second one."""
    (state,) = document["states"]
    state["Guest.hall"] = {"#map": [["guest1", name]]}
    for own in ("Hall.lamp.state", "Hall.lamp.watts"):
        state[own]["#map"] = [[name, state[own]["#map"][0][1]]]


def only_hall(name: str) -> Callable[[Forger], None]:
    return lambda forger: forger.run(INSTANCE, lambda document: crowded(document, name))


TWO = ("hall1", "hall2")
WORLDS: dict[str, tuple[Callable[[Forger], None], str]] = {
    "a number that only the claim names": (
        refuted(WATTS, TWO, lit_for_ever(*TWO)),
        "is no run: its loop reaches the goal",
    ),
    "a hall that is called like a bound variable": (
        refuted(LIGHT, ("guest.1", "hall2"), never_lit("guest.1", "hall2")),
        "is no run: guest.1, an entity of it, is a name of something else",
    ),
    "a hall that is called like a truth": (only_hall("true"), "true, an entity of it, is a name"),
    "a hall that is called like a state": (
        only_hall("Lamp.off"),
        "Lamp.off, an entity of it, is a name of something else",
    ),
    "a hall that is called like a number": (only_hall("W7"), "W7, an entity of it, is a name"),
    "a hall that is called like a guard": (
        only_hall("enabled.1"),
        "enabled.1, an entity of it, is a name of something else",
    ),
    "a hall between bars": (only_hall("a|b"), "'a|b' is no name of an entity"),
    "a hall without a name": (only_hall(""), "'' is no name of an entity"),
    "one hall": (only_hall("hall1"), "axiom.spare does not hold of hall1"),
    "a witness that is none": (
        lambda forger: forger.run(INSTANCE, lambda d: d["#meta"].update(witness=False)),
        "it is no single state",
    ),
}


@pytest.mark.parametrize("what", WORLDS)
def test_a_name_means_one_thing(
    what: str, house_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge, complaint = WORLDS[what]
    forger = copied(house_folder, tmp_path / "forged")
    forge(forger)
    forger.seal()
    code = main([str(forger.folder)])
    said = capsys.readouterr()
    assert complaint in said.err, said
    assert code == 1
    assert said.out == ""


def test_a_house_is_proved_again(house_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(house_folder)]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(=> true false true)", True),
        ("(=> true true false)", False),
        ("(= 1 1 2)", False),
        ("(< 1 3 2)", False),
        ("(<= 1 1 2)", True),
        ("(> 3 2 1)", True),
        ("(- 7 2 1)", 4),
        ("(distinct 1 2 1)", False),
    ],
)
def test_values_are_those_of_the_language(text: str, value: object) -> None:
    (tree,) = read(text)
    assert Meaning([], {}, {}).value(tree) == value


@pytest.mark.parametrize(("text", "number"), [("(f 7)", 7), ("(f 0)", 0), ("(f (- 3))", -3)])
def test_of_a_number_there_is_one_numeral(text: str, number: int) -> None:
    ((_, tree),) = read(text)
    assert number_of(tree) == number


@pytest.mark.parametrize(
    "text",
    ["(f -3)", "(f 03)", "(f (- 0))", "(f (- 03))", "(f (- (- 3)))", "(f \u0663)", "(f (+ 3))"],
)
def test_of_what_is_no_numeral_there_is_no_number(text: str) -> None:
    ((_, tree),) = read(text)
    with pytest.raises(ValueError, match="is no number"):
        number_of(tree)


def test_numbers_below_zero_are_certified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = project_of(bath.CATALOGUE, f"{bath.__name__}:CATALOGUE")
    files = evidence.certify(project, run(project, project.claims))
    assert "(define-fun H-3 () Int (- 3))" in files["definitions.smt2"]
    OutputFolder(str(tmp_path / "own")).write(files)
    assert main([str(tmp_path / "own")]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("text", ["(= 9 W8)", "(and true W8)", "(= 9 ²)", "(< true 3)", "(and 1)"])
def test_what_has_no_value_is_not_given_one(text: str) -> None:
    (tree,) = read(text)
    with pytest.raises(ValueError, match=r"W8|²|True|1"):
        Meaning([], {}, {}).value(tree)
