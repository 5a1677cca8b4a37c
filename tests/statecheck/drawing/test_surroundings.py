"""Pictures for pages that have a caption and a colour of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck.cli.draw import main
from statecheck.drawing.canvas.style import LIGHT

DOOR = "tests.statecheck.single.machines:Door"


def drawn(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main([DOOR, "--theme", "light", "--out", "-", *options]) == 0
    return capsys.readouterr().out


def test_one_svg_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    printed = drawn(capsys)
    assert main([DOOR, "--theme", "light", "--out", str(tmp_path)]) == 0
    assert printed == (tmp_path / "Door-light.svg").read_text(encoding="utf-8")


def test_title_legend_and_ground_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    whole, bare = drawn(capsys), drawn(capsys, "--no-title", "--no-legend", "--transparent")
    assert ">Door</text>" in whole
    assert "where it starts" in whole
    assert 'class="page f-page"' in whole
    for missing in (">Door</text>", "where it starts", "Source:", 'class="page f-page"'):
        assert missing not in bare
    for kept in ('id="Door-light-state-opened"', '<title id="Door-light-title">Door</title>'):
        assert kept in bare
    assert LIGHT.colours["state"] in bare


def test_each_can_be_left_out_alone(capsys: pytest.CaptureFixture[str]) -> None:
    title = drawn(capsys, "--no-title")
    assert ">Door</text>" not in title
    assert "where it starts" in title
    legend = drawn(capsys, "--no-legend")
    assert ">Door</text>" in legend
    assert "where it starts" not in legend


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "-"), "--out - prints one SVG: name one class, and --theme light or"),
        (("--no-title", "--format", "mermaid"), "--no-title: mermaid has none of it"),
        (("--transparent", "--format", "pdf"), "--transparent: pdf has none of it"),
    ],
)
def test_what_cannot_be_had_is_refused(
    options: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([DOOR, *options]) == 2
    assert message in capsys.readouterr().err
