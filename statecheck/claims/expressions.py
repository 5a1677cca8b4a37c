"""Claims that are written as one Python expression, for a system that has no claims of its own.

An expression is about entities by the names of their kinds, ``lift``, or ``lift1`` and
``lift2`` where several are meant, and says what it says of any of them. It may use whatever the
system's module knows. A machine's state, ``lift.door.closed``, stands for "is active"; what else
is no truth value is refused where one is wanted. One that mentions ``after`` (the state after a
step, ``after[lift]``) or ``step`` is about every step, any other about every state. ``P ==> Q`` has
a premise, ``P ~> Q`` says that Q is reached whenever P holds, then or later.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import itertools
import linecache
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from statecheck.claims.claim import Claim, Kind, Section
from statecheck.claims.fairness import (
    Assumption,
    Fair,
    finitely,
    leads_to,
    never,
    strong,
    weak,
)
from statecheck.claims.paths.checks import PathChecks
from statecheck.claims.paths.lookup import paths_to
from statecheck.claims.syntax import LEADS_TO, TRUTH, AssumedTexts, parsed, premise_and_conclusion
from statecheck.claims.truth_values import VALUE, truth_value, value_of, with_truth_values
from statecheck.modeling import (
    NO_VARIANT,
    ModelError,
    Step,
    System,
    SystemInfo,
    Variant,
    assume,
    signature,
)

EXPECTED = {
    Kind.ALWAYS: "PROVED",
    Kind.POSSIBLE: "REACHED",
    Kind.RECOVERABLE: "PROVED",
    Kind.EVENTUALLY: "PROVED",
}
"""The kinds of claims that can be written as an expression, and the verdict that each hopes for."""

_serial = itertools.count(1)


def claim(
    system: type[System],
    kind: Kind,
    text: str,
    *,
    id_: str,
    variant: Variant = NO_VARIANT,
    fairness: tuple[Assumption, ...] = (),
) -> Claim:
    """The claim that an expression makes. Raises ModelError that says what is wrong with it."""
    info = signature(system)
    premise, conclusion = premise_and_conclusion(kind, text)
    reader = _Reader(info, text)
    parts = [reader.read(premise)] if premise else []
    if kind is Kind.EVENTUALLY and reader.on_step:
        raise ModelError(f"{text!r}: the premise of {LEADS_TO} is about a state, not about a step")
    parts.append(reader.read(conclusion))
    if kind is Kind.RECOVERABLE and reader.on_step:
        raise ModelError(f"{text!r} is about a step; what is recoverable is a state")
    variables = tuple(reader.variables.items())
    source = _source(kind, parts, [name for name, _ in variables], on_step=reader.on_step)
    body = _compiled(source, {**reader.space, **reader.words}, text, info.cls.__module__)
    return Claim(
        id_,
        Section(str(kind)),
        kind,
        text,
        body,
        variables,
        reader.on_step,
        variant,
        EXPECTED[kind],
        (),
        fairness,
    )


def assuming(system: type[System], stated: Claim, assumed: AssumedTexts) -> Claim:
    """A claim about the end of runs with what is assumed of them; any other claim as it is.

    Raises ModelError for an assumption about what the claim does not name.
    """
    if assumed.initially:
        raise ModelError(
            f"--initially {assumed.initially[0]}: {system.__name__} is a system, which begins as "
            "its machines and fields declare; declare it there, or fix a constant with --given"
        )
    if stated.kind is not Kind.EVENTUALLY:
        return stated
    info = signature(system)
    fairness: list[Assumption] = [
        *(_fair(weak, "--fair", info, stated, text) for text in assumed.fair),
        *(_fair(strong, "--strongly-fair", info, stated, text) for text in assumed.strongly_fair),
        *(never(text, _of_step("--never", info, stated, text)) for text in assumed.never),
        *(finitely(text, _of_step("--finitely", info, stated, text)) for text in assumed.finitely),
    ]
    return replace(stated, fairness=tuple(fairness))


def _fair(
    make: Callable[..., Fair], option: str, info: SystemInfo, stated: Claim, text: str
) -> Fair:
    """Fairness of ``ACTION``, each of its instances, or of ``ACTION(lift)``."""
    read = re.fullmatch(r"\s*(\w+)\s*(?:\(([\w\s,]*)\)\s*)?", text)
    if read is None:
        raise ModelError(f"{option} {text!r}: write ACTION, or ACTION(NAME) with a name of a claim")
    action = info.action(read[1])
    bound = [name.strip() for name in (read[2] or "").split(",") if name.strip()]
    if len(bound) > len(action.parameters):
        raise ModelError(
            f"{option} {text!r}: {action.name} has {len(action.parameters)} parameters, and "
            f"{len(bound)} are named"
        )
    kinds = dict(stated.variables)
    for name, (parameter, kind) in zip(bound, action.parameters, strict=False):
        _check_named(option, text, stated, {name})
        if kinds[name] is not kind:
            raise ModelError(
                f"{option} {text!r}: {name} is a {kinds[name].__name__}, and {parameter} of "
                f"{action.name} is a {kind.__name__}"
            )
    return make(action.function, *bound)


def _of_step(option: str, info: SystemInfo, stated: Claim, text: str) -> Callable[..., Any]:
    """The steps that an expression describes, as a function of a step and a claim's variables."""
    reader = _Reader(info, text)
    part = reader.read(text)
    if not reader.on_step:
        raise ModelError(
            f"{option} {text!r} is about a state; it has to be about a step: "
            "step.fires(...) or after[...]"
        )
    _check_named(option, text, stated, set(reader.variables))
    names = [name for name, _ in stated.variables]
    source = _source(Kind.ALWAYS, [part], names, on_step=True)
    space = {**reader.space, **reader.words}
    body: Callable[..., Any] = _compiled(source, space, text, info.cls.__module__)
    return body


def _check_named(option: str, text: str, stated: Claim, names: set[str]) -> None:
    """Raise ModelError for an entity that a claim does not name."""
    known = [name for name, _ in stated.variables]
    for name in sorted(names - set(known)):
        raise ModelError(
            f"{option} {text!r}: {stated.text!r} does not name {name}; it names "
            f"{', '.join(known) or 'nobody'}"
        )


def given(system: type[System], settings: Sequence[str] | Mapping[str, Any]) -> Variant:
    """The variant that fixes constants: values by name, or ``NAME=VALUE`` each.

    Raises ModelError.
    """
    known = {name: type_ for name, type_, _ in signature(system).constants}
    fixed: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in known:
            names = ", ".join(known) or "none"
            raise ModelError(f"{setting!r}: the constants of {system.__name__} are: {names}")
        try:
            value = settings[name] if isinstance(settings, Mapping) else ast.literal_eval(text)
            fixed[name] = known[name](value)
        except (ValueError, SyntaxError, TypeError) as error:
            raise ModelError(f"{setting!r} is not NAME=VALUE with a plain value") from error
    if not fixed:
        return NO_VARIANT
    name = ", ".join(f"{name}={value}" for name, value in fixed.items())
    return Variant(name, tuple(fixed.items()))


class _Reader:
    """Reads the parts of one expression; collects the variables that they use."""

    def __init__(self, info: SystemInfo, text: str) -> None:
        self.info, self.text = info, text
        self.space: Mapping[str, Any] = vars(sys.modules[info.cls.__module__])
        self.kinds = {entity.name.lower(): entity.cls for entity in info.entities}
        self.variables: dict[str, type] = {}
        self.on_step = False
        self.words: dict[str, Any] = {
            "__assume": assume,
            "__bool": bool,
            "__leads_to": leads_to,
            TRUTH: partial(truth_value, info, text),
            VALUE: value_of,
        }

    def read(self, part: str) -> str:
        """A part in full: what is left out of it added."""
        tree = parsed(part, self.text)
        bound = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        } | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in bound:
                self._name(node.id)
        PathChecks(self.info, self.text, self.space, self.variables).check(tree, bound)
        return ast.unparse(ast.fix_missing_locations(with_truth_values(tree)))

    def _name(self, name: str) -> None:
        if name in ("after", "step"):
            self.on_step = True
            return
        kind = self.kinds.get(re.sub(r"\d+$", "", name))
        if kind is not None:
            self.variables[name] = kind
        elif name not in self.space and not hasattr(builtins, name):
            kinds, first = ", ".join(self.kinds), next(iter(self.kinds), "")
            kinds = f"{kinds} (or {first}1, {first}2), " if kinds else ""
            raise ModelError(
                f"{self.text!r}: {name} is not known{self._meant(name)}; an expression may use "
                f"{kinds}step, after, and what {self.info.cls.__module__} knows"
            )

    def _meant(self, name: str) -> str:
        """The name that was probably meant by one that is not known."""
        if name.capitalize() in ("True", "False", "None"):
            return f"; did you mean {name.capitalize()}?"
        if name in {constant for constant, _, _ in self.info.constants}:
            return f" as a value: it is a constant of {self.info.cls.__name__}, which can be given"
        plural = {entity.plural: entity.name.lower() for entity in self.info.entities}
        if name in plural:
            return f"; write {plural[name]}, which stands for any of them"
        paths = [*paths_to(self.info, name)]
        if name in ("enabled", "deadlock", "once", "since", "raised"):
            return ", for it is a word of claims about one machine by itself"
        classes = [other for other, value in self.space.items() if isinstance(value, type)]
        near = paths or difflib.get_close_matches(name, self.kinds, 1, 0.5)
        near = near or difflib.get_close_matches(name, classes, 1)
        return f"; did you mean {near[0]}?" if near else ""


def _source(kind: Kind, parts: Sequence[str], names: Sequence[str], *, on_step: bool) -> str:
    """The body of a claim; names of its own are none that an expression has."""
    *premises, conclusion = parts
    lines = [f"def __body({', '.join(('step' if on_step else '__system', *names))}):"]
    if on_step:
        lines.append("    after = step.after")
    if kind is Kind.EVENTUALLY:
        lines.append(f"    return __leads_to({premises[0]}, {conclusion})")
    else:
        lines += [f"    __assume({premise})" for premise in premises]
        lines.append(f"    return __bool({conclusion})")
    return "\n".join(lines) + "\n"


def _compiled(source: str, space: dict[str, Any], text: str, module: str) -> Any:
    """The function. Its source can be looked up, as that of any other claim."""
    file = f"<expression {next(_serial)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), space)  # noqa: S102  (it is the user's own expression)
    body = space["__body"]
    body.__doc__, body.__module__ = text, module
    body.__annotations__ = {"__system": System, "step": Step}
    return body
