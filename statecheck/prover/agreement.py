"""Agreement of the extracted terms with the machines: random runs are played on both.

Extraction refuses what it knows to have no meaning for any number of entities. It cannot know
everything that Python can do: a helper that remembers, a guard that throws dice. So the plain
machines, and the claims, are run beside the extracted terms, and have to agree at every step. That
proves nothing about other runs; it finds code that is out of place, and finds it soon.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Mapping, Sequence
from typing import Any

from statecheck.claims.claim import Claim, Kind, conclusion_claim
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.run import RunStep
from statecheck.clock import TimeLeft, unlimited
from statecheck.modeling import Entity, ModelError
from statecheck.modeling.entity import entity_name
from statecheck.runs.replay import Player, ReplayError
from statecheck.safety.properties import Property, claim_property
from statecheck.smt.evaluation import Compiled, Valuation, compiled
from statecheck.smt.roles import is_somebody
from statecheck.smt.terms import entity_constants
from statecheck.symbolic.codes import encoded, member_name
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

WALKS, STEPS, ATTEMPTS = 25, 12, 12
"""So many runs of so many steps are compared; so many actions are tried for each step."""

LARGEST = 3
"""Runs have up to so many entities of each kind."""

_ACTION = "action"

_JUDGED = (Kind.ALWAYS, Kind.POSSIBLE, Kind.RECOVERABLE, Kind.DERIVED)


def check_agreement(
    transitions: TransitionSystem,
    claims: Sequence[Claim] = (),
    *,
    seed: int = 0,
    time_left: TimeLeft = unlimited,
) -> int:
    """Compare random runs; returns how many steps were compared.

    Raises ModelError with the first step at which machines and terms part, and Timeout.
    """
    comparison = _Comparison(transitions, claims)
    pick = random.Random(seed)
    return sum(comparison.walk(pick, time_left) for _ in range(WALKS))


class _Comparison:
    """Both sides of one system."""

    def __init__(self, transitions: TransitionSystem, claims: Sequence[Claim]) -> None:
        self.transitions = transitions
        self.simulator = Simulator(transitions)
        self.simulator.numbers = tuple(sorted({*self.simulator.numbers, 1, 2}))
        self.claims = [
            (claim, claim_property(transitions, claim)) for claim in claims if claim.kind in _JUDGED
        ]
        self._compiled: dict[tuple[Claim, str], Compiled] = {}

    def walk(self, pick: random.Random, time_left: TimeLeft) -> int:
        """Compare one run."""
        sizes = self._sizes(pick)
        state = self.simulator.start(sizes, pick)
        if state is None:
            return 0
        prefix = f"{self.transitions.info.cls.__name__}."
        constants = {name.removeprefix(prefix): v for name, v in state.constants.items()}
        run = ConcreteRun(sizes, state.functions, constants, (), (), ())
        system = self.transitions.info.cls
        player = Player(system, self.transitions.histories, run, trim=False)
        done: list[str] = []
        self._compare(player, state, done)
        for judged in self.claims:
            if not judged[0].on_step:
                self._judge(judged, player, state, {}, pick, done)
        for _ in range(STEPS):
            time_left()
            tries = (self._step(player, state, pick, done) for _ in range(ATTEMPTS))
            taken = next(filter(None, tries), None)
            if taken is None:
                break
            before, (state, name, arguments) = state, taken
            row = self._row(name, arguments)
            primed = self._primed(player)
            for judged in self.claims:
                if judged[0].on_step:
                    said = Valuation(before.sizes, before.functions | primed, before.constants)
                    self._judge(judged, player, said, row, pick, done)
                else:
                    self._judge(judged, player, state, {}, pick, done)
        return len(done)

    def _sizes(self, pick: random.Random) -> dict[str, int]:
        """A random number of each kind, but some of those that another kind needs."""
        info = self.transitions.info
        sizes = {entity.name: pick.randrange(LARGEST + 1) for entity in info.entities}
        for _ in info.entities:
            for entity in info.entities:
                needed = [target for _, target in entity.references]
                needed += [
                    field.type
                    for machine in entity.machines
                    for field in machine.fields
                    if issubclass(field.type, Entity)
                ]
                for target in needed if sizes[entity.name] else ():
                    name = info.entity(target).name
                    sizes[name] = max(1, sizes[name])
        return sizes

    def _step(
        self, player: Player, state: Valuation, pick: random.Random, done: list[str]
    ) -> tuple[Valuation, str, tuple[Any, ...]] | None:
        """Try one random action on both sides; what it leads to, None where it is disabled."""
        action = pick.choice(self.transitions.info.actions)
        options = [self.simulator.choices(type_, state.sizes) for _, type_ in action.parameters]
        if not all(options):
            return None
        arguments = tuple(map(pick.choice, options))
        following = self.simulator.fire(state, action.name, arguments)
        values = ", ".join(
            _named(type_, value)
            for (_, type_), value in zip(action.parameters, arguments, strict=True)
        )
        said = f"{action.name}({values})"
        try:
            step: RunStep | None = player.fire(action.name, arguments)
        except ReplayError:
            step = None
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever the model raises)
            raise _parted(done, f"{said} raises {type(error).__name__}: {error}") from None
        if (step is None) != (following is None):
            able = "the commands, not on the machines" if step is None else "the machines alone"
            raise _parted(done, f"{said} is enabled by {able}")
        if following is None:
            return None
        done.append(said)
        self._compare(player, following, done)
        return following, action.name, arguments

    def _compare(self, player: Player, state: Valuation, done: Sequence[str]) -> None:
        for name, entity, value in player.states[-1]:
            index = int(entity.removeprefix(name.split(".")[0].lower())) - 1
            expected = _plain(state.functions[name][index], value)
            if expected != value:
                owner = f"{entity}.{name.split('.', 1)[1]}"
                raise _parted(done, f"{owner} is {value} on the machines, {expected} in the terms")

    def _row(self, name: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """The constants of a step: its action, and the arguments of that."""
        row: dict[str, Any] = {_ACTION: name}
        parameters = self.transitions.command(name).parameters
        row |= {p.decl().name(): a for (_, _, p), a in zip(parameters, arguments, strict=True)}
        return row

    def _evaluate(self, claim: Claim, formula: Property, name: str) -> Compiled:
        """A claim's term about steps of an action, or about states (no name), as a function.

        Of a step of one action the term has no other action's arguments: there may be none.
        """
        if (claim, name) not in self._compiled:
            term = formula.holds
            if name:
                term = self.transitions.specialise(term, self.transitions.command(name))
            self._compiled[claim, name] = compiled(term)
        return self._compiled[claim, name]

    def _judge(
        self,
        judged: tuple[Claim, Property],
        player: Player,
        state: Valuation,
        row: Mapping[str, Any],
        pick: random.Random,
        done: Sequence[str],
    ) -> None:
        """Compare what a claim says of some entities with what its term says."""
        claim, formula = judged
        evaluate = self._evaluate(claim, formula, row.get(_ACTION, ""))
        options = [self.simulator.choices(type_, state.sizes) for _, type_, _ in formula.variables]
        if not all(options):
            return
        witness = tuple(map(pick.choice, options))
        constants = {**state.constants, **row}
        constants |= {
            term.decl().name(): value
            for (_, _, term), value in zip(formula.variables, witness, strict=True)
        }
        # There is at most one constant that is no variable, and it may be anybody.
        for own in filter(is_somebody, entity_constants(formula.holds)):
            if not state.sizes[own.sort().name()]:
                return
            constants[own.decl().name()] = 0
        (expected,) = evaluate(state.functions, constants, state.sizes)
        player.run = ConcreteRun({}, {}, {}, (), witness, ())
        said = player.judge(conclusion_claim(claim) if formula.concludes else claim)
        elsewhere = claim.kind is Kind.ALWAYS
        if (elsewhere if said is None else said) != expected:
            values = ", ".join(
                f"{name}={_named(type_, value)}"
                for (name, type_, _), value in zip(formula.variables, witness, strict=True)
            )
            what = f"{claim.title} is {said} there for {values}, and its term is {expected}"
            raise _parted(done, what)

    def _primed(self, player: Player) -> dict[str, list[Any]]:
        """The functions of the state after the last step, as a term about a step has them."""
        types = {str(key): type_ for key, type_ in self.transitions.vocabulary.types.items()}
        run: dict[str, list[Any]] = {f"{name}'": [] for name in types}
        for name, _, value in player.states[-1]:
            run[f"{name}'"].append(_spelled(types[name], value))
        return run


def _parted(done: Sequence[str], what: str) -> ModelError:
    after = f"after {', '.join(done)}: " if done else "at the start: "
    return ModelError(
        f"the machines and what was extracted from them disagree; {after}{what}. Does something "
        "remember more than its fields, or ask more of a value than what it equals?"
    )


def _named(type_: Any, value: Any) -> str:
    if isinstance(type_, type) and issubclass(type_, Entity):
        return entity_name(type_.__name__, value)
    return str(value)


def _plain(term: Any, like: Any) -> Any:
    """A value of the terms as a run has it: an entity by its name, a member by its own."""
    if isinstance(like, str) and isinstance(term, int):
        return f"{like.rstrip('0123456789')}{term + 1}"
    if isinstance(like, str) and isinstance(term, str):
        return member_name(term)
    return term


def _spelled(type_: Any, value: Any) -> Any:
    """A value of a run as terms have it."""
    if isinstance(type_, type) and issubclass(type_, Entity):
        return int(str(value).removeprefix(type_.__name__.lower())) - 1
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return encoded(type_[value], type_)
    if not isinstance(type_, type):
        return encoded(value, type_)
    return value
