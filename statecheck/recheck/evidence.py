"""Evidence that a proof names and obligations check: a trap, and the greatest of some entities.

A trap is a set of states that no action leads out of, and in none of which the goal holds. A run
into one, to where the premise holds, shows that no plan leads from there to the goal. Which states
it has is no matter of trust: obligations say that it is closed and does not meet the goal.

Of some entities one has the greatest measure, if there are any: a system has finitely many of each
kind. No solver knows that, so the fact is asserted. Which entities and which measure these are is
no matter of trust: whatever they are, one of finitely many has the greatest.
"""

from __future__ import annotations

from .claims import SaidClaim
from .definitions import Definitions, harmless
from .texts import Tree, quoted, read, replaced

TRAP = "trap"
AFTER_STEP = "trap!1"


class Trap:
    """The trap of a claim. Raises ValueError where its section is not of the form it has."""

    def __init__(self, known: Definitions, claim: SaidClaim, text: str) -> None:
        self.known, self.text, self.trees = known, text, read(text)
        match self.trees:
            case [("define-fun", "trap", (), "Bool", body)]:
                self.body: Tree = body
            case _:
                raise ValueError(f"the trap of {claim.title} is no formula")
        own = {*claim.variables, *map(quoted, claim.numbers)}
        known.check_state(self.body, own, f"trap of {claim.title}")

    @property
    def after(self) -> Tree:
        """The definition of the trap in the state after a step."""
        return (
            "define-fun",
            AFTER_STEP,
            (),
            "Bool",
            replaced(self.body, self.known.at("!1", "!1")),
        )


AMONG, MEASURE, MEMBER = "extreme.among", "extreme.measure", "extreme.member"


def section_name(title: str) -> str:
    """The name of the section that has the extreme of a claim's proof."""
    return f"extreme {title}"


class Extreme:
    """The section, read. Raises ValueError where it defines something else."""

    def __init__(self, known: Definitions, claim: SaidClaim, text: str) -> None:
        self.text, self.trees = text, read(text)
        where = f"section {section_name(claim.title)!r}"
        harmless(section_name(claim.title), self.trees)
        match self.trees:
            case [
                ("define-fun", "extreme.among", (("x", str() as kind),), "Bool", among),
                ("define-fun", "extreme.measure", (("x", str() as measured),), "Int", measure),
            ] if kind == measured and kind in known.entities:
                self.kind = kind
            case _:
                raise ValueError(f"its {where} does not say among which entities, and by what")
        own = {"x", *claim.variables}
        for body in (among, measure):
            known.check_state(body, own, where)

    @property
    def facts(self) -> list[Tree]:
        """The declaration of the entity, and the assertion that it is the greatest."""
        inside: Tree = ("<=", (MEASURE, "x"), (MEASURE, MEMBER))
        greatest = ("=>", (AMONG, "x"), ("and", (AMONG, MEMBER), inside))
        return [
            ("declare-const", MEMBER, self.kind),
            ("assert", ("forall", (("x", self.kind),), greatest)),
        ]
