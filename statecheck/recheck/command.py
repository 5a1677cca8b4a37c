"""The command: which certificate, what cvc5 answers, the report and the exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from .certificate import Certificate
from .folder import Refused, visible
from .solver import Solver

TITLE = 40
"""The width of the column of claims."""

WIDTH = 80
"""The longest line of the report that is not about a file."""


def answers_of(certificate: Certificate, solver: Solver) -> Iterator[tuple[str, str]]:
    """Each obligation's path, and what cvc5 answers."""
    for path in certificate.files:
        yield path, solver.answer(certificate.asked[path])


def table(certificate: Certificate, answers: dict[str, str]) -> str:
    """The obligations that were proved again, claim by claim."""
    manifest = certificate.manifest
    clauses = manifest["invariant"]
    rows = [("invariant", f"{len(clauses['clauses'])} clauses", clauses["obligations"])]
    rows += [(c["title"], c["verdict"], c["obligations"]) for c in manifest["claims"]]
    lassos = {c["title"] for c in manifest["claims"] if c["runs"] and not c["obligations"]}
    head = f"{'claim':<{TITLE}} {'verdict':<12} {'obligations':>11} {'re-proved':>10}"
    lines = [head, "-" * len(head)]
    for title, verdict, paths in rows:
        proved = sum(answers.get(path) == "unsat" for path in paths)
        count = str(len(paths)) if paths else "a lasso" if title in lassos else "none"
        again = str(proved) if paths else ""
        lines.append(f"{title:<{TITLE}} {verdict:<12} {count:>11} {again:>10}".rstrip())
    return "\n".join(lines)


def fragments(certificate: Certificate) -> str:
    """How many obligations stay in a decidable fragment, and which do not."""
    leaving = {p: a["fragment"]["leaves"] for p, a in certificate.files.items()}
    leaving = {path: why for path, why in leaving.items() if why}
    total = len(certificate.files)
    text = f"{total - len(leaving)} of {total} obligations are in a decidable fragment."
    return "\n".join([text, *(f"  {path}: {why}" for path, why in leaving.items())])


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}; see statecheck recheck --help")


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="statecheck recheck",
        description="Let cvc5 prove every obligation of a certificate again, from its text alone.",
        epilog="Exit codes: 0 all proved again; 1 refuted or tampered with; 2 usage, or no "
        "certificate; 3 something is left open; 130 interrupted.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="what --certificates wrote")
    parser.add_argument(
        "--timeout", type=float, default=180, metavar="S", help="seconds for each obligation (180)"
    )
    parser.add_argument("--proofs", action="store_true", help="let cvc5 check its own proofs too")
    given = parser.parse_args(arguments)
    if not 0 < given.timeout < float("inf"):
        raise Refused(f"--timeout {given.timeout:g} is not a number of seconds greater than 0")
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    try:
        _listen()
        given = _arguments(sys.argv[1:] if arguments is None else arguments)
        certificate = Certificate(given.folder)
        if certificate.problems:
            for problem in certificate.problems:
                _say(problem)
            _say(f"{given.folder} was tampered with; nothing was proved again")
            return 1
        return _proved_again(certificate, Solver(given.timeout, proofs=given.proofs))
    except Refused as refusal:
        _say(f"error: {refusal}")
        return 2
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except SystemExit as asked:
        return int(asked.code or 0)


def _proved_again(certificate: Certificate, solver: Solver) -> int:
    started, answers, interrupted = time.perf_counter(), {}, False
    try:
        for path, answer in answers_of(certificate, solver):
            answers[path] = answer
            _progress(f"{len(answers)} of {len(certificate.files)}")
    except KeyboardInterrupt:
        interrupted = True
    _progress("")
    with _undisturbed():
        return _report(certificate, solver, answers, started, interrupted=interrupted)


def _listen() -> None:
    """Whoever runs this program may have kept Ctrl-C back until now."""
    if hasattr(signal, "pthread_sigmask"):
        kept = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        signal.pthread_sigmask(signal.SIG_UNBLOCK, kept)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Within, Ctrl-C is ignored: a terminal and whoever runs this program may both send it."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _report(
    certificate: Certificate,
    solver: Solver,
    answers: dict[str, str],
    started: float,
    *,
    interrupted: bool,
) -> int:
    model = certificate.manifest["model"]
    refuted = [path for path, answer in answers.items() if answer == "sat"]
    open_ = {p: a for p, a in answers.items() if a not in ("sat", "unsat")}
    claims = certificate.manifest["claims"]
    undetermined = certificate.undetermined
    bare = [c["title"] for c in claims if not c["obligations"] and not c["runs"]]
    bare = [title for title in bare if title not in undetermined]
    definitions = certificate.manifest["definitions"][:12]
    names = f"{model['system']} {model['digest'][:12]}, definitions {definitions}"
    lines = [f"{names}, cvc5 {solver.version}", ""]
    lines.append(table(certificate, answers))
    lines += [f"refuted: {path}" for path in refuted]
    lines += [f"left open: {path}: {answer}" for path, answer in open_.items()]
    lines += [f"left open: {title} is UNDETERMINED" for title in undetermined]
    lines += [f"left open: {title} has no obligations" for title in bare]
    lines += [
        f"not as expected: {c['title']} is {c['verdict']}, the catalogue expects {c['expected']}"
        for c in claims
        if c["verdict"] not in (c["expected"], "UNDETERMINED")
    ]
    lines += [
        f"assumed of the world: {axiom['says']}"
        for axiom in certificate.manifest["axioms"]["assumed"]
    ]
    for title, what in certificate.assumed.items():
        lines += _wrapped(f"assumed by {title}: {what}") if what else ()
    lines += [
        f"not claimed: that the run of {c['title']} is a shortest one"
        for c in claims
        if c["shortest"] is False
    ]
    left_out = certificate.manifest["left_out"]
    if left_out:
        count = f"{len(left_out)} of {len(certificate.manifest['catalogue'])}"
        lines.append(f"not certified: {count} claims of the catalogue")
    if not claims:
        lines.append("left open: no claim is certified, so nothing is established")
    seconds = time.perf_counter() - started
    proved = sum(answer == "unsat" for answer in answers.values())
    lines += ["", fragments(certificate)]
    total = len(certificate.files)
    lines.append(f"{proved} of {total} obligations proved again in {seconds:.1f} s.")
    _put("\n".join([*lines, ""]))
    if interrupted:
        _say(f"interrupted: {len(answers)} of {len(certificate.files)} obligations were answered")
        return 130
    if refuted:
        return 1
    return 3 if open_ or bare or undetermined or not claims else 0


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _put(text: str) -> None:
    """Write to stdout. That a reader went away is no error; that a disk is full is one."""
    try:
        sys.stdout.write(visible(text))
        sys.stdout.flush()
    except OSError as error:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Refused(f"cannot write standard output: {error.strerror}") from error


def _say(message: str) -> None:
    print(visible(" ".join(message.split())), file=sys.stderr)


def _progress(message: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{message}", end="", file=sys.stderr, flush=True)
