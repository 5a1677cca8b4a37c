"""The questions of an administrator, and the claims that answer each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proofs.catalogue import HISTORIES
from proofs.family.engine import SiteProver
from proofs.questions import remembered
from proofs.questions.base import LEMMAS, QUESTIONS
from proofs.questions.extended import REGISTRY, SCANNER, off_in_registry
from proofs.questions.plans import LONG_PLANS, PLANS
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.clock import seconds_until
from statecheck.modeling import History


@dataclass(frozen=True)
class Question:
    """A question, and what the answer is if the verdicts on its claims are those expected."""

    number: int
    text: str
    answer: str


ASKED = (
    Question(
        1,
        "All attachments of the mailbox are released, and the move copies. Can the next step fail?",
        "No.",
    ),
    Question(
        2,
        "Scan everything first, then move, with nothing enabled or updated until the end. Is that "
        "safe on any Store.exe?",
        "Yes: such a move does not fail.",
    ),
    Question(3, "May signatures be updated during a move?", "No: the move may fail then."),
    Question(
        4,
        "Does the fix on the destination alone help?",
        "No: what counts is the Store.exe of the source.",
    ),
    Question(
        5,
        "Does the cure always cost format 2.46, and with it the way back?",
        "Yes, for every posted build that has it, and for SP4. A build between 5.5.2652.42 and "
        "5.5.2652.68 that had it would not; no article says that there is one (A8).",
    ),
    Question(6, "Can I return to SP3?", "Never, once the databases have had format 2.46."),
    Question(
        7,
        "Can this mailbox always be got across?",
        "Yes, if the site has another server. Bring both to SP4, one after the other, which "
        "leaves all others as they are; then the move can start; and a move off SP4 that copies "
        "ends moved unless a store is stopped. (That the parts follow one upon the other is an "
        "argument, not a proof of its own.)",
    ),
    Question(
        8,
        "Do retries succeed on SP3?",
        "The next one may fail again. But each failure leaves an attachment under scan, which is "
        "released in the end and stays so, unless AVAPI is enabled or signatures are updated; "
        "once all are released a move that copies ends moved. (That therefore no more retries "
        "fail than there are attachments, if each waits for the scan, is an argument by "
        "counting, not a proof of its own.)",
    ),
    Question(
        9,
        "What is the shortest safe move, with AVAPI always on?",
        "One attachment and no upgrade: 5 steps, by scanning it first. With SP4 at the source: 6. "
        "At both: 9, and 11 if the attachment is to be scanned first (--long). A whole site, of "
        "any number of servers: for each server the plan of at most 3 steps, which harms nobody "
        "and leaves the others as they are, so that the number of those without SP4 falls. A move "
        "that is under way is broken off, so let none copy. (That the whole site is upgraded in "
        "the end is an argument by counting, not a proof of its own.)",
    ),
    Question(
        10,
        "After the workaround: is everything scanned again, and who is exposed until then?",
        "Enabling AVAPI puts every attachment back to be scanned; a client was exposed while it "
        "was off. Everything is scanned in the end if a background scan is under way, and need "
        "never be if none is.",
    ),
    Question(
        11,
        "Is it enough to disable AVAPI in the registry before the move, and leave it so?",
        "No: the store may not have taken it over yet. Wait until it has, or start the store "
        "again.",
    ),
)
"""The questions, by number."""

Answered = tuple[Question, tuple[Result, ...]]
"""A question with the results on its claims, in the order in which these are declared."""


def claims_of(numbers: Sequence[int], *, long: bool) -> list[tuple[Catalogue, list[Claim]]]:
    """The claims that answer some questions, by the catalogue that they are of."""
    base = [*QUESTIONS.claims, *PLANS.claims, *(LONG_PLANS.claims if long else ())]
    asked = [
        (catalogue, [claim for claim in claims if int(claim.section.heading) in numbers])
        for catalogue, claims in (
            (QUESTIONS, base),
            (REGISTRY, REGISTRY.claims),
            (SCANNER, SCANNER.claims),
        )
    ]
    return [(catalogue, claims) for catalogue, claims in asked if claims]


@dataclass(frozen=True)
class Settled:
    """The claims about one site that answer questions: their prover, and the results.

    ``name`` says which site it is.
    """

    name: str
    prover: SiteProver
    results: Mapping[Claim, Result]


def settled(
    numbers: Sequence[int], *, long: bool = False, end: float | None = None, seed: int = 0
) -> Iterator[Settled]:
    """Settle the claims that answer some questions, site by site; ``long`` plans, too, if asked.

    ``end`` is the time of the clock (monotonic) at which to give up; then what is open is
    UNDETERMINED. Raises Timeout before anything was read.
    """
    kept = [value for value in vars(remembered).values() if isinstance(value, History)]
    for catalogue, claims in claims_of(numbers, long=long):
        extended = catalogue is REGISTRY
        prover = SiteProver(
            catalogue.system,
            claims,
            (*HISTORIES, off_in_registry) if extended else (*HISTORIES, *kept),
            LEMMAS.claims if catalogue is QUESTIONS else (),
            depth=LONGEST if long else DEPTH,
            timeout=seconds_until(end),
            seed=seed,
        )
        yield Settled(SITES[id(catalogue)], prover, prover.prove(claims))


def answers(
    numbers: Sequence[int],
    *,
    long: bool = False,
    end: float | None = None,
    seed: int = 0,
) -> Iterator[Answered]:
    """Answer questions by number; as for the rest see `settled`."""
    return answered(numbers, settled(numbers, long=long, end=end, seed=seed))


def answered(numbers: Sequence[int], found: Iterable[Settled]) -> Iterator[Answered]:
    """The questions of some numbers, each with the results that are its own."""
    results = {claim: result for part in found for claim, result in part.results.items()}
    for question in ASKED:
        if question.number in numbers:
            number = str(question.number)
            own = (result for c, result in results.items() if c.section.heading == number)
            yield question, tuple(own)


SITES = {id(QUESTIONS): "site", id(REGISTRY): "registry", id(SCANNER): "scanner"}
"""What the site of each catalogue is called: the base site, or the extension that it has."""

DEPTH, LONGEST = 10, 12
"""Runs of more steps are not searched for."""


def reply(question: Question, results: Sequence[Result]) -> str:
    """The answer, if the verdicts are what it rests on; else what is wrong or open."""
    open_ = [r.claim.id for r in results if r.verdict is Verdict.UNDETERMINED]
    if open_:
        return f"Open: {', '.join(open_)} is undetermined."
    wrong = [r.claim.id for r in results if not r.as_expected]
    if wrong:
        return f"Not what was expected: {', '.join(wrong)} turned out otherwise."
    return question.answer
