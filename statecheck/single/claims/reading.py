"""From the syntax of a claim's expression to a function of a state, or of a step."""

from __future__ import annotations

import ast
import builtins
import difflib
import itertools
from dataclasses import dataclass, field

from statecheck.claims.syntax import TruthChecks, parsed
from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Expression, Names, Part, Past
from statecheck.single.claims.evaluating import FUNCTIONS, IS_ACTIVE, evaluator, safe
from statecheck.single.claims.meanings import unknown
from statecheck.single.reading.freeze import EXACT
from statecheck.single.reading.purity import CLOCKS

OPERATORS = {
    "enabled": "enabled(EVENT)",
    "once": "once(EXPR)",
    "since": "since(EXPR, EXPR)",
    "raised": "raised(EXCEPTION)",
}
"""Functions that are a claim's own, and how they are written."""

DEADLOCK = "deadlock"
"""The name of a state of affairs; a state or a field of that name comes first."""


@dataclass
class Shared:
    """Findings that are the same for all parts of a claim."""

    pasts: dict[str, Past] = field(default_factory=dict)
    about_refusals: bool = False


class ExpressionReader(TruthChecks):
    """Turns an expression into a function of a state, or of a step."""

    def __init__(self, text: str, names: Names, shared: Shared | None = None) -> None:
        self.text, self.names = text, names
        self.shared = shared or Shared()
        self.on_step = self.about = False
        self.fields: set[str] = set()
        self.bound: set[str] = set()
        self.bound_outside: set[str] = set()

    def compile(self, part: str) -> Expression:
        """The function."""
        return self.function(parsed(part, self.text))

    def function(self, tree: ast.Expression) -> Expression:
        """The function of a tree."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.bound.add(node.id)
            if isinstance(node, ast.Lambda | ast.Await | ast.Yield | ast.YieldFrom):
                raise ModelError(f"{self.text!r}: a claim is a plain expression")
        used_before = set(self.fields)
        body = self.truth(tree.body)
        whole = ast.fix_missing_locations(ast.Expression(body))
        code = compile(whole, f"<claim {self.text}>", "eval")
        space = self.names.space
        constants = {name: space[name] for name in _names(whole) if name in space}
        return evaluator(code, self.text, constants, sorted(self.fields | used_before))

    # -- truth values -----------------------------------------------------------------------------

    def checked(self, node: ast.expr) -> ast.expr:
        """A part that has to be a truth value: some that are none are known beforehand."""
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
            raise self._no_truth(ast.unparse(node), node.value)
        if isinstance(node, ast.Name) and node.id not in self.bound:
            self._check_truth_name(node.id)
        return super().checked(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Its operands are truth values, but where a value is given in place of a false one."""
        *others, last = node.values
        if (
            isinstance(node.op, ast.Or)
            and _is_plain_constant(last)
            and not any(map(_is_plain_constant, others))
        ):
            self.generic_visit(node)
            return node
        return super().visit_BoolOp(node)

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
        found = self._of("before", name)
        if found is not None:
            return found
        if name in ("after", "step"):
            example = "after.NAME" if name == "after" else "step.raised or step.event"
            raise ModelError(f"{self.text!r}: {name} is no value by itself; write {example}")
        if name in FUNCTIONS or name in self.names.space:
            return node
        if name == DEADLOCK:
            return self._option("before", "deadlock()")
        if name in self.bound_outside:
            raise ModelError(
                f"{self.text!r}: once and since cannot use {name}, which a loop outside of them "
                "binds; write the cases one by one"
            )
        if name in OPERATORS:
            raise ModelError(f"{self.text!r}: write {OPERATORS[name]}")
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
                if found is None and name == DEADLOCK:
                    return self._option("after", "deadlock()")
                if found is None and name in OPERATORS:
                    raise ModelError(f"{self.text!r}: write {OPERATORS[name]}")
                if found is None:
                    raise ModelError(f"{self.text!r}: {name} {self._unknown(name)}")
                return found
            case ast.Attribute(value=ast.Name(id="step"), attr="raised"):
                self.on_step = self.about = True
                return ast.parse("__raised != ''", mode="eval").body
            case ast.Attribute(value=ast.Name(id="step"), attr="event"):
                self.on_step = self.about = True
                return ast.Name("__event", ast.Load())
            case ast.Attribute(value=ast.Name(id="step"), attr="refused"):
                self.on_step = self.about = self.shared.about_refusals = True
                return ast.Name("__refused", ast.Load())
            case ast.Attribute(value=ast.Name(id="step")):
                raise ModelError(
                    f"{self.text!r}: a step has raised, refused and event, no {node.attr}"
                )
        path = _dotted(node)
        if path:
            label, names = ("after", path[1:]) if path[0] == "after" else ("before", path)
            if names[-1:] == ["is_active"] and set(names[-2:-1]) & self.names.states:
                names = names[:-1]
            if ".".join(names[:2]) in self.names.qualified:
                names = [self.names.qualified[".".join(names[:2])], *names[2:]]
            elif names[0:1] == ["model"] and len(names) > 1:
                self._check_model(names[1])
            if names[0] in self.names.states and len(names) > 1:
                self._check_nested(names)
            if names[0] in self.names.states or len(names) == 1:
                if label == "after":
                    self.on_step = True
                found = self._of(label, names[-1])
                if found is not None:
                    return found
        self.generic_visit(node)
        if node.attr == "is_active":
            return ast.Call(ast.Name(IS_ACTIVE, ast.Load()), [node.value], [])
        return node

    def _check_model(self, name: str) -> None:
        """Raise ModelError, for this is no field of the model."""
        reason = self.names.others.get(f"model.{name}", "")
        if reason:
            raise ModelError(f"{self.text!r}: model.{name} is {reason}, which a claim cannot use")
        own = name in self.names.states | self.names.fields
        meant = f"; did you mean {name}?" if own else self._meant(name)
        raise ModelError(f"{self.text!r}: the model has no field {name}{meant}")

    def _check_event(self, name: str) -> None:
        if name not in self.names.events:
            near = difflib.get_close_matches(name, sorted(self.names.events), 1)
            meant = near[0] if near else ""
            raise ModelError(
                f"{self.text!r}: {name} is no event"
                + (f"; did you mean {meant}?" if meant else f"; {self._events()}")
            )

    def _events(self) -> str:
        return f"the events are {_listed(self.names.events)}"

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
                if short == "TransitionNotAllowed":
                    self.shared.about_refusals = True
                return ast.parse(f"__raised == {short!r}", mode="eval").body
            case ast.Call(func=ast.Name(id="enabled")):
                return self._enabled("before", node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="after"), attr="enabled")):
                self.on_step = True
                return self._enabled("after", node)
            case ast.Call(func=ast.Name(id="once" | "since")):
                return self._past(node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="after"), attr="once" | "since")):
                raise ModelError(
                    f"{self.text!r}: {ast.unparse(node.func)} is not known; once and since look "
                    "back from the state before a step"
                )
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                raise ModelError(
                    f"{self.text!r}: {name}() asks the clock or its zone, which are in no state of "
                    "a machine"
                )
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS and (
                self.names.space.get(name) not in EXACT
            ):
                if name in self.names.events:
                    self._check_truth_name(name)
                known = ", ".join((*FUNCTIONS, *OPERATORS))
                reason = unknown(self.names.machine, self.names.others, name) or "is not known"
                raise ModelError(f"{self.text!r}: {name}() {reason}; a claim may call {known}")
        return super().visit_Call(node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """A comparison of values of one type."""
        sides = [node.left, *node.comparators]
        if any(ast.unparse(side) == "step.event" for side in sides):
            sides = [self._event_names(side) for side in sides]
            node = ast.Compare(sides[0], node.ops, sides[1:])
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

    def _event_names(self, side: ast.expr) -> ast.expr:
        """A side of a comparison with the step's event: names are those of events."""
        match side:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return ast.Tuple([self._event_names(part) for part in parts], ast.Load())
            case ast.Constant(value=str() as name):
                self._check_event(name)
            case ast.Name(id=name) if name not in self.bound and (
                name in self.names.events or name not in self.names.space
            ):
                self._check_event(name)
                return ast.Constant(name)
        return side

    # -- what can happen next, and what was -------------------------------------------------------

    def _option(self, label: str, asked: str) -> ast.expr:
        self.about = True
        self.on_step |= label == "after"
        return ast.parse(f"__{label}_options.{asked}", mode="eval").body

    def _enabled(self, label: str, node: ast.Call) -> ast.expr:
        """``enabled(open)``: which events would be taken depends on the inputs."""
        match node:
            case ast.Call(
                args=[ast.Name(id=name) | ast.Constant(value=str() as name)], keywords=[]
            ):
                pass
            case _:
                raise ModelError(f"{self.text!r}: write {OPERATORS['enabled']}; {self._events()}")
        self._check_event(name)
        if name not in self.names.sent:
            raise ModelError(
                f"{self.text!r}: the machine itself sends {name}; enabled is about events that "
                f"users send: {_listed(self.names.sent)}"
            )
        self.fields |= self.names.inputs
        return self._option(label, f"enabled({name!r})")

    def _past(self, node: ast.Call) -> ast.expr:
        """``once(P)`` and ``since(P, Q)``, of which one truth is remembered."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        wanted = 1 if name == "once" else 2
        if len(node.args) != wanted or node.keywords:
            count = f"{len(node.args) + len(node.keywords)} given"
            raise ModelError(f"{self.text!r}: write {OPERATORS[name]} ({count})")
        shown = ast.unparse(node)
        parts = [self._part(argument) for argument in node.args]
        past = Past(shown, parts[-1], parts[0] if wanted == 2 else None)
        self.shared.pasts.setdefault(shown, past)
        number = list(self.shared.pasts).index(shown)
        self.about = True
        return ast.parse(f"__before_memory[{number}]", mode="eval").body

    def _part(self, node: ast.expr) -> Part:
        inner = ExpressionReader(self.text, self.names, self.shared)
        inner.bound_outside = self.bound | self.bound_outside
        expression = inner.function(ast.Expression(node))
        free = sorted(inner.fields & self.names.inputs)
        if free and not inner.on_step:
            raise ModelError(
                f"{self.text!r}: once and since cannot look at {free[0]}, which may be set at any "
                f"time between two events; say --fixed {free[0]}"
            )
        return Part(expression, inner.on_step)

    def _of(self, label: str, name: str) -> ast.expr | None:
        if name in self.names.states:
            self.about = True
            return ast.parse(f"{name!r} in __{label}_states", mode="eval").body
        if name in self.names.fields:
            self.about = True
            self.fields.add(name)
            return ast.Name(f"__{label}_{safe(name)}", ast.Load())
        return None


def _is_plain_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool)


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
