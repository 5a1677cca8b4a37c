"""Notebooks show pictures, verdicts and runs: in both themes, and with everything escaped."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
from statemachine import State, StateMachine

from statecheck import ModelError, Run, check, draw, prove
from statecheck.drawing.canvas.style import DARK, LIGHT
from tests.statecheck.interface.machines import CATALOGUE, Coffee, Door, Parcel

EVIL = "<script>alert('&')</script>"

TAGS = {
    *("style", "div", "table", "tr", "th", "td", "code", "b", "br", "p", "ul", "li", "img"),
    *("details", "summary"),
}


class Sign(StateMachine):
    """A sign that shows <script>anything</script>."""

    plain = State(initial=True)
    changed = State(final=True)
    words = "nothing"
    write = plain.to(changed, on="scribble")

    def scribble(self) -> None:
        self.words = EVIL


class Page(HTMLParser):
    """The tags of a document, each closed where it has to be, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert not any(name.startswith("on") for name, _ in attrs)
        self.tags.append(tag)
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_a_report_shows_verdicts_runs_and_assumptions() -> None:
    report = check(Coffee, always=["not served", "idle or served"])
    page = Page(report._repr_html_())
    assert "always.1 not served REFUTED ! PROVED was expected 1-step run" in page.words
    assert "1 serve() coins: 0 -> 2 state: idle -> served" in page.words
    assert "always.2 idle or served PROVED" in page.words
    assert "Assumed: coins is an input: the environment may set it" in page.words
    bundle = report._repr_mimebundle_()
    assert bundle == {"text/plain": str(report), "text/html": report._repr_html_()}


@pytest.mark.slow
def test_answers_and_liveness_are_shown() -> None:
    page = Page(check(Parcel)._repr_html_())
    assert "no way to a final state: lost (suspicious)" in page.words
    assert "lose()" in page.words
    report = check(Door, eventually="opened ~> not opened")
    assert "then step 2 again, for ever" in Page(report._repr_html_()).words
    fair = check(Door, eventually="opened ~> not opened", fair="close")
    assert "Assumed: weak fairness of close" in Page(fair["eventually.1"]._repr_html_()).words
    assert "open_doors(lift1)" in Page(prove(CATALOGUE, "doors.*")._repr_html_()).words


def test_a_result_and_a_run_show_themselves() -> None:
    result = check(Door, possible="broken")["possible.1"]
    assert isinstance(result.run, Run)
    assert "6 slam() state: opened -> broken" in Page(result.run._repr_html_()).words
    assert Page(result._repr_html_()).words.startswith("claim verdict evidence possible.1 broken")
    at_once = check(Door, possible="closed")["possible.1"].run
    assert at_once is not None
    assert Page(at_once._repr_html_()).words == "It is so from the start."
    assert str(at_once) == "the initial state"


def test_everything_is_escaped() -> None:
    report = check(Sign, always=[f'words != "{EVIL}"', "plain or words > 'a' or 1 < 2"])
    assert EVIL in str(report)
    for shown in (report, report.results[0], report.results[0].run, draw(Sign)):
        assert shown is not None
        text = shown._repr_html_()
        assert "<script" not in text
        Page(text)
    assert EVIL in Page(report._repr_html_()).words
    assert "<script" not in draw(Sign)._repr_svg_()


def test_a_drawing_has_every_form_and_both_themes() -> None:
    drawing = draw(Door)
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/svg+xml"}
    assert bundle["image/svg+xml"] == drawing.svg()
    assert LIGHT.colours["page"] in drawing.svg()
    assert DARK.colours["page"] in drawing.svg(dark=True)
    assert "closed --> opened: open" in drawing.mermaid()
    assert drawing.dot().startswith("digraph")
    page = bundle["text/html"]
    Page(page)
    images = [base64.b64decode(code).decode() for code in re.findall(r"base64,([^']+)", page)]
    assert images == [drawing.svg(), drawing.svg(dark=True)]
    assert draw(Door()).svg() == drawing.svg()
    with pytest.raises(ModelError, match="which is no state machine"):
        draw(int)  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_colours_can_be_read_on_their_page(theme: object) -> None:
    style = re.search(r"<style>(.*?)</style>", check(Door, possible="broken")._repr_html_())
    assert style is not None
    assert isinstance(theme, type(LIGHT))
    for role in ("ink", "muted", "success", "failure", "shared", "upgrade"):
        assert f"--{role}:{theme.colours[role]};" in style[1]
        assert _contrast(theme.colours[role], theme.colours["page"]) >= 4.5, role


def _contrast(one: str, other: str) -> float:
    """The contrast of two colours, by WCAG 2.2."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_only_an_image_of_one_theme_is_seen() -> None:
    style = draw(Door)._repr_html_().split("</style>")[0]
    assert ".statecheck img.light{display:var(--light)}" in style
    light, dark = "--light:inline;--dark:none;", "--light:none;--dark:inline;"
    assert style.index(light) < style.index("@media (prefers-color-scheme:dark)")
    for mark, seen in (("light=true", light), ("light=false", dark)):
        rule = style[style.index(f"[data-jp-theme-{mark}]") :]
        assert rule[rule.index("{") : rule.index("}")].endswith(seen)
