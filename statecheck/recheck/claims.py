"""The claims of a certificate, as the definitions that all obligations share say them.

A claim's section says of what kind it is, whether it is about states or steps, which verdict its
catalogue expects and under which reading; then come its variables and its formulas. A manifest
repeats it for readers; nothing of it is taken from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .texts import Tree, comments, free_symbols, number_of, plain, quoted, read

VERDICTS = {
    "always": ("PROVED", "REFUTED"),
    "possible": ("REACHED", "REFUTED"),
    "recoverable": ("PROVED", "REFUTED"),
    "derived": ("DERIVED",),
    "eventually": ("PROVED", "REFUTED"),
}
"""The verdicts that each kind of claim may have, besides UNDETERMINED."""

UNDETERMINED = "UNDETERMINED"

FORMULAS = {"eventually": ["premise", "goal"]}
"""The formulas of each kind of claim, but for its reading; of the others it is one, and one more
for the premise of what is recoverable, if it has one.
"""

MAY_END = "may end"
"""The word of a claim about runs after which nothing may happen any more."""

FAIR = ("weak", "strong")
RARE = ("never", "finitely")


@dataclass(frozen=True)
class Assumption:
    """A claim's assumption of every run: fairness to an ``action``, the first parameters of which
    are the variables ``bound``; or steps, those of a formula, that are seen rarely.

    An action ``close.*`` is an event by itself, each of whose ways is an action (`is_event`).
    """

    word: str
    action: str = ""
    bound: tuple[str, ...] = ()

    @property
    def is_fair(self) -> bool:
        """True of fairness."""
        return self.word in FAIR

    def __str__(self) -> str:
        if not self.is_fair:
            return f"{self.word}, steps of a formula"
        return f"{self.word} fairness of {self.action}({', '.join(self.bound) or 'each'})"

    @property
    def is_event(self) -> bool:
        """True of fairness to an event, whichever way it goes."""
        return self.action.endswith(".*")


@dataclass(frozen=True)
class SaidClaim:
    """A claim as its section says it.

    If it ``may_end``, runs count after which nothing happens any more, as of one machine.
    ``variables`` are symbols and their sorts, ``numbers`` the named numbers, ``range`` the least
    and the greatest number that a derived claim asks about, ``bodies`` its formulas by name.
    """

    title: str
    says: str
    kind: str
    about: str
    expected: str
    reading: str
    may_end: bool
    assumptions: tuple[Assumption, ...]
    variables: dict[str, str]
    numbers: dict[str, int]
    range: tuple[int, int] | None
    bodies: dict[str, Tree]

    @property
    def on_step(self) -> bool:
        """True of a claim about steps."""
        return self.about == "steps"

    @property
    def rare(self) -> list[tuple[str, str]]:
        """The words of assumptions about steps, and the names of their formulas."""
        return [
            (item.word, f"rare.{number}")
            for number, item in enumerate(self.assumptions, 1)
            if not item.is_fair
        ]

    def entry(self) -> dict[str, Any]:
        """The part of the claim's entry in a manifest that follows from its section."""
        return {
            "title": self.title,
            "says": self.says,
            "kind": self.kind,
            "about": self.about,
            "expected": self.expected,
            "reading": self.reading,
        }


def said_claim(title: str, text: str, state: frozenset[str], step: frozenset[str]) -> SaidClaim:
    """Read a claim's section. ``state`` are the symbols that a state has a value for, ``step``
    those that only a step has one for.

    Raises ValueError where it is not of the form that it has to have.
    """
    words = comments(text)
    if len(words) != 2 or not words[0].startswith(f"{title}: "):
        raise ValueError(f"its section 'claim {title}' does not begin with its sentence")
    trees = read(text)
    told, trees = _told(trees)
    names = [name for name, _ in told]
    if [n for n in names if n != "assumes"] not in (
        [*_TOLD],
        [*_TOLD, "reading"],
        [*_TOLD, "runs"],
    ):
        raise ValueError(f"its section 'claim {title}' says {', '.join(names)} of it")
    facts = dict(told)
    may_end = facts.get("runs") == MAY_END
    if "runs" in facts and (not may_end or facts["kind"] != "eventually"):
        raise ValueError(f"its section 'claim {title}' says of runs: {facts['runs']}")
    if facts["kind"] not in VERDICTS or facts["about"] not in ("states", "steps"):
        raise ValueError(
            f"its section 'claim {title}' is of the kind {facts['kind']}, about {facts['about']}"
        )
    if facts["expected"] not in VERDICTS[facts["kind"]]:
        raise ValueError(f"its section 'claim {title}' expects {facts['expected']}")
    reading = facts.get("reading", "")
    if title.endswith("]") is not bool(reading) or (reading and not title.endswith(f"[{reading}]")):
        raise ValueError(f"its section 'claim {title}' is of the reading {reading!r}")
    claim = SaidClaim(
        title,
        words[0].removeprefix(f"{title}: "),
        facts["kind"],
        facts["about"],
        facts["expected"],
        reading,
        may_end,
        tuple(_assumption(value) for name, value in told if name == "assumes"),
        *_defined(title, trees),
    )
    _check(claim, state, step)
    return claim


_TOLD = ("kind", "about", "expected")


def _told(trees: Sequence[Tree]) -> tuple[list[tuple[str, str]], list[Tree]]:
    told = [t for t in trees if t[0] == "set-info"]
    if list(trees[: len(told)]) != told or any(
        len(t) != 3 or not isinstance(t[1], str) or not isinstance(t[2], str) for t in told
    ):
        raise ValueError("it tells of a claim at another place than at its beginning")
    return [(t[1].removeprefix(":"), plain(t[2])) for t in told], list(trees[len(told) :])


def _assumption(value: str) -> Assumption:
    match value.split():
        case [("weak" | "strong") as word, action, *bound]:
            return Assumption(word, action, tuple(bound))
        case [("never" | "finitely") as word]:
            return Assumption(word)
    raise ValueError(f"{value!r} is no assumption of a run")


def _defined(
    title: str, trees: Sequence[Tree]
) -> tuple[dict[str, str], dict[str, int], tuple[int, int] | None, dict[str, Tree]]:
    variables: dict[str, str] = {}
    numbers: dict[str, int] = {}
    range_: tuple[int, int] | None = None
    bodies: dict[str, Tree] = {}
    for tree in trees:
        match tree:
            case ("declare-const", str() as name, str() as sort) if not bodies:
                variables[name] = sort
            case ("define-fun", str() as name, (), "Int", value) if not variables:
                numbers[plain(name)] = number_of(value)
            case (
                "define-fun",
                "range",
                (),
                "Bool",
                ("and", ("<=", low, name), ("<=", other, high)),
            ) if name == other == [*variables][-1] and not bodies:
                range_ = number_of(low), number_of(high)
            case ("define-fun", str() as name, (), "Bool", body) if name not in bodies:
                bodies[name] = body
            case _:
                raise ValueError(f"its section 'claim {title}' has a command that it must not have")
    return variables, numbers, range_, bodies


def _check(claim: SaidClaim, state: frozenset[str], step: frozenset[str]) -> None:
    where = f"its section 'claim {claim.title}'"
    formulas = FORMULAS.get(claim.kind, ["claim"])
    if claim.kind == "recoverable" and "premise" in claim.bodies:
        formulas = ["premise", "claim"]
    if list(claim.bodies) != ["reading", *formulas, *(name for _, name in claim.rare)]:
        raise ValueError(f"{where} has the formulas {', '.join(claim.bodies)}")
    if (claim.range is not None) is not (claim.kind == "derived"):
        raise ValueError(f"{where} has a range of numbers, or lacks it")
    if claim.range is not None and claim.range[0] > claim.range[1]:
        raise ValueError(f"{where} is about no number at all")
    if claim.assumptions and claim.kind != "eventually":
        raise ValueError(f"{where} assumes something of runs, which its kind has no use for")
    if claim.kind == "recoverable" and claim.on_step:
        raise ValueError(f"{where} is about steps, but one can only recover to a state")
    about_states = ["reading", "premise", *([] if claim.on_step else ["claim", "goal"])]
    own = {*claim.variables, *map(quoted, claim.numbers)}
    for name, body in claim.bodies.items():
        known = state | own if name in about_states else state | step | own
        strange = free_symbols(body) - known
        if strange:
            word = "a state" if name in about_states else "a step"
            raise ValueError(f"{where} speaks of {min(strange)}, which {word} does not have")
