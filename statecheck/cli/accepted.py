"""Findings that a project accepts, one by one, in its pyproject.toml.

It has a table ``[tool.statecheck.accept]`` with a list for each class, by its name:
``"module:Class" = ["state never reached: broken"]``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from statecheck.interface.settling import TABLE


def accepted(*names: str) -> tuple[str, ...]:
    """The ids of the findings that are accepted of a class, under any of its names.

    The nearest pyproject.toml counts, from the present folder upwards. Raises UsageError where it
    cannot be read.
    """
    folder = Path.cwd()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            return _read(file, names)
    return ()


def _read(file: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    try:
        found: object = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{file} cannot be read: {error}; mend it first.") from error
    for key in ("tool", "statecheck", "accept"):
        found = found.get(key, {}) if isinstance(found, dict) else found
    if not isinstance(found, dict):
        raise click.UsageError(
            f'{file}: {TABLE} is no table; write "module:Class" = ["state never reached: broken"] '
            "below it."
        )
    ids: list[str] = []
    for name in dict.fromkeys(names):
        listed = found.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(id_, str) for id_ in listed):
            raise click.UsageError(
                f'{file}: {TABLE} "{name}" is no list of texts; write it like '
                '["state never reached: broken"].'
            )
        ids += listed
    return tuple(dict.fromkeys(ids))
