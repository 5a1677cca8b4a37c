"""Folders that nobody vouches for, and folders that hold somebody's own files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from statecheck.certificate.folder import OutputFolder
from statecheck.recheck import folder as reading
from statecheck.recheck.command import main
from tests.statecheck.recheck.forger import Forger, copied, sha256

OBLIGATION = "claims/doors.move_open/states.smt2"
LEVELS = 200_000


def outside(forger: Forger) -> None:
    (forger.folder.parent / "own.smt2").write_text(forger.read(OBLIGATION))
    about = forger.manifest["files"].pop(OBLIGATION)
    forger.manifest["files"]["../own.smt2"] = about
    forger.claim("doors.move_open")["obligations"] = ["../own.smt2"]
    forger.seal()


def absolute(forger: Forger) -> None:
    path = str(forger.folder.parent / "run.json")
    Path(path).write_text("{}")
    forger.claim("cabins.move")["runs"] = {path: ""}
    forger.seal()


def link(forger: Forger) -> None:
    path = forger.folder / OBLIGATION
    path.rename(forger.folder.parent / "moved")
    path.symlink_to(forger.folder.parent / "moved")


def linked_folder(forger: Forger) -> None:
    path = forger.folder / "invariant"
    path.rename(forger.folder.parent / "moved")
    path.symlink_to(forger.folder.parent / "moved")


def device(forger: Forger) -> None:
    (forger.folder / OBLIGATION).unlink()
    (forger.folder / OBLIGATION).symlink_to("/dev/zero")


def pipe(forger: Forger) -> None:
    (forger.folder / OBLIGATION).unlink()
    os.mkfifo(forger.folder / OBLIGATION)


def added_pipe(forger: Forger) -> None:
    os.mkfifo(forger.folder / "more")


def manifest_pipe(forger: Forger) -> None:
    (forger.folder / "manifest.json").unlink()
    os.mkfifo(forger.folder / "manifest.json")


def latin(forger: Forger) -> None:
    (forger.folder / OBLIGATION).write_bytes(b"; caf\xe9\n")


def deep_manifest(forger: Forger) -> None:
    (forger.folder / "manifest.json").write_text('{"schema":' * LEVELS + "4" + "}" * LEVELS)


def deep_text(forger: Forger) -> None:
    nested = "(not " * LEVELS + "true" + ")" * LEVELS
    forger.replace(OBLIGATION, "; == goal\n", f"; == goal\n(assert {nested})\n")
    forger.seal()


def deep_definitions(forger: Forger) -> None:
    nested = "(not " * LEVELS + "true" + ")" * LEVELS
    forger.replace("definitions.smt2", "; == start\n", f"; == start\n(assert {nested})\n")
    forger.seal()


def deep_run(forger: Forger) -> None:
    forger.write("claims/cabins.move/run.itf.json", "[" * LEVELS + "]" * LEVELS)
    forger.seal()


def deep_folders(forger: Forger) -> None:
    place = forger.folder
    for _ in range(reading.DEEPEST + 2):
        place = place / "more"
    place.mkdir(parents=True)


REFUSED: dict[str, tuple[Callable[[Forger], None], str]] = {
    "a path outside": (outside, "names '../own.smt2', which is no path inside it"),
    "an absolute path": (absolute, "which is no path inside it"),
    "a link": (link, f"{OBLIGATION} is a link; a certificate has regular files only"),
    "a linked folder": (linked_folder, "invariant is a link"),
    "a device": (device, f"{OBLIGATION} is a link"),
    "a pipe": (pipe, f"{OBLIGATION} is a pipe"),
    "a pipe that nothing names": (added_pipe, "more is a pipe"),
    "a pipe for a manifest": (manifest_pipe, "manifest.json is a pipe"),
    "another encoding": (latin, f"{OBLIGATION} is no text in UTF-8"),
    "a deep manifest": (deep_manifest, "nested too deeply"),
    "a deep obligation": (deep_text, "nested too deeply"),
    "deep definitions": (deep_definitions, "nested too deeply"),
    "a deep run": (deep_run, "nested too deeply"),
    "deep folders": (deep_folders, "folders deep; 8 are the most"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_folder_is_refused_in_one_line(
    what: str, certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, complaint = REFUSED[what]
    forger = copied(certified, tmp_path / "forged")
    change(forger)
    assert main([str(forger.folder)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert complaint in line


@pytest.mark.parametrize(("limit", "least"), [("LARGEST", 100), ("ALL", 1000), ("MOST", 10)])
def test_sizes_are_bounded(
    limit: str,
    least: int,
    certified: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(reading, limit, least)
    assert main([str(certified)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"has more than {least}" in line


def test_nothing_that_is_judged_paints_the_terminal(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forger = copied(certified, tmp_path / "forged")
    forger.claim("cabins.move")["verdict"] = "\x1b[32mPROVED\x1b[0m \u202e"
    forger.manifest["files"]["\x1b]0;mine\x07"] = {"sha256": ""}
    (forger.folder / "\x1b[2Jmore").write_text("")
    manifest = json.dumps(forger.manifest)
    (forger.folder / "manifest.json").write_text(manifest)
    assert main([str(forger.folder)]) == 1
    said = capsys.readouterr()
    assert (said.out + said.err).replace("\n", "").isprintable()


# -- writing --------------------------------------------------------------------------------------


def claiming(folder: Path, name: str) -> None:
    """A folder whose manifest says that somebody's file is part of a certificate."""
    folder.mkdir()
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("mine")
    about = {name: {"sha256": sha256(b"mine")}}
    content = {"files": about, "claims": [], "definitions": ""}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    (folder / "manifest.json").write_text(json.dumps({**content, "digest": sha256(text.encode())}))


@pytest.mark.parametrize("name", ["mine.txt", "claims/mine.txt", "thesis/claims/mine.smt2"])
def test_a_file_that_a_manifest_names_stays(name: str, tmp_path: Path) -> None:
    claiming(tmp_path / "own", name)
    with pytest.raises(FileExistsError, match="no part of a certificate"):
        OutputFolder(str(tmp_path / "own"))
    assert (tmp_path / "own" / name).read_text() == "mine"


def test_a_file_that_was_changed_stays(certified: Path, tmp_path: Path) -> None:
    forger = copied(certified, tmp_path / "own")
    forger.write(OBLIGATION, "mine")
    with pytest.raises(FileExistsError, match=f"it has {OBLIGATION}"):
        OutputFolder(str(forger.folder))
    assert forger.read(OBLIGATION) == "mine"


def test_a_file_that_appears_meanwhile_stays(certified: Path, tmp_path: Path) -> None:
    forger = copied(certified, tmp_path / "own")
    folder = OutputFolder(str(forger.folder))
    forger.write("mine.txt", "mine")
    with pytest.raises(FileExistsError, match=r"it has mine\.txt"):
        folder.write({"manifest.json": "{}"})
    assert forger.read("mine.txt") == "mine"


def test_a_certificate_is_replaced_whole(certified: Path, tmp_path: Path) -> None:
    forger = copied(certified, tmp_path / "own")
    OutputFolder(str(forger.folder)).write({"manifest.json": "{}"})
    assert [path.name for path in forger.folder.rglob("*")] == ["manifest.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_link_to_itself_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "own").symlink_to("own")
    with pytest.raises(OSError, match="Too many levels"):
        OutputFolder(str(tmp_path / "own"))
