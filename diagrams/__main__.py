"""``python -m diagrams``: draw what the documentation shows, or any machine there is.

Pictures are written to a folder, text forms also to stdout; notes and errors go to stderr. The exit
code is 0, or 1 when ``--check`` finds a difference, 2 for a usage or model error or where no
renderer works, 130 when interrupted.
"""

from __future__ import annotations

from statecheck.cli import interrupts

if __name__ == "__main__":
    interrupts.hold()

import difflib
import fnmatch
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console
from statecheck.cli.draw import (
    chosen_themes,
    having,
    machine_pictures,
    output_folder,
    picture_options,
    print_texts,
    write_pictures,
)
from statecheck.drawing.index_page import INDEX, index, named_in

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.drawing.canvas.style import Theme
    from statecheck.drawing.gallery import Output
    from statecheck.drawing.picture import Picture

FOLDER = Path(__file__).with_name("gallery")
"""The committed pictures."""

NEAREST = 3
"""So many pictures are offered in place of one that is unknown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, list(sys.argv[1:] if arguments is None else arguments), "diagrams")


@click.command(
    epilog="Exit codes: 0 done; 1 --check found a difference; 2 usage or model error, or no "
    "renderer works; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("names", nargs=-1, metavar="[PICTURE | MODULE:CLASS]...")
@click.option("--list", "listing", is_flag=True, help="List the gallery's pictures; draw nothing.")
@picture_options
@click.option("--check", is_flag=True, help="Only say which committed pictures differ.")
def command(
    *, names: tuple[str, ...], listing: bool, form: str, theme: str, out: str | None, check: bool
) -> int:
    """Draw the pictures of the documentation, or any python-statemachine class.

    PICTURE is a picture's name, a pattern such as 'run-*', or the name of a machine. Without any,
    every picture is drawn, into diagrams/gallery with an index page. MODULE:CLASS is any machine
    that can be imported; it is drawn into the present folder.
    """
    themes = chosen_themes(theme)
    if check and (names or listing or out or form != "svg" or theme != "both"):
        raise click.UsageError("--check looks at the whole gallery; give it no other option.")
    if check:
        return _check(themes)
    elsewhere = any(":" in name for name in names)
    folder = output_folder(out, Path() if elsewhere else FOLDER)
    if listing:
        shown = (
            f"{name}\n    {textwrap.shorten(about, 76, placeholder='...')}"
            for name, about in _listed(names)
        )
        console.put("\n".join(shown) + "\n")
        return 0
    pictures = having(_selected(names), form, named=bool(names))
    if out == "-":
        return print_texts(pictures, form)
    whole = not names and form == "svg" and theme == "both"
    own = whole and folder.resolve() == FOLDER.resolve()
    page = _page(pictures) if own else None
    return write_pictures(pictures, form, themes, folder, whole=whole, index=page)


def _page(pictures: Sequence[Picture]) -> Output:
    """The page of the gallery."""
    from statecheck.drawing.gallery import Output

    return Output(INDEX, index(pictures, "python -m diagrams").encode)


# -- which pictures -----------------------------------------------------------------------------


def _selected(names: Sequence[str]) -> list[Picture]:
    """The pictures that are named, in the gallery's order; all without a name."""
    foreign = machine_pictures([name for name in names if ":" in name])
    own = [name for name in names if ":" not in name]
    if foreign and not own:
        return foreign
    pictures = _pictures(own)
    _demand(own, [picture.name for picture in pictures])
    chosen = [p for p in pictures if not own or any(_matches(name, p.name) for name in own)]
    return [*foreign, *chosen]


def _demand(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Raise a UsageError for the first name or pattern that no known picture has."""
    for name in wanted:
        if not any(_matches(name, other) for other in known):
            nearest = ", ".join(difflib.get_close_matches(name, known, NEAREST, cutoff=0))
            raise click.UsageError(
                f"no picture is called {name!r}; the nearest are {nearest}. For a machine of your "
                "own write MODULE:CLASS."
            )


def _matches(name: str, picture: str) -> bool:
    return fnmatch.fnmatchcase(picture, name) or picture == f"machine-{name}"


def _listed(names: Sequence[str]) -> list[tuple[str, str]]:
    """The pictures that are named, each with what it is about: those of the committed gallery by
    its page, which takes no time; ``--check`` tells whether they are those of the model at hand.
    """
    try:
        page = (FOLDER / INDEX).read_text(encoding="utf-8")
    except FileNotFoundError:
        page = None
    if page is None or any(":" in name for name in names):
        return [(picture.name, picture.about) for picture in _selected(names)]
    pictures = named_in(page)
    _demand(names, [name for name, _ in pictures])
    return [p for p in pictures if not names or any(_matches(name, p[0]) for name in names)]


def _pictures(names: Sequence[str]) -> list[Picture]:
    """Every picture; those of verdicts only where they are asked for, for they need the model."""
    with interrupts.held():
        from diagrams import verdicts
        from diagrams.findings import verdict_pictures
        from diagrams.site import model_pictures

    simple = list(model_pictures())
    plain = names and not any(set(name) & set("*?[") for name in names)
    if plain and all(any(_matches(name, p.name) for p in simple) for name in names):
        return simple
    from diagrams import plans, readings

    return [
        *simple,
        *verdict_pictures(_kept(verdicts)),
        readings.pictured(),
        *plans.pictures(_kept(plans)),
    ]


def _kept(module: Any) -> dict[str, Any]:
    """The report that a module keeps, proven anew where it is of another model."""
    kept: dict[str, Any] | None = module.load()
    if kept is None:
        name = module.FILE.name
        console.complain(f"note: {name} is not of this model; proving anew, which takes a while")
        try:
            kept = module.renew()
        except OSError as error:
            raise console.unwritable(str(module.FILE), error) from error
    return kept


def _check(themes: Sequence[Theme]) -> int:
    with interrupts.held():
        from diagrams import plans, readings, verdicts
        from diagrams.findings import verdict_pictures
        from diagrams.site import model_pictures
        from statecheck.drawing import gallery
        from statecheck.drawing.layout.renderers import NoRenderer, notes
        from statecheck.exit_codes import Exit

    report, planned = verdicts.load(), plans.load()
    for kept, module in ((report, verdicts), (planned, plans)):
        if kept is None:
            console.complain(
                f"{module.FILE.name} is not of this model, so its pictures are old; run: "
                "python -m diagrams"
            )
    if report is None or planned is None:
        return Exit.DIFFERS
    pictures = [
        *model_pictures(),
        *verdict_pictures(report),
        readings.pictured(),
        *plans.pictures(planned),
    ]
    wanted = list(gallery.outputs(pictures, "svg", themes))
    wanted.append(_page(pictures))
    try:
        differing = list(gallery.differing(wanted, FOLDER))
    except NoRenderer as error:
        raise click.ClickException(str(error)) from error
    for line in (*(f"note: {note}" for note in notes()), *differing):
        console.complain(line)
    if differing:
        console.complain(f"{len(differing)} of {len(wanted)} files; run: python -m diagrams")
        return Exit.DIFFERS
    return Exit.AS_EXPECTED


if __name__ == "__main__":
    sys.exit(main())
