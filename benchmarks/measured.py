"""``python -m benchmarks.measured NAME [TITLE]...``: one measurement, in a process of its own.

Prints two numbers as JSON: the measurement, and a second one that some of them have. Imports count
where a function says so; so each imports for itself.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statecheck.claims.claim import Claim

Measurement = tuple[float, float]


def claims(titles: Sequence[str]) -> Measurement:
    """Some claims: seconds of the processor since the process began, peak memory in MB."""
    _settled(titles, tables=False)
    return _processor_and_memory()


def claims_and_table(titles: Sequence[str]) -> Measurement:
    """Some claims and the table, likewise."""
    _settled(titles, tables=True)
    return _processor_and_memory()


def claims_without_runs(titles: Sequence[str]) -> Measurement:
    """Some claims with the invariant of the lock and none of its runs, likewise."""
    from statecheck.prover.prover import Prover

    def none(*_: object, **__: object) -> None:
        return None

    assert callable(Prover._recalled)
    setattr(Prover, "_recalled", none)  # noqa: B010
    return claims(titles)


def claims_without_lock(titles: Sequence[str]) -> Measurement:
    """Some claims without a lock, likewise."""
    from statecheck.prover import session

    session.prover = partial(session.prover, locked=False)
    return claims(titles)


def by_hand(_: Sequence[str]) -> Measurement:
    """The encoding by hand, likewise."""
    from benchmarks import handwritten

    handwritten.verify()
    return _processor_and_memory()


def read(_: Sequence[str]) -> Measurement:
    """The model, the claims and the lock, likewise."""
    from proofs.project import PROJECT
    from statecheck.prover import session

    session.prover(PROJECT).context.invariant()
    return _processor_and_memory()


def extraction(_: Sequence[str]) -> Measurement:
    """Seconds of the processor for the extraction alone."""
    from model.site import Site
    from statecheck.symbolic.transition_system import TransitionSystem

    started = time.process_time()
    TransitionSystem(Site)
    return time.process_time() - started, 0


def liveness(_: Sequence[str]) -> Measurement:
    """Seconds of all liveness claims among all claims."""
    results = _settled(None, tables=False)
    return sum(r.seconds for r in results if r.claim.id.startswith("liveness.")), 0


def one(titles: Sequence[str]) -> Measurement:
    """Seconds of one claim, without the imports."""
    from proofs.catalogue import CLAIMS
    from proofs.project import PROJECT
    from statecheck.prover import session

    chosen = _chosen(CLAIMS, titles)
    started = time.perf_counter()
    session.run(PROJECT, chosen, tables=False)
    return time.perf_counter() - started, 0


def pictures(_: Sequence[str]) -> Measurement:
    """Seconds of the check of the gallery."""
    from diagrams.__main__ import main

    started = time.perf_counter()
    main(["--check"])
    return time.perf_counter() - started, 0


def graphs(_: Sequence[str]) -> Measurement:
    """Seconds of all pictures that are graphs, and of their renderer alone."""
    from diagrams.site import model_pictures
    from model.site import Site
    from statecheck.drawing.canvas.style import DARK, LIGHT
    from statecheck.drawing.gallery import outputs
    from statecheck.drawing.layout import renderers
    from statecheck.drawing.pictures.joint import joints

    asked: list[str] = []
    (name, run), *_others = renderers.renderers()

    def noted(sources: Sequence[str]) -> Sequence[Any]:
        asked.extend(sources)
        return run(sources)

    setattr(renderers, "renderers", lambda: [(name, noted)])  # noqa: B010
    drawn = [p for p in model_pictures() if p.name.startswith(("machine-", "states-"))]
    for picture in drawn:
        if picture.dot is not None:
            picture.dot()
    joints(Site)
    started = time.perf_counter()
    for output in outputs(drawn, "svg", (LIGHT, DARK)):
        output.content()
    spent = time.perf_counter() - started
    assert asked, "the renderer was asked"
    started = time.perf_counter()
    for source in asked:
        run([source])
    return spent, time.perf_counter() - started


def _settled(titles: Sequence[str] | None, *, tables: bool) -> Sequence[Any]:
    from proofs.catalogue import CLAIMS
    from proofs.project import PROJECT
    from statecheck.prover import session
    from statecheck.smt.c_interface import without_wrapper_checks

    without_wrapper_checks()  # as the command does
    chosen = CLAIMS if titles is None else _chosen(CLAIMS, titles)
    results = session.run(PROJECT, chosen, tables=tables).results
    assert len(results) == len(chosen)
    return results


def _chosen(among: Sequence[Claim], titles: Sequence[str]) -> list[Claim]:
    return [claim for claim in among if claim.title in titles]


def _processor_and_memory() -> Measurement:
    return time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


MEASURED: dict[str, Callable[[Sequence[str]], Measurement]] = {
    measure.__name__: measure
    for measure in (
        claims,
        claims_and_table,
        claims_without_runs,
        claims_without_lock,
        by_hand,
        read,
        extraction,
        liveness,
        one,
        pictures,
        graphs,
    )
}
"""What can be measured in a process of its own."""

if __name__ == "__main__":
    print(json.dumps(MEASURED[sys.argv[1]](sys.argv[2:])))
