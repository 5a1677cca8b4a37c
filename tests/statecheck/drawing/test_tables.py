"""Tables in Markdown and reStructuredText, read by the usual readers of both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docutils
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from statecheck.cli.draw import main
from statecheck.drawing.canvas.text import clean
from statecheck.drawing.machine import describe
from statecheck.drawing.pictures.tables import of_machine
from statecheck.drawing.tables import Cell, Table, markdown, restructured
from tests.statecheck.drawing.machines import Flow

Rows = list[list[str]]
Write = Callable[[Table], str]
Read = Callable[[str], tuple[str, Rows]]


def _read_markdown(text: str) -> tuple[str, Rows]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    words: list[str] = []
    for token in tokens:
        if token.type == "inline":
            children = token.children or []
            assert {child.type for child in children} <= {"text", "text_special", "entity"}
            words.append("".join(child.content for child in children))
    count = sum(token.type == "th_open" for token in tokens)
    caption = words.pop(0) if tokens[0].type == "paragraph_open" else ""
    assert count
    return caption, [words[at : at + count] for at in range(0, len(words), count)]


def _read_restructured(text: str) -> tuple[str, Rows]:
    tree = publish_doctree(text, settings_overrides={"report_level": 2, "halt_level": 2})
    (table,) = tree
    for entry in table.findall(nodes.entry):
        assert all(isinstance(part, nodes.paragraph) for part in entry)
        assert all(isinstance(part, nodes.Text) for paragraph in entry for part in paragraph)
    rows = [[entry.astext() for entry in row] for row in table.findall(nodes.row)]
    return next(table.findall(nodes.title)).astext(), rows


_OLD = pytest.mark.skipif(
    docutils.__version_info__ < (0, 22),
    reason="docutils before 0.22 counts the columns of combining characters otherwise",
)
READERS = [
    (markdown, _read_markdown),
    pytest.param(restructured, _read_restructured, marks=_OLD),
]

WORDS = st.text("ab1(#.)_*`|\\-+:<>[]~&!$ '\"/=é中\u0301", max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3))
@example([("1. a", "- b"), ("a. ", "::"), ("_a_", "a_"), ("x|y", "\\" * 4), ("----", "..")])
@example([(":a: b", ">>> a"), ("(i) x", "#. x"), ("-a  b", "/V x"), ("a::", "[1]_")])
@example([("中", "e\u0301"), ("&amp;", "<b>"), ("~~a~~", "![a](b)"), ("__a__", "a_b")])
@pytest.mark.parametrize(("write", "read"), READERS)
def test_any_words_come_out_as_they_went_in(
    write: Write, read: Read, rows: list[tuple[str, str]]
) -> None:
    table = Table("A caption: *so* it_ is", ("one", "two"), tuple(rows))
    wanted = [["one", "two"], *([" ".join(clean(cell).split()) for cell in row] for row in rows)]
    caption, found = read(write(table))
    assert caption == table.caption
    assert [[" ".join(cell.split()) for cell in row] for row in found] == wanted


@pytest.mark.parametrize(("write", "read"), READERS)
def test_a_machine_has_a_row_for_each_transition(write: Write, read: Read) -> None:
    table = of_machine(describe(Flow))
    caption, rows = read(write(table))
    assert caption == "Flow. What a flat machine can have."
    assert rows[0] == ["state", "event", "guard", "action", "next state"]
    assert rows[1:] == [list(row) for row in table.rows]
    assert len(rows) == 7


def test_a_table_without_rows_can_be_read() -> None:
    empty = Table("Empty", ("one", "two"), ())
    assert _read_markdown(markdown(empty)) == ("Empty", [["one", "two"]])
    assert _read_restructured(restructured(empty))[1] == [["one", "two"], ["", ""]]


def test_a_link_is_one_in_markdown() -> None:
    table = Table("Links", ("to",), ((Cell("a|b", "run"),),))
    assert "| [a\\|b](<run-light.svg>) |" in markdown(table)
    assert "run" not in restructured(table)


def test_they_are_looked_at_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    name = "tests.statecheck.drawing.test_mermaid:Door"
    assert main([name, "--format", "md", "--out", "-"]) == 0
    assert capsys.readouterr().out == (
        "Door.\n"
        "\n"
        "| state            | event | guard   | action | next state |\n"
        "| ---------------- | ----- | ------- | ------ | ---------- |\n"
        "| closed (initial) | open  | allowed | ring   | opened     |\n"
        "| opened           | close | !held   |        | closed     |\n"
    )
    assert main([name, "--format", "rst", "--out", "-"]) == 0
    assert capsys.readouterr().out == (
        ".. table:: Door.\n"
        "\n"
        "   +------------------+-------+---------+--------+------------+\n"
        "   | state            | event | guard   | action | next state |\n"
        "   +==================+=======+=========+========+============+\n"
        "   | closed (initial) | open  | allowed | ring   | opened     |\n"
        "   +------------------+-------+---------+--------+------------+\n"
        "   | opened           | close | !held   |        | closed     |\n"
        "   +------------------+-------+---------+--------+------------+\n"
    )


def test_files_have_the_usual_endings(tmp_path: Path) -> None:
    for form in ("md", "rst"):
        name = "tests.statecheck.drawing.test_mermaid:Door"
        assert main([name, "--format", form, "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Door.md", "Door.rst"]
