"""A browser with a page in it, where there is one: Playwright drives Debian's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium; the test is skipped, and says why, where it is not to be had."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


class Opened:
    """A page that is open; ``complaints`` are what its console and its errors said."""

    def __init__(self, running: Any, path: Path, *, width: int = 1280, dark: bool = False) -> None:
        scheme = "dark" if dark else "light"
        self.page = running.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.open(path.as_uri())

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.complaints.append(f"asks for {request.url}")

    def open(self, address: str) -> None:
        """Go to an address."""
        self.page.goto("about:blank")
        self.page.goto(address)

    def text(self, selector: str) -> str:
        """The text of an element."""
        return " ".join(str(self.page.inner_text(selector)).split())

    def take(self, action: str, choice: str = "") -> None:
        """Click a choice of an enabled action."""
        section = self.page.locator(f'#enabled section[aria-label="{action}"]')
        name = f"{action}({choice})"
        section.locator(f'button[aria-label^="{name}"]').first.click()

    def marked(self, sign: str) -> set[str]:
        """The ids of the elements of diagrams that are marked."""
        return set(
            self.page.eval_on_selector_all(f".picture .{sign}", "all => all.map(one => one.id)")
        )
