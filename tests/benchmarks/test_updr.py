"""The list of what updr proves names examples that are proven, and its files can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import updr
from benchmarks.__main__ import main
from benchmarks.two_state import modernised
from benchmarks.updr import Entry

MANIFEST = json.loads((updr.HOME / "examples/manifest.json").read_text(encoding="utf-8"))

BEFORE = """
sort node
mutable relation holds(node)  # of old
mutable constant last: node
init !holds(N)
transition take(n: node)
  modifies holds, last
  & !old(holds(n)) & last = n
  & (forall N. holds(N) <-> old(holds(N)) | N = n)
safety [holds] holds(N) & holds(M) -> N = M
"""

AFTER = """
sort node
mutable relation holds(node)  # of old
mutable constant last: node
init !holds(N)
transition take(n: node)
  modifies holds, last
  & !(holds(n)) & new(last) = n
  & (forall N. new(holds(N)) <-> (holds(N)) | N = n)
safety [holds_label] holds(N) & holds(M) -> N = M
"""


def test_every_file_has_an_example_that_is_proven_or_a_reason() -> None:
    known = updr.entries()
    assert len(known) > 15
    assert len({(entry.collection, entry.path) for entry in known}) == len(known)
    for entry in known:
        assert entry.collection in ("mypyvy", "ivybench")
        assert 0 < entry.seconds <= 120
        assert bool(entry.example) != bool(entry.reason), entry
        if entry.example:
            assert "PROVED" in MANIFEST[entry.example]["claims"].values(), entry
        else:
            assert entry.reason.startswith(("not written", "not proven: ")), entry


def test_what_was_before_a_step_is_said_in_the_new_way() -> None:
    assert modernised(BEFORE) == AFTER


def stand_in(folder: Path, printed: str) -> Path:
    """A program in the place of mypyvy, which prints something of each file."""
    script = folder / "src/mypyvy.py"
    script.parent.mkdir()
    script.write_text(f"print({printed!r})\n", encoding="utf-8")
    return folder


def test_it_is_told_whether_updr_proves_a_file(tmp_path: Path) -> None:
    home = stand_in(tmp_path, updr.PROVED)
    took = updr.proven_by_updr("sort node\n", home, 60)
    assert took is not None
    assert 0 < took < 60


def test_a_file_that_updr_does_not_prove_has_no_time(tmp_path: Path) -> None:
    home = stand_in(tmp_path, "updr found abstract counterexample!")
    assert updr.proven_by_updr("sort node\n", home, 60) is None


def test_a_mypyvy_that_does_not_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="mypyvy does not run"):
        updr.proven_by_updr("sort node\n", tmp_path, 60)


def test_rows_have_both_times_and_their_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mypyvy = stand_in(tmp_path, updr.PROVED)
    (mypyvy / "examples").mkdir()
    (mypyvy / "examples/mutex.pyv").write_text("sort node\n", encoding="utf-8")
    some = [
        Entry("mypyvy", "examples/mutex.pyv", 1.0, example="mutual_exclusion"),
        Entry("ivybench", "ex/pyv/other.pyv", 1.0, reason="not written"),
    ]
    monkeypatch.setattr(updr, "entries", lambda: some)
    done = CliRunner().invoke(main, ["updr", "--repeat", "1", "--mypyvy", str(mypyvy)])
    assert done.exit_code == 0, done.output
    first, second, reason = done.output.splitlines()[1:]
    name, own, _, other, _, ratio, *_ = first.removeprefix("mypyvy ").split()
    assert name == "mutex"
    least, most = float(own) / (float(other) + 0.01), float(own) / max(float(other) - 0.01, 0.001)
    assert least <= float(ratio) <= most
    assert second.split() == ["ivybench", "other"]
    assert reason.strip() == "not written"
