"""The article's story in the page, as a person clicks through it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proofs.project import PROJECT
from statecheck.explorer.javascript import Code
from statecheck.explorer.page import page
from statecheck.explorer.systems import system_data
from statecheck.prover.session import run
from tests.statecheck.explorer.browser import Opened, browser

pytestmark = pytest.mark.slow

STORY = (
    "symptoms.move_may_fail",
    "resolution.no_move_fails_forever",
    "resolution.no_move_fails",
    "cause.only_cause",
)


@pytest.fixture(name="running", scope="module")
def _running() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture(name="path", scope="module")
def _path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    claims = [claim for claim in PROJECT.claims if claim.id in STORY]
    results = run(PROJECT, claims, tables=False).results
    code = Code()
    data = system_data(
        PROJECT.system,
        code,
        histories=PROJECT.histories,
        claims=claims,
        results=results,
        integers=PROJECT.integers,
    )
    path = tmp_path_factory.mktemp("site") / "explorer.html"
    path.write_text(page(data, code), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, True)])
def test_the_article_can_be_clicked_through(
    running: Any, path: Path, width: int, dark: bool
) -> None:
    site = Opened(running, path, width=width, dark=dark)
    site.take("enable_antivirus", "server1")
    site.take("start_move", "mailbox1, server2")
    site.take("copy_attachment", "attachment1")
    assert "mailbox1.move copying → failed" in site.text("#changes")
    assert "reached symptoms.move_may_fail" in site.text("#watched")
    assert "MoveMailbox-page-state-failed" in site.marked("now")
    site.take("stop_store", "server1")
    site.page.click('#enabled section[aria-label="replace_store"] .more')
    site.take("replace_store", "server1, 5.5.2653.23")
    assert "server1.store.version 5.5.2650.23 → 5.5.2653.23" in site.text("#changes")
    site.take("start_store", "server1")
    assert "format before 2.45 → 2.46" in site.text("#changes")
    site.take("start_move", "mailbox1, server2")
    site.take("copy_attachment", "attachment1")
    site.take("finish_move", "mailbox1")
    assert "mailbox1.move.home server1 → server2" in site.text("#changes")
    site.page.click("#disabled summary")
    site.page.locator("#disabled section").first.wait_for()
    assert "mailbox1.move.state is moved" in site.text("#disabled")
    address = site.page.url
    site.open(address)
    assert site.text("#changes").startswith("9. finish_move(mailbox1)")
    assert site.page.evaluate("document.documentElement.scrollWidth") <= width
    assert site.complaints == []


def test_the_rollback_that_fails_again_is_replayed(running: Any, path: Path) -> None:
    site = Opened(running, path)
    site.page.select_option("#runs", label="resolution.no_move_fails_forever: violated, 5 steps")
    for _ in range(5):
        site.page.keyboard.press("ArrowRight")
    assert "violated resolution.no_move_fails_forever REFUTED" in site.text("#watched")
    assert "first_fix 5.5.2653.12" in site.text("#facts")
    assert site.complaints == []


def test_six_attachments_answer_a_click(running: Any, path: Path) -> None:
    site = Opened(running, path)
    site.open(f"{path.as_uri()}#n=Server:2,Mailbox:2,Attachment:6")
    site.take("enable_antivirus", "server1")
    site.take("start_move", "mailbox1, server2")
    site.take("copy_attachment", "attachment5")
    assert "attachment5.lifecycle unscanned → scanning" in site.text("#changes")
    assert "attachment6 unscanned" in site.text("#machines")
    assert site.complaints == []
