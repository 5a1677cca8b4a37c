"""Clicks in the explorer of the site, in Debian's Chromium driven by Playwright."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path

from proofs.project import PROJECT
from statecheck.explorer.javascript import Code
from statecheck.explorer.page import page
from statecheck.explorer.systems import system_data

SIZES = "Server:2,Mailbox:2,Attachment:{}"
"""As many entities as a link of the page asks for."""

CLICK = """async (count) => {
  const took = [];
  for (let n = 0; n < count; n++) {
    const choices = [...document.querySelectorAll("#enabled .take")];
    const began = performance.now();
    choices[(n * 7) % choices.length].click();
    document.body.offsetHeight;
    took.push(performance.now() - began);
    await new Promise((go) => setTimeout(go, 5));
  }
  return took;
}"""
"""Clicks, and the milliseconds until each is answered and laid out."""


def missing() -> str:
    """What this machine lacks, in words; empty if nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "no Playwright"
    return "" if shutil.which("chromium") else "no Chromium"


def clicks(attachments: int, count: int = 40) -> list[float]:
    """The seconds that each of so many clicks takes, every claim of the catalogue watched."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (few machines have it)

    code = Code()
    data = system_data(
        PROJECT.system,
        code,
        histories=PROJECT.histories,
        claims=PROJECT.claims,
        integers=PROJECT.integers,
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        path.write_text(page(data, code), encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.goto(f"{path.as_uri()}#n={SIZES.format(attachments)}")
        took = opened.evaluate(CLICK, count)
        browser.close()
    return [milliseconds / 1000 for milliseconds in took]
