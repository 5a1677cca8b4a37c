"""Compare the engine's verdicts with an explorer of the untouched class, on random classes.

python -m tests.statecheck.reference.fuzz --seeds 0:100 --report /tmp/fuzz.jsonl
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from statemachine.exceptions import InvalidDefinition

from tests.statecheck.reference import retrace
from tests.statecheck.reference.claims import ClaimWriter, Meaning, Said, Truth, truth
from tests.statecheck.reference.explorer import Explorer
from tests.statecheck.reference.generator import Sample, sample
from tests.statecheck.reference.judge import Answer, judge
from tests.statecheck.reference.modules import written
from tests.statecheck.reference.plain import Endless
from tests.statecheck.reference.words import Known, WordWriter

KINDS = ("always", "possible", "recoverable")
WITNESSED = {
    "always": "REFUTED",
    "possible": "REACHED",
    "recoverable": "REFUTED",
    "eventually": "REFUTED",
}
"""The verdicts that rest on a run."""


@dataclass(frozen=True)
class Disagreement:
    """Something that the engine should not have said."""

    seed: int
    kind: str
    text: str
    said: str
    known: str


@dataclass
class Tally:
    """What a campaign saw."""

    counts: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int]] = field(default_factory=list)
    engine: float = 0.0
    """Seconds that the engine took."""


def build(drawn: Sample, folder: Path) -> Any:
    """Import the module of a sample. Raises InvalidDefinition where the library refuses it."""
    path = folder / f"fuzzed_{drawn.name.lower()}.py"
    return written(path, drawn.source)


def examine(
    seed: int,
    folder: Path,
    tally: Tally,
    *,
    timeout: float,
    kinds: Collection[str] = KINDS,
    rounds: int = 1,
    words: int = 0,
) -> None:
    """Draw a class, explore it, ask the engine, and note what does not agree."""
    drawn = sample(seed)
    try:
        module = build(drawn, folder)
        cls = getattr(module, drawn.name)
        explorer = Explorer(cls, drawn.world(module), limit=600, sends=8000)
    except InvalidDefinition:
        tally.counts["classes that the library refuses"] += 1
        return
    except Endless:
        tally.counts["classes that never come to rest"] += 1
        return
    except Exception as error:  # noqa: BLE001  (its own callbacks fail at the start)
        tally.counts["classes that cannot be made"] += 1
        tally.refusals[f"made: {type(error).__name__}"] += 1
        return
    if explorer.graph.endless and seed % 10:
        tally.counts["classes with an event that never ends, left out"] += 1
        return
    tally.counts["classes"] += 1
    tally.counts["classes exact"] += explorer.exact
    writer = ClaimWriter(drawn, explorer, seed)
    some = dict.fromkeys(claim for _ in range(rounds) for claim in writer.some(module))
    claims = [claim for claim in some if claim.kind in kinds]
    in_words = list(dict.fromkeys(WordWriter(drawn, explorer, seed).some(words)))
    began = time.monotonic()
    answers = judge(cls, claims, timeout=timeout)
    tally.engine += time.monotonic() - began
    tally.slowest = sorted([*tally.slowest, (time.monotonic() - began, seed)])[-20:]
    began = time.monotonic()
    answers += judge(cls, in_words, timeout=timeout) if in_words else []
    tally.engine += time.monotonic() - began
    for said, answer in zip([*claims, *in_words], answers, strict=True):
        if said in in_words:
            tally.counts["claims in words"] += 1
            tally.counts[f"{said.kind} in words: {answer.verdict}"] += 1
        tally.counts["claims"] += 1
        tally.counts[answer.verdict] += 1
        if answer.verdict in ("REFUSED", "INTERNAL", "UNDETERMINED"):
            tally.refusals[f"{answer.verdict}: {answer.detail[:110]}"] += 1
        if said in in_words:
            wrong = compare_words(said, answer, module, explorer)
        else:
            wrong = compare(said, answer, module, explorer)
        if wrong is None and answer.steps is not None and said.kind != "eventually":
            if said in in_words:
                wrong = retrace.objection_in_words(said, module, explorer, answer)
            else:
                wrong = retrace.objection(said, module, cls, explorer.world, answer)
            tally.counts["runs taken again"] += 1
        if wrong is not None:
            tally.disagreements.append(
                Disagreement(seed, said.kind, said.text, f"{answer.verdict} {answer.steps}", wrong)
            )


def compare(said: Said, answer: Answer, module: Any, explorer: Explorer) -> str | None:
    """What is known that an answer contradicts, or None."""
    if answer.verdict == "INTERNAL":
        return answer.detail
    if answer.verdict in ("REFUSED", "UNDETERMINED"):
        return None
    most = truth(said, module, explorer)
    least = truth(said, module, explorer, idle=False) if said.of_step else most
    return _objection(said, answer, most, least, explorer) or _objection_to_vacuity(
        said, answer, module, explorer
    )


def compare_words(said: Said, answer: Answer, module: Any, explorer: Explorer) -> str | None:
    """What is known that an answer about a claim in all words contradicts, or None."""
    if answer.verdict == "INTERNAL":
        return answer.detail
    if answer.verdict in ("REFUSED", "UNDETERMINED"):
        return None
    known = Known(said, module, explorer).truth
    if said.kind == "eventually" and not known.certain:
        return None
    return _objection(said, answer, known, known, explorer)


def _objection(
    said: Said, answer: Answer, most: Truth, least: Truth, explorer: Explorer
) -> str | None:
    """What is wrong with a verdict.

    A step that changes nothing may count or not: ``most`` is known where all of them count,
    ``least`` where none does, and an engine may be anywhere between.
    """
    witnessed = answer.verdict == WITNESSED[said.kind]
    if said.kind == "recoverable" and not most.certain:
        return None
    if not witnessed:
        return f"there is one in {least.length}: {_path(least)}" if least.witness else None
    if not most.witness:
        count = len(explorer.graph.situations)
        return f"there is none in {count} situations" if most.certain else None
    about_inputs = any(name in said.text for name in explorer.world.inputs)
    if said.kind == "recoverable" or about_inputs or not answer.shortest or answer.steps is None:
        return None
    if least.length is not None and answer.steps > least.length:
        return f"shorter: {least.length}: {_path(least)}"
    if most.certain and most.length is not None and answer.steps < most.length:
        return f"no run of {answer.steps}; the shortest has {most.length}: {_path(most)}"
    return None


def _path(known: Truth) -> str:
    return "; ".join(
        f"{dict(m.inputs)} {m.event}({dict(m.arguments)}) {m.raised or ''}" for m in known.path
    )


def _objection_to_vacuity(
    said: Said, answer: Answer, module: Any, explorer: Explorer
) -> str | None:
    if "==>" not in said.text or said.of_step or not explorer.exact or answer.verdict != "PROVED":
        return None
    premise = Meaning(said.text.partition("==>")[0], module)
    reachable = explorer.possible(premise.holds) is not None
    if answer.vacuous is not None and answer.vacuous == reachable:
        return f"vacuous is {answer.vacuous}, and the premise is reachable: {reachable}"
    return None


def run(
    seeds: Sequence[int],
    *,
    timeout: float,
    seconds: float,
    kinds: Collection[str] = KINDS,
    rounds: int = 1,
    words: int = 0,
) -> Iterator[Tally]:
    """A campaign; yields the tally after each class."""
    tally = Tally()
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            if time.monotonic() > end:
                return
            try:
                examine(
                    seed,
                    Path(folder),
                    tally,
                    timeout=timeout,
                    kinds=kinds,
                    rounds=rounds,
                    words=words,
                )
            except Exception:  # noqa: BLE001  (a fault of this program is reported as such)
                tally.counts["own failures"] += 1
                tally.refusals[f"own: {traceback.format_exc().splitlines()[-1][:150]}"] += 1
            sys.modules.pop(f"fuzzed_m{seed}", None)
            yield tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; the exit code is 1 where anything disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:50", metavar="A:B")
    parser.add_argument("--report", type=Path, metavar="FILE")
    parser.add_argument("--timeout", type=float, default=20.0, help="Seconds for each class.")
    parser.add_argument("--seconds", type=float, default=1e9, help="Seconds for everything.")
    parser.add_argument("--rounds", type=int, default=1, help="Dozens of claims for each class.")
    parser.add_argument("--words", type=int, default=0, help="Claims in all words per class.")
    parser.add_argument("--kinds", default=",".join(KINDS), help="Kinds of claims to ask.")
    options = parser.parse_args(arguments)
    first, last = map(int, options.seeds.split(":"))
    tally, shown = Tally(), 0
    began = time.monotonic()
    campaign = run(
        range(first, last),
        timeout=options.timeout,
        seconds=options.seconds,
        kinds=options.kinds.split(","),
        rounds=options.rounds,
        words=options.words,
    )
    for tally in campaign:
        for wrong in tally.disagreements[shown:]:
            print(json.dumps(asdict(wrong)), flush=True)
        shown = len(tally.disagreements)
        if options.report and tally.counts["classes"] % 50 == 0:
            options.report.write_text(json.dumps(tally.counts) + "\n")
    summary = {
        "seconds": round(time.monotonic() - began, 1),
        "seconds of the engine": round(tally.engine, 1),
        **tally.counts,
        "disagreements": len(tally.disagreements),
        "slowest": [(round(t, 1), seed) for t, seed in tally.slowest[-6:]],
    }
    print(json.dumps(summary, indent=1))
    for reason, count in tally.refusals.most_common(25):
        print(f"{count:6} {reason}")
    if options.report:
        lines = [json.dumps(summary), *(json.dumps(asdict(d)) for d in tally.disagreements)]
        options.report.write_text("\n".join(lines) + "\n")
    return 1 if tally.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
