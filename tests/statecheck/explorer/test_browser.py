"""The page in a real browser, as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statecheck.claims import expressions
from statecheck.claims.claim import Kind
from statecheck.explorer.javascript import Code
from statecheck.explorer.machines import machine_data
from statecheck.explorer.page import page
from statecheck.explorer.systems import system_data
from statecheck.single import check
from statecheck.single.claims import claims
from statecheck.single.claims.parse import parse
from statecheck.single.running.subject import Clock, read
from tests.statecheck.explorer.browser import Opened, browser
from tests.statecheck.explorer.instances import Heater, Nested, Town, Works
from tests.statecheck.single.machines import Door

pytestmark = pytest.mark.slow

TOWN = [
    (Kind.ALWAYS, "not guest.presence.inside or guest.house.door.opened"),
    (Kind.POSSIBLE, "guest.presence.gone"),
]


@pytest.fixture(name="running", scope="module")
def _running() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    asked = [
        expressions.claim(Town, kind, text, id_=f"{kind}.1", variant=expressions.given(Town, ()))
        for kind, text in TOWN
    ]
    for system, said in ((Town, asked), (Works, [])):
        code = Code()
        written = page(system_data(system, code, claims=said), code)
        (folder / f"{system.__name__}.html").write_text(written, encoding="utf-8")
    for cls in (Nested, Heater):
        code = Code()
        inputs = ("limit",) if cls is Heater else ()
        written = page(machine_data(read(cls, (), inputs, Clock(None)), code), code)
        (folder / f"{cls.__name__}.html").write_text(written, encoding="utf-8")
    parsed: list[Any] = []
    said_of_door = [("always", "not broken"), ("possible", "uses == 2")]

    def take(names: claims.Names) -> bool:
        parsed.extend((parse(text, names, Kind(kind)), text) for kind, text in said_of_door)
        return False

    subject = read(Door, (), (), Clock(None), take=take)
    code = Code()
    report = check(Door, said_of_door)
    written = page(machine_data(subject, code, parsed, report.results), code)
    (folder / "Door.html").write_text(written, encoding="utf-8")
    return folder


@pytest.fixture(name="town")
def _town(running: Any, folder: Path) -> Iterator[Opened]:
    opened = Opened(running, folder / "Town.html")
    yield opened
    assert opened.complaints == []
    opened.page.close()


def test_a_step_lights_up_says_what_changed_and_can_be_taken_back(town: Opened) -> None:
    assert town.marked("now") >= {"Presence-page-state-out", "Door-page-state-opened"}
    town.take("enter", "guest1, house1")
    assert "guest1.presence out → inside" in town.text("#changes")
    assert "guest1.presence.visits 0 → 1" in town.text("#changes")
    assert "Presence-page-state-inside" in town.marked("now")
    assert town.marked("took") == {"Presence-page-edge-out-inside"}
    assert "Presence-page-edge-inside-gone" in town.marked("can")
    assert "step 1, enter(guest1, house1)" in town.text("#said").lower()
    town.page.click("#back")
    assert "Presence-page-state-out" in town.marked("now")
    assert town.page.is_disabled("#back")


def test_a_disabled_action_says_which_guard_says_no(town: Opened) -> None:
    town.page.click("#disabled summary")
    town.page.locator("#disabled section").first.wait_for()
    reasons = town.text("#disabled")
    assert "1 action disabled" in reasons
    assert "guest1.presence.wet, but guest1.presence.wet is False" in reasons or (
        "guest1.presence.state is out" in reasons
    )


def test_a_branch_is_kept_and_the_link_holds_the_path(town: Opened) -> None:
    town.take("enter", "guest1, house1")
    town.page.click("#back")
    town.take("close", "house1")
    town.take("enter", "guest1, house1")
    assert "or enter(guest1, house1)" in town.text("#steps")
    shown, address = town.text("#steps"), town.page.url
    town.open(address)
    assert town.text("#changes").startswith("2. enter(guest1, house1)")
    assert town.text("#steps") == shown.replace("or enter(guest1, house1) ", "")
    town.open(address.replace("house", "mansion").replace("enter,", "leap,"))
    assert "has a step leap" in town.text("#message")


def test_sizes_and_initial_values_are_chosen(town: Opened) -> None:
    town.page.click("#open-start")
    town.page.fill("#sizes input >> nth=1", "3")
    town.page.select_option("#openings label:has-text('guest3.presence.wet') select", "True")
    town.page.select_option("#openings label:has-text('house1.door') select", "shut")
    town.page.click("#begin")
    assert "guest3 out" in town.text(".members >> nth=1")
    town.page.click("#open-start")
    town.page.fill("#sizes input >> nth=0", "0")
    town.page.click("#begin")
    assert "guest1 needs a house; there is none" in town.text("#start-problem")
    town.page.click("#close-start")
    town.take("go", "guest3")
    assert "reached possible.1" in town.text("#watched")
    town.page.keyboard.press("Home")
    town.take("enter", "guest1, house1")
    assert "violated always.1" in town.text("#watched")


def test_arguments_are_typed_and_refused_in_words(running: Any, folder: Path) -> None:
    opened = Opened(running, folder / "Works.html")
    form = opened.page.locator('section[aria-label^="fill"] details.other').first
    form.locator("summary").click()
    form.locator("input").fill("many")
    form.locator("button[type=submit]").click()
    assert "many is no int; write a number like" in form.locator(".answer").inner_text()
    form.locator("input").fill("-5")
    form.locator("button[type=submit]").click()
    assert "vessel1.tank.level" in form.locator(".answer").inner_text()
    form.locator("input").fill("100000000000000000000")
    form.locator("button[type=submit]").click()
    assert "0 → -200000000000000000000" in opened.text("#changes")
    assert opened.complaints == []


def test_one_machine_with_regions_inputs_and_keys(running: Any, folder: Path) -> None:
    opened = Opened(running, folder / "Nested.html")
    opened.page.keyboard.press("1")
    assert "state l1 + r1 → l2 + r1" in opened.text("#changes")
    assert opened.marked("now") >= {
        "Nested-page-state-working",
        "Nested-page-state-working-left-l2",
    }
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("ArrowRight")
    assert opened.text("#changes").startswith("1. flip")
    opened.page.keyboard.press("?")
    assert opened.page.is_visible("#keys")
    heater = Opened(running, folder / "Heater.html")
    heater.take("heat", "strong=True, power=None, set limit=0")
    assert "Heater-page-state-hot" in heater.marked("now")
    assert opened.complaints == heater.complaints == []


def test_a_run_is_played_and_its_end_violates_the_claim(running: Any, folder: Path) -> None:
    opened = Opened(running, folder / "Door.html")
    opened.page.select_option("#runs", "0")
    assert "always.1 violated, in 6 steps" in opened.text("#run")
    for _ in range(6):
        assert "violated" not in opened.text("#watched")
        opened.page.click("#forward")
    assert "violated always.1 REFUTED" in opened.text("#watched")
    assert "Nothing can happen here." in opened.text("#enabled")
    assert opened.page.is_disabled("#forward")
    assert opened.complaints == []


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_and_follow_the_theme(running: Any, folder: Path, width: int, dark: bool) -> None:
    opened = Opened(running, folder / "Town.html", width=width, dark=dark)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    colours = ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]
    assert opened.page.evaluate(ground) == colours[dark]
    opened.page.click("#theme")
    assert opened.page.evaluate(ground) == colours[not dark]
    assert opened.complaints == []
