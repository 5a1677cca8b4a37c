"""Which sentences hold under which readings: proven, or shown by a run that was replayed.

What a sentence is about is an event: its violation, or what it says is possible. A run to the event
is played again under every other reading; where it does not happen, the event is excluded by proof
for as many readings at once as possible, or another run is searched for.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from proofs.catalogue import HISTORIES
from proofs.family import vocabulary
from proofs.family.engine import SiteProver
from proofs.family.lemmas import LEMMAS
from proofs.family.sentence import Condition, Sentence
from proofs.family.sentences import SENTENCES
from proofs.family.site import FAMILY, READINGS
from statecheck.claims.claim import Claim, excluded
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.modeling import NO_VARIANT, Variant
from statecheck.runs.recorded import REJECTIONS
from statecheck.runs.text import RunText, to_text

Reading = tuple[bool, ...]
"""For each of `READINGS` in order whether it is taken."""

ALL_READINGS: tuple[Reading, ...] = tuple(itertools.product((False, True), repeat=len(READINGS)))

DEPTH = 6
"""Runs of more steps are not searched for."""

NAMES = tuple(reading.constant for reading in READINGS)


def admits(condition: Condition, reading: Reading) -> bool:
    """Tell whether a reading is as a condition says."""
    taken = dict(zip(NAMES, reading, strict=True))
    return all(taken[name] is value for name, value in condition)


def variant(condition: Condition) -> Variant:
    """The variant that fixes the constants of a condition."""
    if not condition:
        return NO_VARIANT
    name = ", ".join(f"{name}={value}" for name, value in condition)
    return Variant(name, condition, f"where {name}")


def excludes_event(sentence: Sentence, condition: Condition) -> Claim:
    """The claim that a sentence's event never happens, under a condition."""
    return replace(excluded(sentence.claim), variant=variant(condition))


@dataclass
class Standing:
    """What is known of a sentence: under each reading, whether its event happens.

    ``runs`` are the runs to the event, each with the readings under which it happens; ``excluded``
    are conditions under which a proof excludes it.
    """

    sentence: Sentence
    runs: list[tuple[Run, frozenset[Reading]]] = field(default_factory=list)
    excluded: list[tuple[Condition, Result]] = field(default_factory=list)

    @property
    def happens(self) -> frozenset[Reading]:
        """The readings under which a run to the event exists."""
        return frozenset().union(*(readings for _, readings in self.runs))

    @property
    def never(self) -> frozenset[Reading]:
        """The readings under which it is proved that there is none."""
        return frozenset(
            reading
            for reading in ALL_READINGS
            if any(admits(condition, reading) for condition, _ in self.excluded)
        )

    @property
    def open(self) -> frozenset[Reading]:
        """The readings of which neither is known."""
        return frozenset(ALL_READINGS) - self.happens - self.never

    @property
    def holds(self) -> frozenset[Reading]:
        """The readings under which the sentence holds."""
        return self.happens if self.sentence.is_possibility else self.never

    @property
    def fails(self) -> frozenset[Reading]:
        """The readings under which the sentence does not hold."""
        return self.never if self.sentence.is_possibility else self.happens

    @property
    def as_expected(self) -> bool:
        """It is settled, and holds where one expects it to."""
        expected = {
            reading
            for reading in ALL_READINGS
            if any(admits(condition, reading) for condition in self.sentence.holds)
        }
        return not self.open and self.holds == expected


class FamilyProver(SiteProver):
    """Proofs about the site with all extensions; ``timeout`` bounds them, in seconds."""

    def __init__(self, *, timeout: float | None = None, seed: int = 0) -> None:
        super().__init__(
            FAMILY,
            [excludes_event(sentence, ()) for sentence in SENTENCES],
            (*HISTORIES, vocabulary.fresh),
            LEMMAS.claims,
            depth=DEPTH,
            timeout=timeout,
            seed=seed,
        )

    def standings(self, sentences: Sequence[Sentence] = SENTENCES) -> list[Standing]:
        """What holds under which readings; what is not settled is left open. Raises Timeout."""
        standings = [Standing(sentence) for sentence in sentences]
        tried: set[tuple[Sentence, Condition]] = set()
        while True:
            asked: dict[Claim, tuple[Standing, Condition]] = {}
            for standing in standings:
                for condition in _conditions(standing):
                    if (standing.sentence, condition) not in tried:
                        tried.add((standing.sentence, condition))
                        claim = excludes_event(standing.sentence, condition)
                        asked[claim] = standing, condition
                        break
            if not asked:
                return standings
            for claim, result in self.prove(list(asked)).items():
                standing, condition = asked[claim]
                if result.verdict is Verdict.PROVED:
                    standing.excluded.append((condition, result))
                elif result.run is not None:
                    readings = self._readings(result.run, claim, standing.open)
                    standing.runs.append((result.run, readings))

    def _readings(self, run: Run, claim: Claim, among: frozenset[Reading]) -> frozenset[Reading]:
        """The readings among some under which a run happens, and leads to the same event."""
        text, anywhere = to_text(run), replace(claim, variant=NO_VARIANT)
        return frozenset(
            reading
            for reading in among
            if self._happens(_under(text, dict(zip(NAMES, reading, strict=True))), anywhere)
        )

    def _happens(self, text: RunText, claim: Claim) -> bool:
        try:
            self.checker.replay_text(text, claim)
        except REJECTIONS:
            return False
        return True


def _under(text: RunText, constants: Mapping[str, bool]) -> RunText:
    """A run's text with other constants."""
    return {**text, "start": {**text["start"], **{k: str(v) for k, v in constants.items()}}}


def _conditions(standing: Standing) -> Iterator[Condition]:
    """Conditions to ask about next, the widest first: all readings that they admit are open."""
    known = standing.happens | standing.never
    for size in range(len(NAMES) + 1):
        for names in itertools.combinations(NAMES, size):
            for values in itertools.product((False, True), repeat=size):
                condition = tuple(zip(names, values, strict=True))
                admitted = {r for r in ALL_READINGS if admits(condition, r)}
                if not admitted & standing.happens and admitted - known:
                    yield condition
