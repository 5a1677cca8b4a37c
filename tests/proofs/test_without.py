"""What each paragraph of the article keeps from happening happens in the model without it."""

from __future__ import annotations

import importlib
import re
import time
from typing import Any

import pytest

from proofs import without
from proofs.__main__ import main
from proofs.article import PARAGRAPHS
from proofs.catalogue import CLAIMS
from proofs.without import Appearance
from statecheck.mutation import appearance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> list[Appearance]:
    return list(without.appearances())


def test_every_paragraph_that_claims_something_can_be_taken_out(found: list[Appearance]) -> None:
    modelled = [paragraph for paragraph in PARAGRAPHS if paragraph.claims]
    assert [item.paragraph for item in found] == modelled
    assert all(paragraph.modelled_by for paragraph in modelled)
    assert not any(p.modelled_by or p.prevents for p in PARAGRAPHS if not p.claims)


def test_a_run_appears_that_breaks_what_holds_of_the_model(found: list[Appearance]) -> None:
    expected = {claim.title: claim.expected for claim in CLAIMS}
    for item in found:
        assert expected[item.claim] == "PROVED"
        assert item.run is not None, item.paragraph
        assert item.run.steps


def test_the_command_shows_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without"]) == 0
    said = capsys.readouterr().out
    assert len(re.findall(r"^Without ", said, flags=re.MULTILINE)) == sum(
        bool(paragraph.claims) for paragraph in PARAGRAPHS
    )
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "is broken" in said
    same = [part for part in re.split(r"^Without ", said, flags=re.MULTILINE) if "As for" in part]
    assert [" ".join(part.split("As for")[1].split()[:2]) for part in same] == [
        "Symptoms 2:",
        "Resolution 1:",
    ]
    assert not any("is broken" in part for part in same)


def test_the_model_itself_is_left_as_it_was(found: list[Appearance]) -> None:
    assert found
    assert importlib.import_module("proofs.catalogue").CLAIMS is CLAIMS


def test_a_time_that_is_too_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without", "--timeout", "0.01"]) == 3
    assert capsys.readouterr().err.startswith("stopped: ")
    assert main(["without", "--timeout", "0"]) == 2


def test_time_is_for_all_paragraphs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each paragraph takes what the former ones have left."""
    left: list[float | None] = []

    def taking(*_: Any, timeout: float | None, **__: Any) -> Any:
        left.append(timeout)
        time.sleep(0.02)
        return CLAIMS[0], None

    monkeypatch.setattr(appearance, "appearing", taking)
    assert all(item.run is None for item in without.appearances(timeout=60))
    assert left == sorted(left, key=lambda seconds: -(seconds or 0))
    assert left[-1] is not None
    assert left[-1] < 60 - 0.02 * (len(left) - 1)
    list(without.appearances())
    assert left[-1] is None
