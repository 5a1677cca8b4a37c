"""``statecheck draw``: draw any python-statemachine class.

Pictures are written to a folder, text forms also to stdout; notes and errors go to stderr. The exit
code is 0, 2 for a usage or model error or where no renderer works, 130 when interrupted.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts
from statecheck.cli.naming import imported

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.drawing.canvas.page import Surroundings
    from statecheck.drawing.canvas.style import Theme
    from statecheck.drawing.gallery import Output
    from statecheck.drawing.picture import Picture

FORMATS = ("svg", "png", "pdf", "dot", "mermaid", "html-table", "md", "rst")

EXAMPLE = "lift.machines:Lift"

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="svg", help="What to write (svg)."
    ),
    click.option(
        "--theme",
        type=click.Choice(("light", "dark", "both")),
        default="both",
        help="The colours of images (both).",
    ),
    click.option("--out", metavar="DIR", help="Where to; - writes text, or one SVG, to stdout."),
)


def picture_options(body: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every command which draws has: --format, --theme, --out."""
    return console.with_options(body, _OPTIONS)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck draw")


@click.command(
    epilog="Exit codes: 0 done; 2 usage or model error, or no renderer works; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("names", nargs=-1, required=True, metavar="MODULE:CLASS...")
@picture_options
@click.option("--no-title", is_flag=True, help="No title: a page has a caption of its own.")
@click.option("--no-legend", is_flag=True, help="No legend, and no source.")
@click.option("--transparent", is_flag=True, help="Nothing behind it: SVG and PNG.")
def command(
    *,
    names: tuple[str, ...],
    form: str,
    theme: str,
    out: str | None,
    no_title: bool,
    no_legend: bool,
    transparent: bool,
) -> int:
    """Draw state diagrams of python-statemachine classes, into the present folder.

    MODULE:CLASS is any machine that can be imported.
    """
    with interrupts.held():
        from statecheck.drawing.canvas.page import Surroundings
        from statecheck.drawing.picture import IMAGES

    bare = {"--no-title": no_title, "--no-legend": no_legend, "--transparent": transparent}
    for option, given in bare.items():
        if given and (form not in IMAGES or (form == "pdf" and transparent)):
            raise click.UsageError(f"{option}: {form} has none of it; take --format svg or png.")
    around = Surroundings(not no_title, not no_legend, not transparent)
    themes = chosen_themes(theme)
    pictures = having(machine_pictures(names, around), form, named=True)
    if out == "-" and form == "svg":
        return _print_svg(pictures, themes)
    if out == "-":
        return print_texts(pictures, form)
    return write_pictures(pictures, form, themes, output_folder(out, Path()))


def chosen_themes(theme: str) -> list[Theme]:
    """The themes that --theme asks for."""
    with interrupts.held():
        from statecheck.drawing.canvas.style import THEMES

    return [t for t in THEMES if theme in (t.name, "both")]


def output_folder(out: str | None, default: Path) -> Path:
    """The folder that --out names. Raises UsageError for an empty name."""
    if out == "":
        raise click.UsageError("--out '' names no folder; write . for the present one.")
    return default if out is None else Path(out)


def _print_svg(pictures: Sequence[Picture], themes: Sequence[Theme]) -> int:
    """Write one SVG to stdout. Raises UsageError for more than one."""
    from statecheck.drawing import gallery

    if len(pictures) != 1 or len(themes) != 1:
        raise click.UsageError(
            "--out - prints one SVG: name one class, and --theme light or --theme dark."
        )
    console.put(gallery.image(pictures[0], "svg", themes[0]).decode("utf-8"))
    return 0


def machine_pictures(names: Sequence[str], around: Surroundings | None = None) -> list[Picture]:
    """The pictures of MODULE:CLASS; those of classes of one name are named MODULE.CLASS."""
    drawn = [_machine_picture(name, around) for name in dict.fromkeys(names)]
    counts = Counter(picture.name for picture in drawn)
    return [
        picture if counts[picture.name] == 1 else replace(picture, name=name.replace(":", "."))
        for name, picture in zip(dict.fromkeys(names), drawn, strict=True)
    ]


def _machine_picture(name: str, around: Surroundings | None) -> Picture:
    """The picture of MODULE:CLASS. Raises UsageError where it cannot be imported."""
    from statecheck.drawing.canvas.page import WHOLE
    from statecheck.drawing.pictures.anything import picture

    return picture(imported(name, EXAMPLE), name, around or WHOLE)


def having(pictures: Sequence[Picture], form: str, *, named: bool) -> list[Picture]:
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


def print_texts(pictures: Sequence[Picture], form: str) -> int:
    """Write a text form to stdout. Raises UsageError for a form that is none."""
    from statecheck.drawing import gallery
    from statecheck.drawing.picture import TEXTS

    if form not in TEXTS:
        raise click.UsageError(
            f"--out - prints text: --format {', '.join(TEXTS)}; {form} needs a folder."
        )
    console.put("\n".join(gallery.text(picture, form) for picture in pictures))
    return 0


def write_pictures(
    pictures: Sequence[Picture],
    form: str,
    themes: Sequence[Theme],
    folder: Path,
    *,
    whole: bool = False,
    index: Output | None = None,
) -> int:
    """Write the files. What no renderer can draw here is left out and said, the rest is written.

    A ``whole`` gallery is counted and not listed; with its ``index`` page, pictures that are not
    drawn any more are removed.
    """
    from statecheck.drawing import gallery
    from statecheck.drawing.layout import renderers
    from statecheck.drawing.picture import IMAGES
    from statecheck.exit_codes import Exit

    wanted = list(gallery.outputs(pictures, form, themes))
    if index is not None:
        wanted.append(index)
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
        if index is not None:
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
