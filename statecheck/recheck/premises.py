"""The premises of the chain rule, made of a claim and of the phases that its proof names.

The rule (Manna and Pnueli, *Completing the Temporal Picture*, 1991, rule CHAIN-J, with sets): the
phases together hold from the premise until the goal, no step that may recur goes back to an earlier
one, and in each of them one fair action is helpful. It is enabled throughout, and taking it leaves
the phase; or each of a set of its instances is, the set is not empty, never grows, and loses each
instance that is taken. Neighbouring phases may be a lap: these may come again where a number falls
that no step within the lap makes greater, and that counts as 0 where it is less; laps may be one
within the other. Which phases and helpers these are is no matter of trust: whatever they are,
the premises suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .claims import Assumption, SaidClaim
from .definitions import Definitions
from .texts import Tree, is_number, plain, quoted, read, replaced


@dataclass(frozen=True)
class Premise:
    """A premise: its number, its role, and what violates it in a state or in a step.

    ``phase`` counts from 1; ``each`` tells that the phase's helper is each of a set of instances.
    """

    number: int
    role: str
    phase: int | None
    each: bool
    about: str
    violated: Tree

    @property
    def name(self) -> str:
        """Its name among the obligations."""
        return f"premise-{self.number}"

    @property
    def says(self) -> str:
        """The premise as a sentence."""
        where = "" if self.phase is None else f"phase {self.phase}: "
        return where + _WORDS[self.role]

    @property
    def entry(self) -> dict[str, Any]:
        """The premise as a manifest has it."""
        return {
            "name": self.name,
            "about": self.about,
            "says": self.says,
            "role": {"name": self.role, "phase": self.phase, "each": self.each},
        }

    @property
    def trees(self) -> list[Tree]:
        """The section that says when it is violated."""
        return [("define-fun", "violated", (), "Bool", self.violated)]


_WORDS = {
    "starts": "the premise starts a phase",
    "lasts": "a phase lasts until the next one, or the goal",
    "enabled": "its helper is enabled",
    "stays": "no step goes back",
    "ends": "its helper ends it",
    "never grows": "the enabled instances never grow",
    "disabled after": "its helper is not enabled after it",
}


@dataclass(frozen=True)
class _Phase:
    """A phase: its formula, its helper's action and arguments, and the link that restricts these.

    ``free`` is the argument that stands for any entity, and its sort. Of an event the helpers are
    the actions of its ``ways``, with whatever further arguments. ``laps`` are the numbers of the
    laps that it is in, the outermost first.
    """

    holds: Tree
    action: str
    arguments: tuple[Tree, ...]
    link: Tree
    free: tuple[str, str] | None
    ways: tuple[str, ...] | None = None
    laps: tuple[int, ...] = ()


class ChainRule:
    """The rule, for one claim. Raises ValueError where its phases are not of the form they have."""

    def __init__(self, known: Definitions, claim: SaidClaim, text: str) -> None:
        self.known, self.claim = known, claim
        self.text, self.trees = text, read(text)
        self.ranks: list[Tree] = []
        self.phases = list(self._phases(self.trees))
        self._check_laps()

    def _phases(self, trees: Sequence[Tree]) -> Iterator[_Phase]:
        left = list(trees)
        number = 0
        while left:
            number += 1
            match left.pop(0):
                case ("set-info", ":helper", str() as value) if is_number(plain(value)):
                    helper = int(plain(value))
                case _:
                    raise ValueError(f"phase {number} of {self.claim.title} has no helper")
            if not 0 < helper <= len(self.claim.assumptions):
                raise ValueError(f"{self.claim.title} has no assumption {helper}")
            assumed = self.claim.assumptions[helper - 1]
            if not assumed.is_fair:
                raise ValueError(f"assumption {helper} of {self.claim.title} helps in no phase")
            ways = self._ways(assumed) if assumed.is_event else None
            arguments, free = assumed.bound, None
            if ways is None:
                arguments, free = self._arguments(number, assumed.action, assumed.bound)
            if free is not None and (
                not left or left.pop(0) != ("declare-const", free[0], free[1])
            ):
                raise ValueError(f"phase {number} of {self.claim.title} lacks {free[0]}")
            bodies = []
            for name in (f"phase.{number}", f"link.{number}"):
                match left.pop(0) if left else None:
                    case ("define-fun", found, (), "Bool", body) if found == name:
                        bodies.append(body)
                    case _:
                        raise ValueError(f"{self.claim.title} lacks {name}")
            own = {*self.claim.variables, *map(quoted, self.claim.numbers)}
            where = f"phase {number} of {self.claim.title}"
            self.known.check_state(bodies[0], own, where)
            self.known.check_state(bodies[1], own | ({free[0]} if free else set()), where)
            laps = tuple(self._laps(left, own, where))
            yield _Phase(bodies[0], assumed.action, arguments, bodies[1], free, ways, laps)

    def _laps(self, left: list[Tree], own: set[str], where: str) -> Iterator[int]:
        """The laps that the next lines say a phase to be in; new ones with their numbers."""
        while left:
            match left[0]:
                case ("set-info", ":lap", str() as value) if is_number(plain(value)):
                    lap = int(plain(value))
                    if not 0 < lap <= len(self.ranks):
                        raise ValueError(f"its {where} is in a lap {lap} that is none")
                    yield lap
                case ("define-fun", str() as name, (), "Int", body) if (
                    name == f"rank.{len(self.ranks) + 1}"
                ):
                    self.known.check_state(body, own, where)
                    self.ranks.append(body)
                case _:
                    return
            del left[0]

    def _check_laps(self) -> None:
        """Check that laps are of neighbours, and one within the other."""
        for lap in range(1, len(self.ranks) + 1):
            inside = [k for k, phase in enumerate(self.phases) if lap in phase.laps]
            ways = {
                phase.laps[: phase.laps.index(lap)] for phase in self.phases if lap in phase.laps
            }
            if len(ways) != 1 or inside != list(range(inside[0], inside[-1] + 1)):
                raise ValueError(f"lap {lap} of {self.claim.title} is none")
        if any(len({*phase.laps}) < len(phase.laps) for phase in self.phases):
            raise ValueError(f"a phase of {self.claim.title} is in a lap twice")

    def _ways(self, assumed: Assumption) -> tuple[str, ...]:
        """The actions of an event that helps."""
        if len(assumed.bound) != 1 or assumed.bound[0] not in self.claim.variables:
            raise ValueError(f"{self.claim.title} is fair to what is none of its variables")
        sort = self.claim.variables[assumed.bound[0]]
        return tuple(self.known.grouped(assumed.action, sort))

    def _arguments(
        self, number: int, action: str, bound: Sequence[str]
    ) -> tuple[tuple[Tree, ...], tuple[str, str] | None]:
        parameters = self.known.parameters_of(action)
        if len(bound) > len(parameters) or len(parameters) - len(bound) > 1:
            raise ValueError(f"{action} with {len(bound)} arguments helps in no phase")
        if not set(bound) <= set(self.claim.variables):
            raise ValueError(f"{self.claim.title} is fair to what is none of its variables")
        if len(parameters) == len(bound):
            return tuple(bound), None
        name = f"each.{number}"
        return (*bound, name), (name, self.known.parameters[parameters[-1]])

    # -- premises -------------------------------------------------------------------------------

    def premises(self) -> list[Premise]:
        """The premises of the rule, in their order."""
        found: list[Premise] = []
        for role, phase, each, violated in self._all():
            about = "states" if role in ("starts", "enabled") else "steps"
            body = ("and", "reading", *violated)
            found.append(Premise(len(found) + 1, role, phase, each, about, body))
        return found

    def _all(self) -> Iterator[tuple[str, int | None, bool, tuple[Tree, ...]]]:
        claim = self.claim
        numbers = range(1, len(self.phases) + 1)
        covered = _either([f"phase.{number}" for number in numbers])
        after = [self._after(phase.holds) for phase in self.phases]
        pending = ("premise",) if claim.on_step else ("premise", ("not", "goal"))
        goal = "goal" if claim.on_step else self._after(claim.bodies["goal"])
        lasting = [("not", goal), *(("not", n) for word, n in claim.rare if word == "never")]
        recurring = [*lasting, *(("not", n) for word, n in claim.rare if word == "finitely")]
        yield "starts", None, False, (*pending, ("not", covered))
        yield "lasts", None, False, (covered, *lasting, ("not", _either(after)))
        for number, phase in zip(numbers, self.phases, strict=True):
            each = phase.free is not None
            here = (f"phase.{number}", *recurring)
            ahead = self._ahead(number, after)
            now, then = self._enabled(phase)
            possible = ("exists", (phase.free,), now) if phase.free is not None else now
            yield "enabled", number, each, (f"phase.{number}", ("not", possible))
            yield (
                "stays",
                number,
                each,
                (*here, ("not", _either([self._lasting(number, after), *ahead]))),
            )
            taken = self._taken(phase)
            if not each:
                yield "ends", number, each, (*here, *taken, ("not", _either(ahead)))
                continue
            lasts = (*here, after[number - 1], then)
            lasts += (("not", _either(ahead)),) if phase.laps else ()
            yield "never grows", number, each, (*lasts, ("not", now))
            yield "disabled after", number, each, (*lasts, *taken)

    def _lasting(self, number: int, after: Sequence[Tree]) -> Tree:
        """A step stays in a phase, and no number of its laps rises."""
        numbers = [self._rank(lap) for lap in self.phases[number - 1].laps]
        if not numbers:
            return after[number - 1]
        return ("and", after[number - 1], *(("<=", then, now) for now, then in numbers))

    def _ahead(self, number: int, after: Sequence[Tree]) -> list[Tree]:
        """The ways in which a step leads from a phase ahead: to a later one of the innermost lap,
        or to any one of a lap whose number falls, or beyond a lap; no number of an outer one rises.
        """
        laps = self.phases[number - 1].laps
        around = [
            [k for k, phase in enumerate(self.phases) if phase.laps[:depth] == laps[:depth]]
            for depth in range(len(laps) + 1)
        ]
        ahead = [after[k] for k in around[-1] if k >= number]
        for depth in reversed(range(len(laps))):
            now, then = self._rank(laps[depth])
            own = around[depth + 1]
            ahead = [
                *(after[k] for k in around[depth] if k > own[-1]),
                ("and", ("<", then, now), _either([after[k] for k in own])),
                ("and", ("<=", then, now), _either(ahead)),
            ]
        return ahead

    def _rank(self, lap: int) -> tuple[Tree, Tree]:
        """The number of a lap, before and after the step; 0 where it is less."""
        then = self._after(self.ranks[lap - 1])
        now = f"rank.{lap}"
        return ("ite", (">", now, "0"), now, "0"), ("ite", (">", then, "0"), then, "0")

    def _after(self, tree: Tree) -> Tree:
        """A formula about a state, said of the state after the step."""
        return replaced(tree, self.known.at("!1", "!1"))

    def _enabled(self, phase: _Phase) -> tuple[Tree, Tree]:
        """The helper is enabled, before and after the step."""
        if phase.ways is not None:
            guard = _either([self._guard_of_way(phase, way) for way in phase.ways])
            return ("and", phase.link, guard), ("and", self._after(phase.link), self._after(guard))
        given = dict(zip(self.known.parameters_of(phase.action), phase.arguments, strict=True))
        guard = replaced(self.known.guard(phase.action), given)
        return ("and", phase.link, guard), ("and", self._after(phase.link), self._after(guard))

    def _guard_of_way(self, phase: _Phase, way: str) -> Tree:
        """An action of an event is enabled, with some further arguments."""
        first, *others = self.known.parameters_of(way)
        names = {name: quoted(f"{plain(name)}?") for name in others}
        guard = replaced(self.known.guard(way), {first: phase.arguments[0], **names})
        bound = tuple((own, self.known.parameters[name]) for name, own in names.items())
        return ("exists", bound, guard) if bound else guard

    def _taken(self, phase: _Phase) -> tuple[Tree, ...]:
        if phase.ways is not None:
            (own,) = phase.arguments
            return (
                _either(
                    [
                        (
                            "and",
                            ("=", "action", self.known.chosen(way)),
                            ("=", self.known.parameters_of(way)[0], own),
                        )
                        for way in phase.ways
                    ]
                ),
            )
        parameters = self.known.parameters_of(phase.action)
        same = (("=", own, other) for own, other in zip(parameters, phase.arguments, strict=True))
        return (("=", "action", self.known.chosen(phase.action)), *same)


def _either(parts: Sequence[Tree]) -> Tree:
    if not parts:
        return "false"
    return parts[0] if len(parts) == 1 else ("or", *parts)
