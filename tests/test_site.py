"""The site that Sphinx makes of the pages, as `make docs` does, and what a browser shows of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

import statecheck
from statecheck.cli.main import COMMANDS
from tests.statecheck.explorer.browser import Opened, browser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without the study's explorer, which takes long to make."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-t", "quick", "-c", "docs"]
    command += ["-d", str(out / "trees"), ".", str(out / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return out / "site"


def test_every_page_is_on_the_site(site: Path) -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("diagrams/**/*.md")]
    assert len(pages) > 20
    for page in pages:
        assert (site / page.relative_to(ROOT)).with_suffix(".html").is_file(), page
    assert "docs/index.html" in (site / "index.html").read_text()


def test_every_address_leads_somewhere(site: Path) -> None:
    """Without Sphinx's own check of links: pictures and frames are not among those."""
    seen = 0
    for page in site.rglob("*.html"):
        if "_statecheck" in page.parts:
            continue
        html = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        anchors = set(re.findall(r'\bid="([^"]+)"', html))
        for address in re.findall(r'(?:href|src)="([^"]+)"', html):
            target, _, anchor = unquote(unescape(address)).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = page.parent / target.partition("?")[0] if target else page
            assert file.exists(), f"{page.name}: {address}"
            assert target or not anchor or anchor in anchors, f"{page.name}: {address}"
            seen += 1
    assert seen > 1000


def test_pictures_lead_to_files_of_the_site(site: Path) -> None:
    leading = 0
    for file in (site / "diagrams" / "gallery").glob("*.svg"):
        for address in re.findall(r'<a [^>]*href="([^"#]+)"', file.read_text(encoding="utf-8")):
            assert (file.parent / address).is_file(), f"{file.name}: {address}"
            leading += 1
    assert leading


def test_the_reference_has_every_name_and_every_command(site: Path) -> None:
    names = set(re.findall(r'id="statecheck\.(\w+)"', (site / "docs" / "api.html").read_text()))
    assert names == set(statecheck.__all__)
    commands = (site / "docs" / "cli.html").read_text()
    for name in COMMANDS:
        assert re.search(rf"[Uu]sage: statecheck {name} ", commands), name


def test_the_story_has_the_verdicts_of_the_report() -> None:
    story = " ".join((ROOT / "docs" / "story.md").read_text(encoding="utf-8").split())
    report = json.loads((ROOT / "diagrams" / "gallery" / "verdicts.json").read_text())
    verdicts: dict[str, set[str]] = {}
    for claim in report["claims"]:
        verdicts.setdefault(claim["id"], set()).add(claim["verdict"])
    told = re.findall(r"\(([A-Z]+) `([\w.]+)`\)", story)
    assert len(told) > 8
    for verdict, claim in told:
        assert verdicts[claim] == {verdict}, claim


def test_a_page_is_readable_on_a_telephone_and_in_both_themes(site: Path) -> None:
    with browser() as running:
        for dark in (False, True):
            for width in (400, 1280):
                opened = Opened(running, site / "docs" / "tutorial.html", dark=dark, width=width)
                page = opened.page
                wide = "document.documentElement.scrollWidth > window.innerWidth"
                assert not page.evaluate(wide)
                shown = page.locator(".full-picture:visible img")
                assert shown.count() == 1
                shown.scroll_into_view_if_needed()
                theme = "dark" if dark else "light"
                assert shown.get_attribute("src") == f"shown/Order-{theme}.svg"
                page.wait_for_function("node => node.naturalWidth > 0", arg=shown.element_handle())
        frame = page.frame_locator("iframe")
        frame.locator('section[aria-label="cancel"] button').first.click()
        assert "cancelled" in frame.locator("#changes").inner_text()
