"""A name that is not MODULE:CLASS, or is of nothing: each says what was meant instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck.cli.main import main

DOOR = """
from statemachine import State, StateMachine

class Door(StateMachine):
    closed = State(initial=True)
    opened = State()
    claims = 0
    open = closed.to(opened)
    close = opened.to(closed)
"""

FLAWED = """
from statecheck import Catalogue, Entity, Machine, Many, System
from statemachine import State

class Leaf(Machine):
    shut = State(initial=True)
    ajar = State()
    swing = shut.to(ajar) | ajar.to(shut)

class Door(Entity):
    leaf: Leaf

class Porch(System):
    doors: Many[Door]

class House(System):
    pass

CATALOGUE = Catalogue(House)

@CATALOGUE.always("a.claim", "Claims")
def claim(house: House, lift) -> bool:
    return True
"""


@pytest.fixture(autouse=True)
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module in the present folder, which no other test imports."""
    stem = f"door_{tmp_path.name}".replace("-", "_")
    (tmp_path / "boxes").mkdir()
    for path in (tmp_path, tmp_path / "boxes"):
        (path / f"{stem}.py").write_text(DOOR)
    (tmp_path / f"needs_{stem}.py").write_text("import no_such_library")
    (tmp_path / f"raises_{stem}.py").write_text("\n\nint('x')\n")
    (tmp_path / f"broken_{stem}.py").write_text("class Door(:")
    (tmp_path / f"flawed_{stem}.py").write_text(FLAWED)
    (tmp_path / f"porch_{stem}.py").write_text(FLAWED.partition("class House")[0])
    monkeypatch.chdir(tmp_path)
    return stem


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("check {0}.py:Door", "'{0}.py:Door' names a file; MODULE:CLASS has the name of a module"),
        ("check {0}.py:Door", "a colon, so write {0}:Door."),
        ("check ./{0}.py:Door", "so write {0}:Door."),
        ("check boxes/{0}.py:Door", "so write boxes.{0}:Door."),
        ("check /a/folder/{0}.py:Door", "so write {0}:Door in /a/folder."),
        ("draw {0}.py", "so write {0}:CLASS."),
        ("prove {0}.py:CATALOGUE", "so write {0}:CATALOGUE."),
        ("check {0}.Door", "is not MODULE:CLASS; write it like {0}:Door."),
        ("check {0}", "is not MODULE:CLASS; write it like lift.machines:Lift."),
        ("check {0}:", "it lacks a class behind the colon"),
        ("check :Door", "it lacks a module in front of the colon"),
        ("check {0}:Dor", "{0}.py) has no Dor; did you mean Door?"),
        ("check {0}:Door.lock", "cannot be imported: Door has no lock"),
        (
            "check {0}s:Door",
            "there is no module {0}s in the present folder or on the path",
        ),
        ("check {0}s:Door", "did you mean {0}?"),
        ("check no.such.module:Door", "there is no module no in the present folder"),
        (
            "check needs_{0}:Door",
            "ModuleNotFoundError: No module named 'no_such_library', raised",
        ),
        ("check raises_{0}:Door", "raises_{0}.py:3."),
        ("check broken_{0}:Door", "cannot be imported: SyntaxError: invalid syntax"),
        ("prove flawed_{0}:CATALOGUE", "error: claim: the parameter lift has no annotation"),
        ("prove {0}:Door", "and no Catalogue of claims; claims that are written as texts"),
        ("prove {0}:Door", "are proven by: statecheck check {0}:Door"),
        ("draw porch_{0}:Porch", "is a System; its machines can be drawn: porch_{0}:Leaf"),
        ("check porch_{0}:Door", "Door is an Entity, of which a System has any number"),
        ("check {0}:Door --always closed --fixed claps", "its fields are: claims; did you mean"),
        ("{0}:Door", "to check it write: statecheck check {0}:Door"),
        ("{0}.py:Door", "to check it write: statecheck check {0}:Door"),
        ("{0}.py", "to check it write: statecheck check {0}:CLASS"),
        ("chekc {0}:Door", "'chekc' is no command; did you mean check?"),
    ],
)
def test_what_was_meant_is_said(
    asked: str, said: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asked.format(name).split()) == 2
    out, err = capsys.readouterr()
    assert said.format(name) in err
    assert (out, err.count("\n")) == ("", 1)
