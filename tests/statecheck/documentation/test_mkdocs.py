"""The plugin in small sites that MkDocs really builds."""

from __future__ import annotations

import logging
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config

from statecheck.mkdocs.blocks import Block, replaced
from tests.statecheck.explorer.browser import Opened, browser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
DOOR = "tests.statecheck.single.machines:Door"
TOWN = "tests.statecheck.explorer.instances:Town"

Build = Callable[..., tuple[Path, list[str]]]


@pytest.fixture(name="installed", scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The plugin as pyproject.toml declares it, where the package itself is not installed."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    (line,) = declared["mkdocs.plugins"].items()
    folder = tmp_path_factory.mktemp("installed")
    info = folder / "declared-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: declared\nVersion: 0\n")
    (info / "entry_points.txt").write_text(f"[mkdocs.plugins]\n{line[0]} = {line[1]}\n")
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


@pytest.fixture(name="build")
def _build(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Build:
    def build(text: str, theme: str = "{name: mkdocs, color_mode: auto}") -> tuple[Path, list[str]]:
        (tmp_path / "docs" / "deep").mkdir(parents=True)
        (tmp_path / "mkdocs.yml").write_text(
            f"site_name: Doors\ntheme: {theme}\nuse_directory_urls: false\nplugins: [statecheck]\n"
        )
        (tmp_path / "docs" / "index.md").write_text("# Start\n")
        (tmp_path / "docs" / "deep" / "doors.md").write_text(
            f"---\nby: me\n---\n\n# Doors\n\n{text}"
        )
        path = list(sys.path)
        with caplog.at_level(logging.WARNING, logger="mkdocs"):
            config = load_config(str(tmp_path / "mkdocs.yml"))
            config.plugins.on_startup(command="build", dirty=False)
            build_site(config)
        sys.path[:] = path
        warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
        return Path(config.site_dir), warnings

    return build


def _page(site: Path) -> str:
    return (site / "deep" / "doors.html").read_text()


def test_a_diagram_is_drawn_in_the_colours_of_the_page(build: Build) -> None:
    site, warnings = build(
        f"Look:\n```statecheck {DOOR}\n:caption: It <wears> out.\n```\nSo it is.\n"
    )
    page = _page(site)
    assert warnings == []
    assert 'id="Door-page-state-opened"' in page
    assert "It &lt;wears&gt; out." in page
    assert "<p>So it is.</p>" in page
    assert "statecheck-block" not in page
    styles = (site / "_statecheck" / "statecheck.css").read_text()
    assert 'href="../_statecheck/statecheck.css"' in page
    used = set(re.findall(r"var\(--([a-z-]+)\)", page))
    assert used
    assert all(styles.count(f"--{role}:") == 3 for role in used)


def test_verdicts_and_a_run_stand_in_tables(build: Build) -> None:
    site, warnings = build(
        f"1. In a list:\n\n    ~~~ statecheck {DOOR}\n    :no-diagram:\n    :check:\n"
        "    :run: always.2\n\n    always: broken ==> uses >= 3\n    always: not broken\n    ~~~\n"
    )
    assert warnings == []
    page = " ".join(re.sub(r"<[^>]+>", " ", _page(site)).split())
    assert "always.1 broken ==&gt; uses &gt;= 3 PROVED" in page
    assert "always.2 not broken REFUTED 6-step run" in page
    assert "6 slam() state: opened -&gt; broken" in page
    assert re.search(r"<li>\s*<p>In a list:</p>\s*<div class=.statecheck.>", _page(site))


def test_an_explorer_works_where_it_is_embedded(build: Build) -> None:
    site, warnings = build(f"```statecheck {TOWN}\n:machines: Presence\n:explore:\n```\n")
    assert warnings == []
    (file,) = (site / "_statecheck").glob("*.html")
    page = _page(site)
    assert f'src="../_statecheck/{file.name}"' in page
    assert 'id="Presence-page-state-out"' in page
    assert 'id="Door-page-state-shut"' not in page
    with browser() as running:
        opened = Opened(running, site / "deep" / "doors.html", dark=True)
        frame = opened.page.frame_locator("iframe")
        frame.locator('section[aria-label="enter"] button').first.click()
        assert "guest1.presence" in frame.locator("#changes").inner_text()
        fill = "getComputedStyle(document.querySelector('.statecheck svg .page')).fill"
        assert opened.page.evaluate(fill) == "none"
        ink = "getComputedStyle(document.querySelector('.statecheck')).colorScheme"
        assert opened.page.evaluate(ink) == "dark"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("nowhere:Door\n", "'nowhere:Door' cannot be imported: ModuleNotFoundError"),
        ("Door\n", "'Door' is not MODULE:CLASS; write it like lift.machines:Lift"),
        ("pathlib:Path\n", "Path is neither a python-statemachine class, a System nor a Catalogue"),
        (f"{DOOR}\n:check:\n\nalways not broken\n", "'always not broken' is no claim"),
        (f"{DOOR}\n:check:\n\nalways: brocken\n", "brocken"),
        (f"{DOOR}\n\nalways: broken\n", "claims are given and nothing is shown of them"),
        (f"{DOOR}\n:run: always.7\n\nalways: not broken\n", "those that have one: always.1"),
        (f"{DOOR}\n:colour: red\n", ":colour: is no option; those that exist are caption, check"),
        (f"{DOOR}\n:check: yes\n", ":check: has no value; 'yes' was given"),
        (f"{DOOR}\n:timeout: soon\n", ":timeout: soon: write it as whole seconds"),
        (f"{DOOR}\n:caption:\n", ":caption: needs a value"),
    ],
)
def test_what_is_wrong_is_a_warning_at_its_line(build: Build, block: str, words: str) -> None:
    site, warnings = build(f"Text.\n\n```statecheck {block}```\n")
    (warning,) = warnings
    assert "deep/doors.md:9: " in warning
    assert words in warning
    assert "statecheck-block" not in _page(site)


def test_only_blocks_of_this_name_are_replaced() -> None:
    seen: list[Block] = []

    def made(block: Block) -> str:
        seen.append(block)
        return "HERE"

    other = "````markdown\n```statecheck a:B\n```\n````\n\n```python\nx\n```\n`statecheck a:B`\n"
    assert replaced(other, made) == other
    assert replaced(f"{other}~~~~ statecheck  a:B \n ~~~\n", made) == f"{other}\nHERE\n\n"
    assert seen == [Block(10, "a:B", ("~~~",))]
