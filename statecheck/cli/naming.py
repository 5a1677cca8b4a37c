"""The object that MODULE:CLASS names, or a line that says which part of it is wrong."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from statecheck.errors import ModelError


def imported(name: str, example: str) -> Any:
    """The object that MODULE:CLASS names, also in the present folder.

    Raises UsageError for a name that is none, and ModelError where the module itself does.
    """
    module, colon, attribute = name.partition(":")
    if module.endswith(".py"):
        raise click.UsageError(_of_file(name, module, attribute))
    if not colon:
        raise click.UsageError(
            f"{name!r} is not MODULE:CLASS; write it like {_split(name, example)}."
        )
    if not module or not attribute:
        missing = "a class behind" if module else "a module in front of"
        raise click.UsageError(
            f"{name!r} cannot be imported: it lacks {missing} the colon; write it like {example}."
        )
    found: Any = _module(name, module)
    for part in attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise click.UsageError(
                f"{name!r} cannot be imported: {_shown(found)} has no {part}{_meant(part, found)}."
            ) from None
    return found


def _of_file(name: str, file: str, attribute: str) -> str:
    """The message for a file in place of a module."""
    path = Path(file)
    is_below = not path.is_absolute() and ".." not in path.parts
    module = ".".join((*path.parts[:-1], path.stem)) if is_below else path.stem
    where = "" if is_below else f" in {path.parent}"
    return (
        f"{name!r} names a file; MODULE:CLASS has the name of a module and a colon, so write "
        f"{module}:{attribute or 'CLASS'}{where}."
    )


def _split(name: str, example: str) -> str:
    """The name with a colon where it seems to be meant."""
    module, _, last = name.rpartition(".")
    return f"{module}:{last}" if module and last[:1].isupper() else example


def _module(name: str, module: str) -> ModuleType:
    """A module of a name. Raises UsageError and ModelError."""
    folder, limit, path = _present_folder(), sys.getrecursionlimit(), [*sys.path]
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(module)
    except (ModelError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise click.UsageError(f"{name!r} cannot be imported: {_reason(error, module)}.") from error
    finally:
        with suppress(ValueError):  # the module may have changed it
            sys.path.remove(folder)
        sys.path += [entry for entry in path if entry not in sys.path]
        # Files that are to be written are named from where the command was given.
        os.chdir(folder)
        sys.setrecursionlimit(max(limit, sys.getrecursionlimit()))


def _present_folder() -> str:
    """The folder that a command was given in. Raises UsageError where it is gone."""
    try:
        return str(Path.cwd())
    except OSError as error:
        raise click.UsageError(
            f"the present folder cannot be used: {error.strerror}; change to one that is there."
        ) from None


def _reason(error: BaseException, module: str) -> str:
    """The reason why a module cannot be imported, and what to do."""
    if isinstance(error, ModuleNotFoundError) and _is_part(error.name, module):
        near = difflib.get_close_matches(module, [path.stem for path in Path().glob("*.py")], 1)
        return (
            f"there is no module {error.name} in the present folder or on the path"
            f"{f'; did you mean {near[0]}?' if near else ''}"
        )
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError):
        return said
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_users(frame.filename)]
    return f"{said}, raised at {own[-1].filename}:{own[-1].lineno}" if own else said


def users_place(error: BaseException) -> str:
    """The line of a user's module that raised an error; empty where no such line did."""
    frames = traceback.extract_tb(error.__traceback__)
    own = frames and _is_users(frames[-1].filename)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if own else ""


def _is_users(file: str) -> bool:
    """True if a file is neither Python's, nor a library's, nor this package's."""
    path = Path(file)
    ours = Path(__file__).parents[1], Path(importlib.__file__).parent
    is_installed = "site-packages" in path.parts or file.startswith("<frozen")
    return not is_installed and not any(path.is_relative_to(folder) for folder in ours)


def _is_part(missing: str | None, module: str) -> bool:
    """True if the module itself is missing, or a package that it is in: none that it imports."""
    return missing is not None and f"{module}.".startswith(f"{missing}.")


def _shown(found: Any) -> str:
    """A module with its file, for there may be several of one name; or a class."""
    if isinstance(found, ModuleType):
        file = getattr(found, "__file__", None)
        return f"{found.__name__} ({file})" if file else found.__name__
    return str(getattr(found, "__qualname__", type(found).__name__))


def _meant(part: str, found: Any) -> str:
    """The name that was probably meant."""
    known = [name for name in getattr(found, "__dict__", {}) if not name.startswith("_")]
    near = difflib.get_close_matches(part, known, 1)
    if near:
        return f"; did you mean {near[0]}?"
    machines = [name for name in known if _is_machine(getattr(found, name), found)]
    return f"; its machines and systems are {', '.join(machines)}" if machines else ""


def _is_machine(value: Any, module: Any) -> bool:
    """Tell whether a value is a machine or a system that a module defines."""
    from statemachine import StateChart

    from statecheck.modeling import System

    return (
        isinstance(value, type)
        and issubclass(value, StateChart | System)
        and value.__module__ == getattr(module, "__name__", None)
    )
