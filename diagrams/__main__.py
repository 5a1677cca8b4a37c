"""``python -m diagrams``: draw what the documentation shows, or any machine there is.

Pictures are written to a folder, text forms also to stdout; notes and errors go to stderr. The exit
code is 0, or 1 when ``--check`` finds a difference, 2 for a usage or model error or where no
renderer works, 130 when interrupted.
"""

from __future__ import annotations

from proofs import interrupts

if __name__ == "__main__":
    interrupts.hold()

import difflib
import fnmatch
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proofs import console

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from diagrams.picture import Picture
    from diagrams.style import Theme

FORMATS = ("svg", "png", "pdf", "dot", "mermaid", "html-table")
NEAREST = 3
"""So many pictures are offered in place of one that is unknown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, list(sys.argv[1:] if arguments is None else arguments), "diagrams")


@click.command(
    epilog="Exit codes: 0 done; 1 --check found a difference; 2 usage or model error, or no "
    "renderer works; 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("names", nargs=-1, metavar="[PICTURE | MODULE:CLASS]...")
@click.option("--list", "listing", is_flag=True, help="List the pictures and draw nothing.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="svg", help="What to write (svg)."
)
@click.option(
    "--theme",
    type=click.Choice(("light", "dark", "both")),
    default="both",
    help="The colours of images (both).",
)
@click.option("--out", metavar="DIR", help="Where to; - writes a text form to stdout.")
@click.option("--check", is_flag=True, help="Only say which committed pictures differ.")
def command(
    *, names: tuple[str, ...], listing: bool, form: str, theme: str, out: str | None, check: bool
) -> int:
    """Draw the pictures of the documentation, or any python-statemachine class.

    PICTURE is a picture's name, a pattern such as 'run-*', or the name of a machine. Without any,
    every picture is drawn, into diagrams/gallery with an index page. MODULE:CLASS is any machine
    that can be imported; it is drawn into the present folder.
    """
    with interrupts.held():
        from diagrams import gallery
        from diagrams.style import THEMES

    themes = [t for t in THEMES if theme in (t.name, "both")]
    if check and (names or listing or out or form != "svg" or theme != "both"):
        raise click.UsageError("--check looks at the whole gallery; give it no other option.")
    if check:
        return _check(themes)
    if out == "":
        raise click.UsageError("--out '' names no folder; write . for the present one.")
    pictures = _selected(names, listing=listing)
    if listing:
        shown = (
            f"{p.name}\n    {textwrap.shorten(p.about, 76, placeholder='...')}" for p in pictures
        )
        console.put("\n".join(shown) + "\n")
        return 0
    pictures = _having(pictures, form, bool(names))
    if out == "-":
        return _print(pictures, form)
    elsewhere = any(":" in name for name in names)
    folder = Path(out) if out else Path() if elsewhere else gallery.FOLDER
    whole = not names and form == "svg" and theme == "both"
    return _write(pictures, form, themes, folder, whole=whole)


# -- which pictures -----------------------------------------------------------------------------


def _selected(names: Sequence[str], *, listing: bool) -> list[Picture]:
    """The pictures that are named, in the gallery's order; all without a name."""
    foreign = _told_apart([name for name in dict.fromkeys(names) if ":" in name])
    own = [name for name in names if ":" not in name]
    if foreign and not own:
        return foreign
    pictures = _pictures(own, listing=listing)
    for name in own:
        if not any(_matches(name, picture) for picture in pictures):
            known = [picture.name for picture in pictures]
            nearest = ", ".join(difflib.get_close_matches(name, known, NEAREST, cutoff=0))
            raise click.UsageError(
                f"no picture is called {name!r}; the nearest are {nearest}. For a machine of your "
                "own write MODULE:CLASS."
            )
    chosen = [p for p in pictures if not own or any(_matches(name, p) for name in own)]
    return [*foreign, *chosen]


def _told_apart(names: Sequence[str]) -> list[Picture]:
    """The pictures of MODULE:CLASS; those of classes of one name are named MODULE.CLASS."""
    drawn = [_any_machine(name) for name in names]
    counts = Counter(picture.name for picture in drawn)
    return [
        picture if counts[picture.name] == 1 else replace(picture, name=name.replace(":", "."))
        for name, picture in zip(names, drawn, strict=True)
    ]


def _matches(name: str, picture: Picture) -> bool:
    return fnmatch.fnmatchcase(picture.name, name) or picture.name == f"machine-{name}"


def _pictures(names: Sequence[str], *, listing: bool) -> list[Picture]:
    """Every picture; those of verdicts only where they are asked for, for they need the model.

    A list proves nothing: without verdicts it is shorter.
    """
    with interrupts.held():
        from diagrams import verdicts
        from diagrams.findings import verdict_pictures
        from diagrams.site import model_pictures

    simple = list(model_pictures())
    plain = names and not any(set(name) & set("*?[") for name in names)
    if plain and all(any(_matches(name, p) for p in simple) for name in names):
        return simple
    if listing and verdicts.load() is None:
        console.complain("note: no verdicts of this model yet, so their pictures are not listed")
        return simple
    return [*simple, *verdict_pictures(_report())]


def _report() -> dict[str, Any]:
    """The verdicts of the present model, proven anew where those that are kept are of another."""
    from diagrams import verdicts

    report = verdicts.load()
    if report is None:
        console.complain(
            f"note: {verdicts.FILE.name} is not of this model; proving anew, which takes a while"
        )
        try:
            report = verdicts.renew()
        except OSError as error:
            raise console.unwritable(str(verdicts.FILE), error) from error
    return report


def _any_machine(name: str) -> Picture:
    """The picture of MODULE:CLASS. Raises UsageError where it cannot be imported."""
    from diagrams.anything import picture

    return picture(console.imported(name, "model.machines:MoveMailbox"), name)


def _having(pictures: Sequence[Picture], form: str, named: bool) -> list[Picture]:
    """Those that can be had in a form. One that was named and cannot is an error."""
    kept = [picture for picture in pictures if picture.has(form)]
    if kept:
        left = len(pictures) - len(kept)
        if left and named:
            console.complain(f"note: {left} of the pictures cannot be had as {form}")
        return kept
    can = [f for f in FORMATS if all(picture.has(f) for picture in pictures)]
    raise click.UsageError(
        f"{', '.join(p.name for p in pictures)} cannot be had as {form}, but as {', '.join(can)}."
    )


# -- what is done with them ---------------------------------------------------------------------


def _print(pictures: Sequence[Picture], form: str) -> int:
    from diagrams import gallery
    from diagrams.picture import TEXTS

    if form not in TEXTS:
        raise click.UsageError(
            f"--out - prints text: --format {', '.join(TEXTS)}; {form} needs a folder."
        )
    console.put("\n".join(gallery.text(picture, form) for picture in pictures))
    return 0


def _write(
    pictures: Sequence[Picture], form: str, themes: Sequence[Theme], folder: Path, *, whole: bool
) -> int:
    """Write the files. What no renderer can draw here is left out and said, the rest is written."""
    from diagrams import gallery, renderers
    from diagrams.picture import IMAGES
    from proofs.exits import Exit

    wanted = list(gallery.outputs(pictures, form, themes))
    own = whole and folder.resolve() == gallery.FOLDER.resolve()
    if own:
        wanted.append(gallery.Output(gallery.INDEX, gallery.index(pictures).encode))
    missing: dict[str, str] = {}
    changed: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "the folder is write-protected")
        for output in wanted:
            try:
                if gallery.write(output, folder):
                    changed.append(output.name)
            except renderers.NoRenderer as error:
                missing[output.name] = str(error)
        if own:
            for path in gallery.stale(wanted, folder):
                path.unlink()
    except OSError as error:
        raise console.unwritable(str(folder), error) from error
    large = gallery.too_large(pictures) if form in IMAGES and not missing else ()
    for note in (*renderers.notes(), *large):
        console.complain(f"note: {note}")
    if whole:
        drawn = len(wanted) - len(missing)
        console.put(f"{folder}: {drawn} files, {len(changed)} of them new or changed\n")
    else:
        names = (output.name for output in wanted if output.name not in missing)
        console.put("".join(f"{folder / name}\n" for name in names))
    for reason in dict.fromkeys(missing.values()):
        left = [name for name, why in missing.items() if why == reason]
        console.complain(f"error: not drawn: {', '.join(left)}: {reason}")
    return Exit.USAGE if missing else Exit.AS_EXPECTED


def _check(themes: Sequence[Theme]) -> int:
    with interrupts.held():
        from diagrams import gallery, verdicts
        from diagrams.findings import verdict_pictures
        from diagrams.renderers import NoRenderer, notes
        from diagrams.site import model_pictures
        from proofs.exits import Exit

    report = verdicts.load()
    if report is None:
        console.complain(
            f"{verdicts.FILE.name} is not of this model, so its pictures are old; run: "
            "python -m diagrams"
        )
        return Exit.DIFFERS
    pictures = [*model_pictures(), *verdict_pictures(report)]
    wanted = list(gallery.outputs(pictures, "svg", themes))
    wanted.append(gallery.Output(gallery.INDEX, gallery.index(pictures).encode))
    try:
        differing = list(gallery.differing(wanted, gallery.FOLDER))
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
