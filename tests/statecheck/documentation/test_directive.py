"""The directive in small documents that Sphinx really builds."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from statecheck.claims.catalogue import Catalogue
from statecheck.explorer.documents import title
from tests.statecheck.explorer.browser import Opened, browser
from tests.statecheck.explorer.instances import Town

pytestmark = pytest.mark.slow

DOOR = "tests.statecheck.single.machines:Door"
TOWN = "tests.statecheck.explorer.instances:Town"

Build = Callable[..., tuple[Path, str]]


@pytest.fixture(name="build")
def _build(tmp_path: Path) -> Build:
    def build(text: str, builder: str = "html", theme: str = "furo") -> tuple[Path, str]:
        source, out = tmp_path / "source", tmp_path / builder
        (source / "deep").mkdir(parents=True, exist_ok=True)
        (source / "conf.py").write_text(
            f"extensions = ['statecheck.sphinx']\nhtml_theme = {theme!r}\nproject = 'Doors'\n"
        )
        (source / "index.rst").write_text("Start\n=====\n\n.. toctree::\n\n   deep/doors\n")
        (source / "deep" / "doors.rst").write_text(f"Doors\n=====\n\n{text}\n")
        warnings = io.StringIO()
        with patch_docutils(source), docutils_namespace():
            trees = tmp_path / "trees"
            app = Sphinx(source, source, out, trees, builder, status=None, warning=warnings)
            app.build()
        return out, re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())

    return build


def test_a_diagram_is_drawn_in_the_colours_of_the_page(build: Build) -> None:
    out, warnings = build(f".. statecheck:: {DOOR}\n   :caption: It *wears* out.")
    page = (out / "deep" / "doors.html").read_text()
    assert warnings == ""
    assert 'id="Door-page-state-opened"' in page
    assert "It <em>wears</em> out." in page
    styles = (out / "_static" / "statecheck.css").read_text()
    used = set(re.findall(r"var\(--([a-z-]+)\)", page))
    for theme in ("html[data-theme=dark]", "body[data-theme=dark]", "body[data-theme=auto]"):
        assert theme in styles
    assert used
    assert all(styles.count(f"--{role}:") == 3 for role in used)
    assert styles.startswith(".statecheck{color-scheme:light;"), "a frame is as its page is"


def test_verdicts_and_a_run_stand_in_tables(build: Build) -> None:
    out, warnings = build(
        f".. statecheck:: {DOOR}\n   :no-diagram:\n   :check:\n   :run: always.2\n\n"
        "   always: broken ==> uses >= 3\n   always: not broken"
    )
    page = " ".join(re.sub(r"<[^>]+>", " ", (out / "deep" / "doors.html").read_text()).split())
    assert warnings == ""
    assert "always.1 broken ==&gt; uses &gt;= 3 PROVED" in page
    assert "always.2 not broken REFUTED 6-step run" in page
    assert "6 slam() state: opened -&gt; broken" in page


def test_an_explorer_works_where_it_is_embedded(build: Build) -> None:
    out, warnings = build(f".. statecheck:: {TOWN}\n   :machines: Presence\n   :explore:")
    assert warnings == ""
    (file,) = (out / "_statecheck").iterdir()
    page = (out / "deep" / "doors.html").read_text()
    assert f'src="../_statecheck/{file.name}"' in page
    assert 'id="Presence-page-state-out"' in page
    assert 'id="Door-page-state-shut"' not in page
    with browser() as running:
        opened = Opened(running, out / "deep" / "doors.html", dark=True)
        frame = opened.page.frame_locator("iframe")
        frame.locator('section[aria-label="enter"] button').first.click()
        assert "guest1.presence" in frame.locator("#changes").inner_text()
        fill = "getComputedStyle(document.querySelector('.statecheck svg .page')).fill"
        assert opened.page.evaluate(fill) == "none"


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        ("nowhere:Door", "'nowhere:Door' cannot be imported: ModuleNotFoundError"),
        ("Door", "'Door' is not MODULE:CLASS; write it like lift.machines:Lift"),
        ("pathlib:Path", "Path is neither a python-statemachine class, a System nor a Catalogue"),
        (f"{DOOR}\n   :check:\n\n   always not broken", "'always not broken' is no claim"),
        (f"{DOOR}\n   :check:\n\n   always: brocken", "brocken"),
        (f"{DOOR}\n\n   always: broken", "claims are given and nothing is shown of them"),
        (f"{DOOR}\n   :run: always.7\n\n   always: not broken", "those that have one: always.1"),
        (f"{TOWN}\n   :machines: Window", "Town has no machine Window; it has Door, Presence"),
        (f"{TOWN}\n   :check:\n   :fixed: wet", "Town is a system, whose fields nobody sets"),
    ],
)
def test_what_is_wrong_is_a_warning_at_its_line(build: Build, directive: str, words: str) -> None:
    _, warnings = build(f"Text.\n\n.. statecheck:: {directive}")
    assert re.search(r"doors\.rst:6: WARNING: ", warnings), warnings
    assert words in warnings
    assert warnings.count("WARNING") == 1


def test_an_explorer_of_claims_is_called_after_their_system() -> None:
    catalogue = Catalogue(Town)
    assert title(catalogue, "town:CLAIMS") == "Explorer of Town"
    assert title(Town, "town:Town") == "Explorer of Town"


def test_formats_without_pictures_have_words(build: Build) -> None:
    out, warnings = build(f".. statecheck:: {DOOR}\n   :check:\n   :explore:", "text")
    text = " ".join((out / "deep" / "doors.txt").read_text().split())
    assert warnings == ""
    assert "Starts in closed. closed to opened: open [!locked] / use." in text
    assert "iframe" not in text
