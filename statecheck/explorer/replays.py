"""The runs of verdicts, as a page plays them: sizes, what the start leaves open, and the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.regions import Region
from statecheck.claims.results import Result
from statecheck.claims.run import Plain, Run
from statecheck.modeling import Entity
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import States


def replays(transitions: TransitionSystem, results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """Every run of the results: of a claim itself, of its regions, of a weaker assumption."""
    for result in results:
        if result.run is not None:
            yield _Replay(transitions, result.run).data(result, _ending(result))
        for region, run in result.inside:
            if run is not result.run:
                yield _Replay(transitions, run).data(result, _of(transitions, result.claim, region))
        for dropped in result.ledger or ():
            if dropped.run is not None:
                what = f"repeats for ever without {dropped.assumption}"
                yield _Replay(transitions, dropped.run).data(result, what)


def _ending(result: Result) -> str:
    if result.run is not None and result.run.loop is not None:
        return "repeats for ever"
    return "reached" if result.claim.kind in (Kind.POSSIBLE, Kind.DERIVED) else "violated"


def _of(transitions: TransitionSystem, claim: Claim, region: Region) -> str:
    """A region in words: between which values of the constant that the claim is told apart by, or
    of the variable that its answer is about.
    """
    constants = {name: type_ for name, type_, _ in transitions.info.constants}
    name, type_ = (claim.across, constants[claim.across]) if claim.across else claim.variables[-1]
    word = "violated" if claim.across else "reached"
    return f"{word} where {name} is {type_(region.low)} to {type_(region.high)}"


class _Replay:
    """One run, from its trace."""

    def __init__(self, transitions: TransitionSystem, run: Run) -> None:
        assert run.trace is not None
        self.transitions, self.run, self.trace = transitions, run, run.trace
        self.sorts = {entity.plural: entity.name for entity in transitions.info.entities}

    def data(self, result: Result, what: str) -> dict[str, Any]:
        """The run as JSON."""
        return {
            "claim": result.claim.title,
            "verdict": str(result.verdict),
            "about": result.claim.text,
            "what": what,
            "sizes": {self.sorts[plural]: size for plural, size in self.run.sizes},
            "constants": {
                function: self._code(value, self._constant_type(function))
                for function, entity, value in self.trace.constants
                if not entity
            },
            "functions": self._functions(),
            "steps": [
                [step.action, self._arguments(step.action, values)]
                for step, values in zip(self.run.steps, self.trace.arguments, strict=False)
            ],
            "loop": self.run.loop,
            "witness": [list(pair) for pair in self.run.witness],
        }

    def _functions(self) -> dict[str, list[Any]]:
        """Every function of the initial state, and the references."""
        keys = {str(key): type_ for key, type_ in self.transitions.vocabulary.types.items()}
        references = {
            f"{entity.name}.{name}": target
            for entity in self.transitions.info.entities
            for name, target in entity.references
        }
        found: dict[str, list[Any]] = {}
        for function, entity, value in (*self.trace.constants, *self.trace.states[0]):
            if entity:
                type_ = references.get(function) or keys[function]
                found.setdefault(function, []).append(self._code(value, type_))
        return found

    def _constant_type(self, function: str) -> Any:
        name = function.partition(".")[2]
        return next(type_ for known, type_, _ in self.transitions.info.constants if known == name)

    def _arguments(self, action: str, values: tuple[Plain, ...]) -> list[Any]:
        parameters = self.transitions.info.action(action).parameters
        return [
            self._code(value, type_) for (_, type_), value in zip(parameters, values, strict=True)
        ]

    def _code(self, value: Plain, type_: Any) -> str | bool:
        """A value of a trace as JSON has it."""
        if isinstance(type_, States):
            return str(encoded(value, type_))
        if issubclass(type_, Entity):
            name = self.transitions.info.entity(type_).name.lower()
            return str(int(str(value).removeprefix(name)) - 1)
        if isinstance(value, str):
            return str(encoded(type_[value], type_))
        return value if isinstance(value, bool) else str(value)
