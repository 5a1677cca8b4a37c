"""Tell whether an environment has every file of every package that a lock pins.

``python requirements/installed.py LOCK`` exits with 0 if it has, and with 1 and a line that names
the first package that is missing, damaged or of another version. Packages that only some platforms
need are left to pip.
"""

from __future__ import annotations

import csv
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def problem(lock: str) -> str | None:
    """The first package of a lock that is not there as it is pinned, in words; None if all are."""
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+) *(?:\\)?$", lock, re.MULTILINE):
        try:
            package = distribution(name)
        except PackageNotFoundError:
            return f"{name} is missing"
        if package.version != version:
            return f"{name} is {package.version}, not {version}"
        # From Python 3.12 on, `package.files` leaves out what is not there.
        for file, *_ in csv.reader((package.read_text("RECORD") or "").splitlines()):
            if not file.endswith(".pyc") and not Path(str(package.locate_file(file))).exists():
                return f"{name} has lost {file}"
    return None


if __name__ == "__main__":
    found = problem(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if found is not None:
        sys.exit(f".venv: {found}")
