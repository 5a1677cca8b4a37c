"""``python -m diagrams``: what it writes, and one clear line for whatever goes wrong."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import subprocess
import sys
import sysconfig
import textwrap
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from diagrams import __main__ as front_door
from diagrams import verdicts
from diagrams.__main__ import main
from diagrams.site import MACHINES, model_pictures
from model.site import Site
from statecheck.drawing.index_page import index, named_in
from statecheck.drawing.layout import layout, renderers
from statecheck.drawing.pictures import statechart
from statecheck.drawing.pictures.playback import play
from statecheck.modeling import ModelError
from statecheck.reports.json_report import SCHEMA

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "diagrams" / "gallery"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    forget()
    return tmp_path


def forget() -> None:
    """Layouts, and what was said of renderers."""
    layout._LAID.clear()
    renderers._NOTES.clear()
    statechart._BEST.clear()


def module(folder: Path, name: str, source: str) -> str:
    """A module that can be imported from a folder; every test takes another name."""
    (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return name


def one_line(capture: Capture) -> str:
    """What was complained of, which has to be a single line without a traceback."""
    said = capture.readouterr().err
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    return said


# -- the gallery --------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_gallery_is_what_the_code_draws(capsys: Capture) -> None:
    code = main(["--check"])
    assert (capsys.readouterr().err, code) == ("", 0)


@pytest.mark.slow
def test_a_difference_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                               capsys: Capture) -> None:  # fmt: skip
    for file in GALLERY.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(front_door, "FOLDER", tmp_path)
    (tmp_path / "composition-dark.svg").write_text("<svg/>")
    (tmp_path / "versions-light.svg").unlink()
    (tmp_path / "old-light.svg").write_text("<svg/>")
    assert main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "composition-dark.svg differs" in said
    assert "versions-light.svg is missing" in said
    assert "old-light.svg is drawn no more" in said
    assert main([]) == 0
    assert main([]) == 0
    assert "0 of them new or changed" in capsys.readouterr().out.splitlines()[-1]
    assert main(["--check"]) == 0


def test_verdicts_of_another_model_are_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    other = tmp_path / "verdicts.json"
    other.write_text(verdicts.FILE.read_text().replace('"digest": "', '"digest": "0'))
    assert verdicts.load(other) is None
    assert verdicts.load(tmp_path / "none.json") is None
    other.write_text("{")
    assert verdicts.load(other) is None
    monkeypatch.setattr(verdicts, "load", lambda: None)
    assert main(["--check"]) == 1
    assert "not of this model" in one_line(capsys)


def test_the_kept_verdicts_are_a_report_without_times() -> None:
    report = json.loads(verdicts.FILE.read_text())
    schema = json.loads(SCHEMA.read_text())
    for claim in report["claims"]:
        assert "seconds" not in claim
        claim["seconds"] = 0
    jsonschema.Draft202012Validator(schema).validate(report)


@pytest.mark.slow
def test_the_kept_verdicts_are_what_is_proven_now() -> None:
    """If not: rm diagrams/gallery/verdicts.json; python -m diagrams."""
    assert verdicts.FILE.read_text(encoding="utf-8") == verdicts.proved()


def test_the_index_shows_every_picture_in_both_themes() -> None:
    index = (GALLERY / "README.md").read_text()
    for file in GALLERY.glob("*.svg"):
        assert index.count(f'src="{file.name}"') + index.count(f'srcset="{file.name}"') == 1
    assert index.count("(prefers-color-scheme: dark)") * 2 == len(list(GALLERY.glob("*.svg")))


@pytest.mark.slow
def test_every_picture_has_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    for number, seed in enumerate("12"):
        folder = tmp_path / str(number)
        command = [
            sys.executable,
            "-m",
            "diagrams",
            "composition",
            "machine-*",
            "--out",
            str(folder),
        ]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": ""}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    names = [sorted(p.name for p in (tmp_path / n).iterdir()) for n in "01"]
    assert names[0] == names[1]
    assert len(names[0]) == 12
    for name in names[0]:
        first = (tmp_path / "0" / name).read_bytes()
        assert first == (tmp_path / "1" / name).read_bytes()
        assert first == (GALLERY / name).read_bytes()


# -- forms --------------------------------------------------------------------------------------


def test_text_forms_are_printed(capsys: Capture) -> None:
    assert main(["AttachmentLifecycle", "--format", "mermaid", "--out", "-"]) == 0
    assert capsys.readouterr().out.startswith(
        "stateDiagram-v2\n    direction LR\n    [*] --> unscanned\n"
    )
    assert main(["composition", "--format", "dot", "--out", "-"]) == 0
    assert capsys.readouterr().out.startswith("digraph {")
    assert main(["administrators", "--format", "html-table", "--out", "-"]) == 0
    table = capsys.readouterr().out
    assert table.count("<tr>") == 21
    assert table.count("<a href=") == 20
    ET.fromstring(table)


@pytest.mark.parametrize("form", ["dot", "mermaid", "html-table"])
def test_every_picture_that_has_a_text_form_has_a_good_one(here: Path, form: str) -> None:
    assert main(["--format", form, "--out", "out"]) == 0
    files = sorted((here / "out").iterdir())
    assert len(files) > 6
    for file in files:
        text = file.read_text(encoding="utf-8")
        if form == "html-table":
            ET.fromstring(text)
        elif form == "dot":
            for _, run in renderers.renderers():
                run([text])
        else:
            kinds = ("stateDiagram-v2", "flowchart", "sequenceDiagram")
            assert text.startswith(kinds), file.name


def test_images_are_written_whole(here: Path) -> None:
    assert main(["composition", "--format", "png", "--theme", "dark", "--out", "."]) == 0
    assert main(["composition", "--format", "pdf", "--theme", "light", "--out", "."]) == 0
    assert sorted(p.name for p in here.iterdir()) == ["composition-dark.png",
                                                      "composition-light.pdf"]  # fmt: skip
    png = (here / "composition-dark.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert png.endswith(b"IEND\xaeB`\x82")
    assert (here / "composition-light.pdf").read_bytes().startswith(b"%PDF")
    assert main(["composition", "--format", "pdf", "--theme", "light", "--out", "again"]) == 0
    assert (here / "again/composition-light.pdf").read_bytes() == (
        here / "composition-light.pdf"
    ).read_bytes()


def test_a_form_that_a_picture_does_not_have(capsys: Capture) -> None:
    assert main(["versions", "--format", "dot"]) == 2
    assert "versions cannot be had as dot, but as svg, png, pdf, html-table" in one_line(capsys)
    assert main(["versions", "--out", "-"]) == 2
    assert "--out - prints text" in one_line(capsys)


def test_the_list_and_unknown_names(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    for name in (*(f"machine-{m}" for m in MACHINES), "composition", "versions", "article",
                 "run-resolution.no_move_fails_forever"):  # fmt: skip
        assert f"\n{name}\n" in f"\n{listed}"
    assert main(["--list", "MoveMailbox", "state*"]) == 0
    some = capsys.readouterr().out
    assert re.findall(r"^\S+", some, re.MULTILINE) == [
        "machine-MoveMailbox", "states-small", "states-server", "states-move",
    ]  # fmt: skip
    assert main(["--list", "versoins"]) == 2
    assert "no picture is called 'versoins'; the nearest are versions" in one_line(capsys)
    monkeypatch.setattr("diagrams.__main__.FOLDER", Path("there is none"))
    assert main(["--list"]) == 0  # by drawing what there is to name
    drawn = capsys.readouterr().out
    assert sorted(drawn.split("\n")) == sorted(listed.split("\n"))


def test_the_list_reads_no_model() -> None:
    code = (
        "import sys; from diagrams.__main__ import main; "
        "code = main(['--list']); assert not {'z3', 'statemachine'} & set(sys.modules); "
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_a_gallery_is_read_as_it_was_meant() -> None:
    pictures = list(model_pictures())
    odd = replace(pictures[0], name="odd", about=r"If a_b < c, then *not* d &amp; e\_f.")
    page = index([odd, *pictures], "nobody")
    assert named_in(page) == [(p.name, p.about) for p in (odd, *pictures)]


def test_unknown_names(capsys: Capture) -> None:
    assert main(["versoins"]) == 2
    assert "no picture is called 'versoins'; the nearest are versions" in one_line(capsys)
    assert main(["--check", "versions"]) == 2
    assert "give it no other option" in one_line(capsys)


# -- any machine --------------------------------------------------------------------------------


def test_any_machine_is_drawn_into_the_present_folder(here: Path) -> None:
    name = module(
        here,
        "a_door",
        """
        from statemachine import State, StateMachine

        class Door(StateMachine):
            closed = State(initial=True)
            opened = State()
            open = closed.to(opened)
            close = opened.to(closed)
        """,
    )
    assert main([f"{name}:Door"]) == 0
    assert sorted(p.name for p in here.glob("*.svg")) == ["Door-dark.svg", "Door-light.svg"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no_such_module:Door", "cannot be imported: there is no module no_such_module"),
        ("model.machines:NoSuch", "machines.py) has no NoSuch"),
        ("model.machines:", "it lacks a class behind the colon"),
        (
            "model.version:StoreVersion",
            "'model.version:StoreVersion' is the class StoreVersion, which",
        ),
        ("model.version:SP3", "'model.version:SP3' is of type StoreVersion, which is no state"),
        ("statecheck.modeling:Machine", "Machine has no states, so there is nothing to draw"),
        ("exits_at_once:Door", "cannot be imported: SystemExit"),
        ("is_broken:Door", "cannot be imported: SyntaxError"),
    ],
)
def test_what_is_no_machine(here: Path, capsys: Capture, what: str, said: str) -> None:
    module(here, "exits_at_once", "raise SystemExit(3)")
    module(here, "is_broken", "class Door(:")
    assert main([what]) == 2
    assert said in one_line(capsys)
    assert not list(here.glob("*.svg"))


def test_classes_of_one_name_are_told_apart(here: Path, capsys: Capture) -> None:
    source = """
        from statemachine import State, StateMachine

        class Door(StateMachine):
            closed = State(initial=True)
            {0} = State(final=True)
            go = closed.to({0})
        """
    for name in ("one_door", "other_door"):
        module(here, name, source.format(name))
    assert main(["one_door:Door", "other_door:Door", "--theme", "light", "--out", "o"]) == 0
    assert main(["one_door:Door", "one_door:Door", "--theme", "light", "--out", "o"]) == 0
    files = sorted((here / "o").iterdir())
    assert [file.name for file in files] == [
        "Door-light.svg", "one_door.Door-light.svg", "other_door.Door-light.svg",
    ]  # fmt: skip
    for name, file in zip(("one_door", "one_door", "other_door"), files, strict=True):
        assert f">{name}<" in file.read_text()
    assert capsys.readouterr().err == ""


HUGE = """
from statemachine import State, StateMachine

states = {f"s{i}": State(initial=i == 0, final=i == 299) for i in range(300)}
names = list(states)
events = {f"e{i}": states[names[i]].to(states[names[i + 1]]) for i in range(299)}
Huge = type("Huge", (StateMachine,), {**states, **events})
"""


def test_a_machine_of_300_states_is_refused_with_advice(here: Path, capsys: Capture) -> None:
    name = module(here, "a_huge_one", HUGE)
    assert main([f"{name}:Huge"]) == 2
    said = one_line(capsys)
    assert "Huge has 300 states" in said
    assert "--format html-table, dot or mermaid" in said
    assert not list(here.glob("*.svg"))
    for form in ("dot", "mermaid", "html-table"):
        assert main([f"{name}:Huge", "--format", form, "--out", "-"]) == 0
        assert capsys.readouterr().out.count("s299") >= 1


LONG = """
from statemachine import State, StateMachine

names = [f"a_rather_long_name_of_state_{i}" for i in range(40)]
states = {n: State(initial=n == names[0], final=n == names[-1]) for n in names}
events = {f"e{i}": states[a].to(states[b]) for i, (a, b) in enumerate(zip(names, names[1:]))}
Long = type("Long", (StateMachine,), {**states, **events})
"""


def test_a_picture_that_is_too_large_is_noted(here: Path, capsys: Capture) -> None:
    name = module(here, "a_long_one", LONG)
    assert main([f"{name}:Long"]) == 0
    assert len(list(here.glob("*.svg"))) == 2
    said = one_line(capsys)
    assert "note: Long is " in said
    assert "--format html-table or mermaid" in said


STRANGE = """
from statemachine import State, StateMachine

names = ["a<b>&\\"c'", "line\\nbreak", "a:b%c\\\\", "<i>", "\\U0001f680 rocket",
         "\\u05e9\\u05dc\\u05d5\\u05dd", "]]>", "</text><script>", "--", "state\\x00null",
         "\\u202eevil", "#35;", "end"]
states = {n: State(initial=i == 0, final=i == len(names) - 1) for i, n in enumerate(names)}
events = {f"to <{n}> & \\"x\\"": states[a].to(states[n]) for a, n in zip(names, names[1:])}
Strange = type("Strange", (StateMachine,), {**states, **events})
"""


def test_strange_names_are_drawn_as_they_are(here: Path, capsys: Capture) -> None:
    name = module(here, "a_strange_one", STRANGE)
    assert main([f"{name}:Strange"]) == 0
    root = ET.fromstring((here / "Strange-light.svg").read_text(encoding="utf-8"))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for words in ("a<b>&\"c'", "line break", "\U0001f680 rocket", "שלום", "</text><script>"):
        assert words in texts
    assert main([f"{name}:Strange", "--format", "png"]) == 0
    for form in ("dot", "mermaid", "html-table"):
        assert main([f"{name}:Strange", "--format", form]) == 0
    ET.fromstring((here / "Strange.html").read_text(encoding="utf-8"))
    mermaid = (here / "Strange.mmd").read_text(encoding="utf-8")
    assert "<script>" not in mermaid
    pure = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    subprocess.run([pure, "-Tsvg", "Strange.dot", "-o", "dot.svg"], check=True)
    drawn = ET.parse(here / "dot.svg").getroot().iter("{http://www.w3.org/2000/svg}g")
    classes = [group.get("class") for group in drawn]
    assert (classes.count("node"), classes.count("edge")) == (14, 13)
    capsys.readouterr()
    assert main([f"{name}:Strange", "--format", "pdf"]) == 2
    assert "PDF has no letters for" in one_line(capsys)
    assert not list(here.glob("*.pdf"))


# -- folders and renderers ----------------------------------------------------------------------


@pytest.mark.slow
def test_only_the_gallery_has_an_index(here: Path, capsys: Capture) -> None:
    (here / "README.md").write_text("mine")
    assert main(["--out", "."]) == 0
    assert (here / "README.md").read_text() == "mine"
    assert "files" in capsys.readouterr().out
    before = {file.name: file.read_bytes() for file in GALLERY.iterdir()}
    assert main(["composition", "--out", ""]) == 2
    assert "--out '' names no folder" in one_line(capsys)
    assert before == {file.name: file.read_bytes() for file in GALLERY.iterdir()}


def test_a_folder_that_cannot_be_written(here: Path, capsys: Capture) -> None:
    (here / "file").write_text("")
    assert main(["composition", "--out", "file"]) == 2
    assert "cannot write 'file'" in one_line(capsys)
    assert main(["composition", "--out", "file/below"]) == 2
    assert "cannot write 'file/below'" in one_line(capsys)
    (here / "composition-light.svg").mkdir()
    assert main(["composition", "--out", "."]) == 2
    assert "cannot write '.'" in one_line(capsys)
    assert sorted(p.name for p in here.iterdir()) == ["composition-light.svg", "file"]


def test_without_a_renderer_text_still_comes(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(renderers, "renderers", tuple)
    assert main(["MoveMailbox", "composition", "--out", "."]) == 2
    assert "pip install graphviz-pure; --format dot and --format mermaid" in one_line(capsys)
    assert sorted(p.name for p in here.iterdir()) == [
        f"composition-{form}.svg" for form in ("dark", "light", "narrow-dark", "narrow-light")
    ]
    for form in ("dot", "mermaid", "html-table"):
        assert main(["MoveMailbox", "--format", form, "--out", "."]) == 0
    assert len(list(here.glob("machine-MoveMailbox.*"))) == 3


def test_a_renderer_that_fails_is_passed_over_with_a_note(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    good = renderers.renderers()

    def program(script: str) -> Path:
        path = here / "dot.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    other = ("other", good[0][1])
    monkeypatch.setattr(renderers, "renderers", lambda: [other])
    assert main(["AntivirusApi", "--out", "."]) == 0
    assert "note: other lays out, not graphviz-pure" in one_line(capsys)

    for script, said in (
        ("echo oops >&2; exit 3", "exit code 3: oops"),
        ("echo '{}'; echo 'Warning: lost' >&2", "exit code 0: Warning: lost"),
        ('echo \'{"bb": "0,0,1,1", "objects\'', "broken"),
        ("echo '{}'", "broken: 1 layouts of 2 graphs"),
        ("echo '{} {}'", "broken: 'bb'"),
    ):
        bad = ("broken", renderers._program(str(program(script))))
        monkeypatch.setattr(renderers, "renderers", lambda bad=bad: [bad, *good])
        forget()
        assert main(["AntivirusApi", "--out", "."]) == 0
        note = capsys.readouterr().err
        assert note.startswith("note: passed over: broken: ")
        assert said in note
        drawn = (here / "machine-AntivirusApi-light.svg").read_bytes()
        assert drawn == (GALLERY / "machine-AntivirusApi-light.svg").read_bytes()


def test_a_run_of_another_model_is_refused() -> None:
    claims = json.loads(verdicts.FILE.read_text())["claims"]
    claim = next(c for c in claims if c["id"] == "resolution.no_move_fails_forever")
    claim["run"][0]["changes"][0]["after"] = "running"
    with pytest.raises(ModelError, match="does something else than the report says"):
        play(Site, claim["run"], claim["setting"])
    with pytest.raises(ModelError, match="cannot be taken"):
        play(Site, claim["run"][2:], claim["setting"])


# -- the documentation --------------------------------------------------------------------------

PAGE = (ROOT / "diagrams" / "README.md").read_text(encoding="utf-8")


def test_every_file_that_the_page_names_exists() -> None:
    names = re.findall(r'\]\(((?!http)[^)#]+)|(?:src|srcset)="([^"]+)"|:: (gallery\S+)', PAGE)
    assert len(names) > 15
    for name in {next(filter(None, found)) for found in names}:
        assert (ROOT / "diagrams" / name).exists(), name


def test_the_recipe_for_a_build_runs_anywhere(here: Path) -> None:
    """The page's conf.py, with the checkout where it is and one picture in place of all."""
    (recipe,) = re.findall(r"```python\n(import subprocess.*?)```", PAGE, flags=re.DOTALL)
    recipe = recipe.replace('"../mailboxes"', repr(str(ROOT)))
    recipe = recipe.replace('"diagrams",', '"diagrams", "composition",')
    assert str(ROOT) in recipe
    assert '"composition"' in recipe
    exec(recipe, {"__file__": str(here / "conf.py")})
    assert [p.name for p in sorted((here / "_diagrams").iterdir())] == [
        f"composition-{form}.svg" for form in ("dark", "light", "narrow-dark", "narrow-light")
    ]


def test_an_svg_in_a_page_keeps_to_its_width() -> None:
    for file in GALLERY.glob("*.svg"):
        root = ET.parse(file).getroot()
        assert root.get("style") == "max-width:100%;height:auto"
        assert "\n\n" not in file.read_text(), "a blank line ends a block of HTML in Markdown"


@pytest.mark.slow
def test_the_commands_on_the_page_run(here: Path, capsys: Capture) -> None:
    commands = re.findall(r"^python -m diagrams(.*?)(?:#.*)?$", PAGE, flags=re.MULTILINE)
    assert len(commands) == 7
    for command in commands:
        arguments = shlex.split(command.replace("/tmp", "."))
        if arguments:
            assert main(arguments) == 0, command
    assert capsys.readouterr().err == ""


def test_the_code_on_the_page_runs() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "README", "diagrams/README.md", 0)
    assert len(test.examples) == 8
    assert doctest.DocTestRunner().run(test).failed == 0
