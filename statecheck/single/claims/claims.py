"""Claims about one machine, written as a Python expression over its states and fields.

A state stands for "is active", ``after.NAME`` is a state or a field after a step, ``step.raised``
says that an exception came out of the event, ``raised("ValueError")`` that it was that one, and
``step.event`` is the event's name. ``P ==> Q`` has a premise; ``P ~> Q`` says that Q comes after P.
What is said has to be a truth value.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from statecheck.claims.claim import Kind
from statecheck.claims.syntax import (
    LEADS_TO,
    TRUTH,
    TruthChecks,
    parsed,
    premise_and_conclusion,
)
from statecheck.modeling import ModelError
from statecheck.single.claims.checks import checked_comparison, checked_truth
from statecheck.single.claims.meanings import unknown
from statecheck.single.reading.observing import Seen

FUNCTIONS = ("abs", "all", "any", "bool", "int", "isinstance", "len", "max", "min", "round", "sum")
"""Python's own functions that a claim may use."""


@dataclass(frozen=True)
class Names:
    """Everything that a claim may name: states with their ancestors, fields, events, constants,
    and exceptions.
    """

    machine: str
    states: frozenset[str]
    fields: frozenset[str]
    events: frozenset[str]
    space: Mapping[str, Any]
    errors: frozenset[str]
    ancestors: Mapping[str, frozenset[str]]
    others: Mapping[str, str] = field(default_factory=dict)
    """Everything else that the class and its module have, in words."""


@dataclass(frozen=True)
class Moment:
    """The names' values in one state of the machine."""

    active: frozenset[str]
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class StepFacts:
    """Facts about a step besides the states before and after it.

    ``raised_in`` and ``seen`` are as an `Edge` has them.
    """

    event: str
    raised: str
    raised_in: str = ""
    seen: Seen = field(default_factory=Seen)


Expression = Callable[[Moment, Moment | None, StepFacts | None], Any]


@dataclass(frozen=True)
class Claim:
    """One claim: a premise, where there is one, and a conclusion.

    ``fields`` are those that it reads; ``is_about_machine`` is false where it names nothing of it.
    """

    text: str
    premise: Expression | None
    conclusion: Expression
    on_step: bool
    fields: frozenset[str]
    is_about_machine: bool


def parse(text: str, names: Names, kind: Kind) -> Claim:
    """Read a claim of a kind. Raises ModelError that says what is wrong with it."""
    premise, conclusion = premise_and_conclusion(kind, text)
    first = _Reader(text, names)
    said = first.compile(premise) if premise else None
    premise_on_step = first.on_step
    if kind is Kind.EVENTUALLY and premise_on_step:
        raise ModelError(f"{text!r}: the premise of {LEADS_TO} is about a state, not about a step")
    whole = first.compile(conclusion)
    return Claim(text, said, whole, first.on_step, frozenset(first.fields), first.about)


class _Reader(TruthChecks):
    """Turns an expression into a function of a state, or of a step."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.on_step = self.about = False
        self.fields: set[str] = set()
        self.bound: set[str] = set()

    def compile(self, part: str) -> Expression:
        """The function."""
        tree = parsed(part, self.text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.bound.add(node.id)
            if isinstance(node, ast.Lambda | ast.Await | ast.Yield | ast.YieldFrom):
                raise ModelError(f"{self.text!r}: a claim is a plain expression")
        used_before = set(self.fields)
        body = self.truth(tree.body)
        whole = ast.fix_missing_locations(ast.Expression(body))
        code = compile(whole, f"<claim {self.text}>", "eval")
        fields = sorted(self.fields | used_before)
        space, text = self.names.space, self.text
        constants = {name: space[name] for name in _names(whole) if name in space}

        def evaluate(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
            values: dict[str, Any] = {
                **constants,
                **{name: getattr(builtins, name) for name in FUNCTIONS},
                "__builtins__": {},
                TRUTH: checked_truth(text),
                "__compare": checked_comparison(text),
                "__raised": (step.raised if step else ""),
                "__event": (step.event if step else ""),
            }
            for label, moment in (("before", before), ("after", after)):
                if moment is None:
                    continue
                values[f"__{label}_states"] = moment.active
                for name in fields:
                    if name in moment.fields:
                        values[f"__{label}_{_safe(name)}"] = moment.fields[name]
            try:
                return eval(code, values)  # noqa: S307  (it is the user's own expression)
            except ModelError:
                raise
            except NameError as error:
                missing = (
                    str(error).split("'")[1].removeprefix("__before_").removeprefix("__after_")
                )
                raise ModelError(
                    f"{text!r}: the field {missing} is not there in some state; give it a value "
                    "in __init__"
                ) from None
            except Exception as error:  # noqa: BLE001  (whatever the user's expression does)
                raise ModelError(
                    f"{text!r} cannot be evaluated in some state: {type(error).__name__}: {error}"
                ) from None

        return evaluate

    # -- truth values -----------------------------------------------------------------------------

    def checked(self, node: ast.expr) -> ast.expr:
        """A part that has to be a truth value: some that are none are known beforehand."""
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
            raise self._no_truth(ast.unparse(node), node.value)
        if isinstance(node, ast.Name) and node.id not in self.bound:
            self._check_truth_name(node.id)
        return super().checked(node)

    def _check_truth_name(self, name: str) -> None:
        if name in self.names.states or name in self.names.fields:
            return
        if name in self.names.events:
            raise ModelError(
                f"{self.text!r}: {name} is an event, and no truth value{self._meant(name)}"
            )
        if name in self.names.space or hasattr(builtins, name):
            found = self.names.space.get(name, getattr(builtins, name, None))
            if not isinstance(found, bool):
                raise self._no_truth(name, found)

    def _no_truth(self, shown: str, value: object) -> ModelError:
        what = {str: "a text", int: "a number", float: "a number", type(None): "None"}.get(
            type(value), f"a {type(value).__name__}"
        )
        name = value if isinstance(value, str) else shown
        return ModelError(
            f"{self.text!r}: {shown} is {what}, and no truth value{self._meant(str(name))}"
        )

    def _meant(self, name: str) -> str:
        """The name that was probably meant."""
        known = sorted(self.names.states | self.names.fields)
        starting = [other for other in known if other.startswith(name) or name == other]
        near = starting or difflib.get_close_matches(name, known, 1, 0.5)
        return (
            f"; did you mean {near[0]}?"
            if near
            else f"; the states are {_listed(self.names.states)}"
        )

    def _unknown(self, name: str) -> str:
        """The reason why a name cannot be used, and what was probably meant."""
        reason = unknown(self.names.machine, self.names.others, name)
        return reason or f"is not known{self._meant(name)}"

    # -- names ------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A state, a field, or a constant."""
        name = node.id
        if name in self.bound or isinstance(node.ctx, ast.Store):
            return node
        if name in ("after", "step"):
            example = "after.NAME" if name == "after" else "step.raised or step.event"
            raise ModelError(f"{self.text!r}: {name} is no value by itself; write {example}")
        found = self._of("before", name)
        if found is not None:
            return found
        if name in FUNCTIONS or name in self.names.space:
            return node
        if name in self.names.events:
            raise ModelError(f"{self.text!r}: {name} is an event, and no value{self._meant(name)}")
        raise ModelError(
            f"{self.text!r}: {name} {self._unknown(name)}; a claim may use states, "
            f"fields, step, after, and constants of {self.names.machine}'s module"
        )

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A state or a field after the step; ``is_active`` of a state; a nested state."""
        match node:
            case ast.Attribute(value=ast.Name(id="after"), attr=name):
                self.on_step = True
                found = self._of("after", name)
                if found is None:
                    raise ModelError(f"{self.text!r}: {name} is not known{self._meant(name)}")
                return found
            case ast.Attribute(value=ast.Name(id="step"), attr="raised"):
                self.on_step = self.about = True
                return ast.parse("__raised != ''", mode="eval").body
            case ast.Attribute(value=ast.Name(id="step"), attr="event"):
                self.on_step = self.about = True
                return ast.Name("__event", ast.Load())
            case ast.Attribute(value=ast.Name(id="step")):
                raise ModelError(f"{self.text!r}: a step has raised and event, no {node.attr}")
        path = _dotted(node)
        if path:
            label, names = ("after", path[1:]) if path[0] == "after" else ("before", path)
            if names and names[-1] == "is_active" and names[-2:-1]:
                names = names[:-1]
            if len(names) > 1 and names[0] == "model" and names[1] in self.names.fields:
                names = names[1:]
            if names[0] in self.names.states and len(names) > 1:
                self._check_nested(names)
            if names[0] in self.names.states or len(names) == 1:
                if label == "after":
                    self.on_step = True
                found = self._of(label, names[-1])
                if found is not None:
                    return found
        self.generic_visit(node)
        return node

    def _check_event(self, name: str) -> None:
        if name not in self.names.events:
            near = difflib.get_close_matches(name, sorted(self.names.events), 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ModelError(f"{self.text!r}: {name} is no event{meant}")

    def _check_nested(self, names: list[str]) -> None:
        """Raise ModelError unless each name is that of a state inside the one before."""
        for outer, inner in itertools.pairwise(names):
            if inner not in self.names.states:
                raise ModelError(
                    f"{self.text!r}: {outer} is a state, which stands for being active, and has no "
                    f"{inner}"
                )
            if outer not in self.names.ancestors.get(inner, ()):
                raise ModelError(f"{self.text!r}: the state {inner} is not inside {outer}")

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """``raised("ValueError")``, or a function of Python's."""
        match node:
            case ast.Call(func=ast.Name(id="raised"), args=[argument], keywords=[]):
                name = (
                    argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
                )
                self.on_step = self.about = True
                short = str(name).rpartition(".")[2]
                if short not in self.names.errors:
                    near = difflib.get_close_matches(short, sorted(self.names.errors), 1)
                    meant = f"; did you mean {near[0]}?" if near else ""
                    raise ModelError(f"{self.text!r}: {short} is no known exception{meant}")
                return ast.parse(f"__raised == {short!r}", mode="eval").body
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                if name in self.names.events:
                    self._check_truth_name(name)
                reason = unknown(self.names.machine, self.names.others, name) or "is not known"
                raise ModelError(
                    f"{self.text!r}: {name}() {reason}; a claim may call {', '.join(FUNCTIONS)}"
                )
        return super().visit_Call(node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """A comparison of values of one type."""
        sides = [node.left, *node.comparators]
        if any(ast.unparse(side) == "step.event" for side in sides):
            for side in sides:
                for part in ast.walk(side):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        self._check_event(part.value)
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.IsNot):
            right = node.comparators[0]
            if not (isinstance(right, ast.Constant) and right.value is None):
                same: ast.cmpop = ast.Eq() if isinstance(node.ops[0], ast.Is) else ast.NotEq()
                return ast.Compare(node.left, [same], node.comparators)
        if len(node.ops) == 1 and not isinstance(node.ops[0], ast.Is | ast.IsNot):
            check = ast.Name("__compare", ast.Load())
            sign = ast.Constant(type(node.ops[0]).__name__)
            left = ast.Call(check, [node.left, node.comparators[0], sign], [])
            return ast.Compare(left, node.ops, node.comparators)
        return node

    def _of(self, label: str, name: str) -> ast.expr | None:
        if name in self.names.states:
            self.about = True
            return ast.parse(f"{name!r} in __{label}_states", mode="eval").body
        if name in self.names.fields:
            self.about = True
            self.fields.add(name)
            return ast.Name(f"__{label}_{_safe(name)}", ast.Load())
        return None


def _safe(name: str) -> str:
    return name.replace(".", "__")


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _dotted(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=attr):
            base = _dotted(value)
            return [*base, attr] if base else []
        case _:
            return []


def _listed(names: frozenset[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:8]) + (", ..." if len(shown) > 8 else "")
