"""``python -m benchmarks``: how long things take, as ratios against a named reference.

Reference and measured thing run in turn, several times, each in a process of its own where imports
and caches matter; the best of each counts. Nothing here passes or fails: a target is met or missed.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import click
import z3

from benchmarks import clicks, machines, spin, updr
from benchmarks.row import Row
from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP4, StoreVersion
from proofs.article import BEYOND_THE_ARTICLE
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.project import PROJECT
from statecheck.certificate import evidence
from statecheck.claims.claim import Kind
from statecheck.explicit.search import check
from statecheck.explicit.state_space import FiniteInstance, count_states
from statecheck.prover import session
from statecheck.recheck.scope import MANIFEST
from statecheck.recheck.solver import Solver

SHARED = tuple(
    claim
    for claim in CLAIMS
    if claim.kind is not Kind.EVENTUALLY and "mutate" not in BEYOND_THE_ARTICLE.get(claim.id, "")
)
"""The claims that the encoding by hand settles too: all but those about the end of a run, and those
that mutants made necessary."""

FOUR = tuple(map(StoreVersion.parse, ("5.5.2650.23", "5.5.2651.68", "5.5.2652.68", "5.5.2653.23")))
"""The versions of the explicit searches."""

CONSTANTS = {"sticky": False, "first_fix": FIRST_POSTED_WITH_MOVE_FIX}
"""The constants of the explicit searches."""


LONGEST = 20.0
"""Seconds; our own search goes on to a larger instance if that should not take longer."""


@cache
def _compiled() -> str:
    """Where compiled modules are kept until this process ends."""
    place = tempfile.TemporaryDirectory()
    atexit.register(place.cleanup)
    return place.name


def _fresh(measured: str, titles: Sequence[str] = ()) -> tuple[float, float]:
    """The two numbers of a measurement in a fresh process.

    Modules are compiled by the first process that needs them, as they are where they may be kept.
    """
    command = [sys.executable, "-m", "benchmarks.measured", measured, *titles]
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _compiled()}
    done = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | kept
    )
    first, second = json.loads(done.stdout.splitlines()[-1])
    return first, second


def _best(
    repetitions: int, *measured: str, titles: Sequence[str] = ()
) -> list[tuple[float, float]]:
    runs = [[_fresh(name, titles) for name in measured] for _ in range(repetitions)]
    return [min(results) for results in zip(*runs, strict=True)]


def claims(repetitions: int) -> Iterator[Row]:
    """The claims that are encoded by hand too, with the lock, against that; with the invariant of
    the lock and not its runs; then all claims, the table, and no lock. In seconds of the processor.
    """
    shared = [claim.title for claim in SHARED]
    (hand, _), (own, _), (more, _) = _best(
        repetitions, "by_hand", "claims", "claims_without_runs", titles=shared
    )
    by_hand = f"{hand:.2f} s"
    yield Row(f"{len(shared)} claims / by hand", f"{own:.2f} s", by_hand, own / hand, 1.1)
    yield Row("  runs searched for and chosen", f"{more:.2f} s", by_hand, more / hand, None)
    (read, _), (extracted, _) = _best(repetitions, "read", "extraction")
    yield Row("  of which: model, claims, lock", f"{read:.2f} s", by_hand, read / hand, None)
    yield Row("  of which: model", f"{extracted:.2f} s", by_hand, extracted / hand, None)
    every = [claim.title for claim in CLAIMS]
    (own, megabytes), (more, _) = _best(repetitions, "claims", "claims_and_table", titles=every)
    yield Row(f"all {len(every)} claims, in s", f"{own:.2f} s", "", None, None)
    yield Row("  peak memory, in MB", f"{megabytes:.0f} MB", "", megabytes, 500)
    yield Row("  with the table, in s", f"{more:.2f} s", "", None, None)
    without, _ = _fresh("claims_without_lock", every)
    yield Row("  without the lock, in s", f"{without:.1f} s", f"{own:.2f} s", without, 8)


def liveness(repetitions: int) -> Iterator[Row]:
    """The claims about the end of a run, of all claims in one process."""
    ((seconds, _),) = _best(repetitions, "liveness")
    yield Row("liveness claims, in s", f"{seconds:.2f} s", "", seconds, 1)


def extraction(repetitions: int) -> Iterator[Row]:
    """Extraction of all twelve actions, in seconds."""
    ((seconds, _),) = _best(repetitions, "extraction")
    yield Row("extraction of the actions, in s", f"{seconds:.2f} s", "", seconds, 0.3)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def execution(repetitions: int) -> Iterator[Row]:
    """Plain execution of each action, against the same events sent by hand."""
    for name, (arrange, fire, send) in _actions().items():
        best = [float("inf"), float("inf")]
        for _ in range(200 * repetitions):
            for kind, run in enumerate((fire, send)):
                site = arrange()
                best[kind] = min(best[kind], _seconds(partial(run, site)))
        action, bare = best
        measured, reference = f"{action * 1e6:.0f} us", f"{bare * 1e6:.0f} us"
        yield Row(f"{name} / its sends", measured, reference, action / bare, 1.5)


def _parts(site: Site) -> tuple[Server, Server, Mailbox, Attachment]:
    return site.servers[0], site.servers[1], site.mailboxes[0], site.attachments[0]


def _actions() -> dict[
    str, tuple[Callable[[], Site], Callable[[Site], Any], Callable[[Site], Any]]
]:
    site = Site(servers=2, mailboxes=1, attachments=1)
    first, second, mailbox, attachment = _parts(site)
    start = site.snapshot()

    def after(*steps: Callable[[], None]) -> Callable[[], Site]:
        site.restore(start)
        for step in steps:
            step()
        state = site.snapshot()

        def arrange() -> Site:
            site.restore(state)
            return site

        return arrange

    def stop() -> None:
        site.stop_store(first)

    def enable() -> None:
        site.enable_antivirus(first)

    def move() -> None:
        site.start_move(mailbox, second)

    def copy() -> None:
        site.copy_attachment(attachment)

    def scan() -> None:
        site.background_scan(attachment)

    store, antivirus = first.store, first.antivirus
    life, transfer = attachment.lifecycle, mailbox.move
    return {
        "start_store": (after(stop), lambda s: s.start_store(first), lambda _: store.start()),
        "stop_store": (after(), lambda s: s.stop_store(first), lambda _: store.stop()),
        "replace_store": (
            after(stop),
            lambda s: s.replace_store(first, SP4),
            lambda _: store.replace(version=SP4),
        ),
        "enable_antivirus": (
            after(),
            lambda s: s.enable_antivirus(first),
            lambda _: (antivirus.enable(), life.rescan()),
        ),
        "disable_antivirus": (
            after(enable),
            lambda s: s.disable_antivirus(first),
            lambda _: antivirus.disable(),
        ),
        "update_signatures": (
            after(enable),
            lambda s: s.update_signatures(first),
            lambda _: (antivirus.update_signatures(), life.rescan()),
        ),
        "background_scan": (
            after(enable),
            lambda s: s.background_scan(attachment),
            lambda _: life.submit(),
        ),
        "complete_scan": (
            after(enable, scan),
            lambda s: s.complete_scan(attachment),
            lambda _: life.complete(),
        ),
        "client_open": (after(), lambda s: s.client_open(attachment), lambda _: life.open()),
        "start_move": (
            after(),
            lambda s: s.start_move(mailbox, second),
            lambda _: (transfer.start(destination=second), life.begin()),
        ),
        "copy_attachment": (
            after(move),
            lambda s: s.copy_attachment(attachment),
            lambda _: (life.copy(), transfer.copy(attachment=attachment)),
        ),
        "finish_move": (
            after(move, copy),
            lambda s: s.finish_move(mailbox),
            lambda _: (transfer.finish(), life.arrive()),
        ),
    }


def growth(repetitions: int) -> Iterator[Row]:
    """Explicit search for one and two attachments, beside the proof for any number of them."""
    counts, times = [], []
    for attachments in (1, 2):
        sizes = {"servers": 2, "mailboxes": 1, "attachments": attachments}
        instance = FiniteInstance(Site, sizes, {StoreVersion: FOUR}, CONSTANTS)
        started = time.perf_counter()
        counts.append(count_states(instance).states)
        times.append(time.perf_counter() - started)
        what = f"search, {attachments} attachment{'s' * (attachments > 1)}"
        yield Row(what, f"{times[-1]:.2f} s", f"{counts[-1]:,}", None, None)
    yield Row("  growth: states, then time", f"x {counts[1] / counts[0]:.1f}", "", None, None)
    yield Row("", f"x {times[1] / times[0]:.1f}", "", None, None)
    ((seconds, _),) = _best(repetitions, "one", titles=["cause.scan_before_client [per_request]"])
    yield Row("proof, any number of them", f"{seconds:.2f} s", "", None, None)


def pictures(repetitions: int) -> Iterator[Row]:
    """All pictures in both themes; those with a graph against the renderer's own time for them."""
    ((seconds, _),) = _best(repetitions, "pictures")
    yield Row("all pictures, both themes, in s", f"{seconds:.2f} s", "", seconds, 3)
    ((seconds, spent),) = _best(repetitions, "graphs")
    yield Row("graphs / their renderer", f"{seconds:.2f} s", f"{spent:.2f} s", seconds / spent, 1.3)


def against_spin(repetitions: int) -> Iterator[Row]:
    """One claim by Spin, by our own search and by proof; the ratio is the growth of the states."""
    lacking = spin.missing()
    if lacking:
        yield Row(f"Spin is skipped: there is {lacking} (Debian: spin, gcc)", "", "", None, None)
    else:
        former = None
        for number in range(1, spin.MOST + 1):
            found = min((spin.search(number) for _ in range(repetitions)), key=lambda s: s.seconds)
            yield _searched("Spin", number, found.states, found.seconds, former)
            former = found.states
    claim = next(claim for claim in CLAIMS if claim.title == spin.CLAIM)
    former, last, expected = None, 0.0, 0.0
    for number in range(1, spin.MOST + 1):
        if expected > LONGEST:
            break
        sizes = {"servers": 2, "mailboxes": 1, "attachments": number}
        instance = FiniteInstance(Site, sizes, {StoreVersion: FOUR}, CONSTANTS)
        started = time.perf_counter()
        states = check(claim, HISTORIES, instance).states
        seconds = time.perf_counter() - started
        yield _searched("own search", number, states, seconds, former)
        former, last, expected = states, seconds, seconds * seconds / (last or seconds)
    ((seconds, _),) = _best(repetitions, "one", titles=[spin.CLAIM])
    yield Row("proof, any number of attachments", f"{seconds:.2f} s", "", None, None)


def _searched(by: str, number: int, states: int, seconds: float, former: int | None) -> Row:
    what = f"{by}, {number} attachment{'s' * (number > 1)}"
    growth = None if former is None else states / former
    return Row(what, f"{seconds:.2f} s", f"{states:,}", growth, None)


def certificates(repetitions: int) -> Iterator[Row]:
    """Every obligation of every claim, by cvc5 and by Z3, both from the same texts."""
    report = session.run(PROJECT, CLAIMS, tables=False)
    started = time.perf_counter()
    files = evidence.certify(PROJECT, report)
    written = time.perf_counter() - started
    texts = [files[path] for path in json.loads(files[MANIFEST])["files"]]
    cvc5 = Solver(60, proofs=False)

    def by_cvc5() -> None:
        assert all(cvc5.answer(text) == "unsat" for text in texts)

    def by_z3() -> None:
        for text in texts:
            instance = z3.Solver()
            instance.from_string(text)
            assert instance.check() == z3.unsat

    again, own = (min(_seconds(run) for _ in range(repetitions)) for run in (by_cvc5, by_z3))
    yield Row("obligations: cvc5 / Z3", f"{again:.2f} s", f"{own:.2f} s", again / own, 10)
    yield Row("  how many, and their writing", f"{written:.1f} s", f"{len(texts)}", None, None)


def explorer(repetitions: int) -> Iterator[Row]:
    """Clicks in the page of the site with six attachments: the slowest and the median, in ms."""
    lacking = clicks.missing()
    if lacking:
        yield Row(f"clicks are skipped: {lacking} (Debian: chromium)", "", "", None, None)
        return
    took = sorted(min(times) for times in zip(*_clicks(repetitions), strict=True))
    for what, seconds in (("the slowest", took[-1]), ("the median", took[len(took) // 2])):
        milliseconds = seconds * 1000
        yield Row(
            f"a click, 6 attachments: {what}", f"{milliseconds:.0f} ms", "", milliseconds, 100
        )


def _clicks(repetitions: int) -> list[list[float]]:
    return [clicks.clicks(6) for _ in range(repetitions)]


SECTIONS: dict[str, Callable[..., Iterator[Row]]] = {
    "claims": claims,
    "machines": machines.rows,
    "liveness": liveness,
    "extraction": extraction,
    "execution": execution,
    "growth": growth,
    "pictures": pictures,
    "spin": against_spin,
    "certificates": certificates,
    "explorer": explorer,
    "updr": updr.rows,
}
"""What can be measured."""

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("sections", nargs=-1, type=click.Choice(tuple(SECTIONS)), metavar="[SECTION]...")
@click.option("--repeat", type=click.IntRange(1), default=3, metavar="N", help="Runs of each.")
@click.option("--mypyvy", type=_FOLDER, help="mypyvy, for updr.")
@click.option("--ivybench", type=_FOLDER, help="ivybench, for updr.")
@click.option(
    "--seconds", type=click.FloatRange(0), default=120, help="The most that updr may take."
)
def main(
    sections: tuple[str, ...],
    repeat: int,
    mypyvy: Path | None,
    ivybench: Path | None,
    seconds: float,
) -> None:
    """Measure some sections, or all of them."""
    click.echo(f"{'':<34}{'measured':>12}{'reference':>12}{'ratio':>7}  target")
    known = {"updr": {"mypyvy": mypyvy, "ivybench": ivybench, "seconds": seconds}}
    for name in sections or SECTIONS:
        for row in SECTIONS[name](repeat, **known.get(name, {})):
            click.echo(str(row).rstrip())


if __name__ == "__main__":
    sys.exit(main())
