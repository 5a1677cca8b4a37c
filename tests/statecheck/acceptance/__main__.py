"""Measure how many machines are accepted: ``python -m tests.statecheck.acceptance [FOLDER ...]``.

Without a folder the machines are those of the library's own tests and documentation; else those in
the Python files of the folders. ``--json FILE`` writes every judgement. The exit code is 1 where a
verdict is wrong or a class is not judged, else 0.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.statecheck.acceptance.corpus import library
from tests.statecheck.acceptance.judging import (
    ABSTRACTED,
    ACCEPTED,
    CRASHED,
    NONE,
    OPEN,
    REFUSED,
    UNCHALLENGED,
    WRONG,
)
from tests.statecheck.acceptance.measuring import Measured, measured
from tests.statecheck.acceptance.slices import Slice, slices

ORDER = (ACCEPTED, ABSTRACTED, OPEN, REFUSED, UNCHALLENGED, CRASHED, WRONG)


def of_library() -> list[Slice]:
    """The library's machines, each text once."""
    root = library()
    return distinct(s for top in ("tests", "docs") for s in of_folder(root / top, root))


def of_folder(folder: Path, root: Path) -> Iterator[Slice]:
    """The machines of a folder's files."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".md") and path.is_file():
            yield from slices(path, root)


def distinct(found: Iterator[Slice]) -> list[Slice]:
    """Slices of different texts."""
    return list({one.source: one for one in reversed(list(found))}.values())[::-1]


def table(results: Sequence[Measured]) -> str:
    """The table of standings and kinds, with the shares of all machines."""
    machines = [m for m in results if m.judgement.standing != NONE]
    standings = Counter(m.judgement.standing for m in machines)
    lines = [f"{len(machines)} machines, and {len(results) - len(machines)} that are none"]
    for standing in ORDER:
        count = standings[standing]
        if count:
            lines.append(f"{standing:<16} {count:>4}  {count / len(machines):6.1%}")
            kinds = Counter(m.judgement.kind for m in machines if m.judgement.standing == standing)
            lines += [f"    {n:>4}  {kind}" for kind, n in kinds.most_common() if kind]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.statecheck.acceptance")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    if chosen.folders:
        found = distinct(s for f in chosen.folders for s in of_folder(f.resolve(), f.resolve()))
    else:
        try:
            found = of_library()
        except (OSError, ValueError) as error:
            sys.stderr.write(f"not measured: {error}\n")
            return 2
    own = not chosen.folders
    results = sorted(
        measured(found, chosen.workers, plays_outside=own), key=lambda m: m.slice.place
    )
    sys.stdout.write(f"{table(results)}\n")
    if chosen.json:
        kept = [{**asdict(m.slice), **asdict(m.judgement)} for m in results]
        chosen.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    bad = [m for m in results if m.judgement.standing in (WRONG, CRASHED)]
    for one in bad:
        sys.stdout.write(f"{one.slice.place} {one.slice.name}: {one.judgement.detail}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
