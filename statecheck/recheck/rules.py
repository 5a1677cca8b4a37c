"""The obligations of each rule: their sections, what these have to say, and their goals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .definitions import SHARED, Definitions
from .runs import Shown, mark
from .texts import Tree, comments, digest, marked, normal, read, replaced, sections

HEADER = (
    "(set-info :smt-lib-version 2.6)",
    "(set-info :status unsat)",
)
LOGICS = ("(set-logic UFDTLIA)", "(set-logic QF_UFDTLIA)")
DEFINITIONS = {"declare-sort", "declare-datatype", "declare-fun", "declare-const", "define-fun"}
UNIVERSAL = ("always", "recoverable")


class Rules:
    """The rules of one certificate's obligations. Raises ValueError where these do not obey."""

    def __init__(
        self, manifest: dict[str, Any], known: Definitions, runs: dict[str, Shown]
    ) -> None:
        self.manifest, self.known, self.runs = manifest, known, runs
        self.clauses = {c["name"]: c for c in manifest["invariant"]["clauses"]}
        self.claims = {claim["title"]: claim for claim in manifest["claims"]}
        self.firsts: dict[tuple[str, ...], Any] = {}

    def check(self, path: str, about: dict[str, Any], text: str) -> list[str]:
        """Check one obligation; its sections and its goal, as texts."""
        (_, header), *parts, (last, goal) = sections(text)
        lines = [line for line in header.splitlines() if not line.startswith(";")]
        if tuple(lines[:-1]) != HEADER or lines[-1] not in LOGICS:
            raise ValueError("its header is another one")
        names = [name for name, _ in parts]
        if last != "goal" or names != self._sections(about) or about["sections"] != names:
            raise ValueError(f"its sections are {', '.join([*names, last])}")
        for name, body in parts:
            self._section(path, about, name, body)
        if read(goal) != read(" ".join(self._goal(about))):
            raise ValueError("its goal is not the one of its rule")
        return [*(body.removesuffix("\n") for _, body in parts), goal]

    # -- sections -------------------------------------------------------------------------------

    def _sections(self, about: dict[str, Any]) -> list[str]:
        rule = about["rule"]
        state = ["types", "state and step"]
        if rule == "start":
            return [*state, "invariant", "start"]
        if rule == "step":
            return [*state, "invariant", f"step {about['action']}"]
        claim = self.claims[about["claim"]]
        said = f"claim {claim['title']}"
        support = ["invariant"] if claim["clauses"] else []
        if rule == "premise":
            step = [f"step {about['action']}"] if "action" in about else []
            return [*state, *support, *step, f"premise {about['premise']}"]
        if rule == "states":
            return [*state, *support, said]
        if rule == "steps":
            return [*state, *support, f"step {about['action']}", said]
        if rule == "plans":
            return [*state, "invariant", said, "plans"]
        steps = range(1, about["steps"] + 1)
        if rule == "shorter":
            any_steps = [f"any step {i}" for i in steps]
            return ["types", "any first state", *any_steps, said, "instances"]
        if rule == "run":
            return ["types of the run", "first state", *(f"step {i}" for i in steps), said]
        raise ValueError(f"there is no rule {rule!r}")

    def _section(self, path: str, about: dict[str, Any], name: str, body: str) -> None:
        """Check that a section says what it has to."""
        wanted: list[Tree] | None = None
        if name.startswith("premise "):
            self._premise(about, name, body)
            return
        if about["rule"] == "run":
            wanted = self._of_run(path, about, name)
        elif about["rule"] == "shorter" and name != "types":
            if name.startswith("any step "):
                self._any_step(int(name.removeprefix("any step ")) - 1, name, read(body))
                return
            wanted = self._of_search(about, name)
        elif name == "plans":
            wanted = list(self._plans(self.claims[about["claim"]]))
        if wanted is None:
            if digest(body.removesuffix("\n")) != self.manifest["sections"].get(name):
                raise ValueError(f"its section {name!r} is not that of the other obligations")
        elif _sorted(read(body)) != _sorted(wanted):
            raise ValueError(f"its section {name!r} does not say what the definitions do")

    def _premise(self, about: dict[str, Any], name: str, body: str) -> None:
        claim = self.claims[about["claim"]]
        own = digest(body)
        if self.firsts.setdefault((claim["title"], name), own) != own:
            raise ValueError(f"its section {name!r} is not that of the other obligations")
        (premise,) = (p for p in claim["premises"] if p["name"] == about["premise"])
        if comments(body)[:1] != [f"{claim['title']}, {premise['name']}: {premise['says']}"]:
            raise ValueError(f"its section {name!r} is about another premise")
        trees = read(body)
        harmless(name, trees)
        if trees[-1][:4] != ("define-fun", "violated", (), "Bool"):
            raise ValueError(f"its section {name!r} does not say what violates the premise")

    # -- runs -----------------------------------------------------------------------------------

    def _of_run(self, path: str, about: dict[str, Any], name: str) -> list[Tree]:
        """The section of a run that a name asks for."""
        claim = self.claims[about["claim"]]
        shown = self.runs.get(path.removesuffix(".smt2") + ".itf.json")
        if shown is None or len(shown.steps) != about["steps"]:
            raise ValueError(f"no run of {about['steps']} steps is beside it")
        variables = self.known.variables(claim["title"])
        varies = None
        if about["numbers"] is not None:
            last = claim["numbers"]["variable"]
            low, high = about["numbers"]
            varies = (shown.witness[last], last)
            if not low <= int(varies[0]["#bigint"]) <= high:
                raise ValueError("its run is of a number outside of its region")
        if name == "types of the run":
            return shown.types()
        if name == "first state":
            return shown.first(varies)
        if name.startswith("step "):
            return shown.step(int(name.removeprefix("step ")) - 1, varies)
        steps = len(shown.steps)
        before = steps - 1 if claim["about"] == "steps" else steps
        symbols = self.known.at(mark(before), mark(before + 1))
        if steps:
            symbols |= shown.arguments(steps - 1, varies)
        values = {
            name: None
            if varies is not None and name == varies[1]
            else self.known.value(shown.witness[name.strip("|")], sort)
            for name, sort in variables.items()
        }
        return self.known.claim(claim["title"], symbols, values)

    # -- searches -------------------------------------------------------------------------------

    def _of_search(self, about: dict[str, Any], name: str) -> list[Tree]:
        """The section of a search for shorter runs that a name asks for."""
        known, claim, steps = self.known, self.claims[about["claim"]], about["steps"]
        if name == "any first state":
            fixed = {tree[1] for tree in known.first}
            return [*(tree for tree in known.declared if tree[1] not in fixed), *known.first]
        if name == "instances":
            return list(self._instances(about["claim"], steps))
        last = steps - 1 if claim["about"] == "steps" else steps
        symbols = known.at(mark(last), mark(last + 1))
        symbols["action"] = f"action@{last}"
        for action in self.manifest["model"]["actions"]:
            symbols |= known.slots(action, last)
        return known.claim(claim["title"], symbols, {})

    def _any_step(self, index: int, name: str, trees: list[Tree]) -> None:
        """Check what a search has as any step: it is the same in every search, at every depth."""
        known = self.known
        symbols = {
            **{marked(f, mark(index)): f for f in known.sorts if index},
            **{marked(f, mark(index + 1)): marked(f, "!1") for f in known.sorts},
        }
        constants = {str(t[1]): str(t[2]) for t in trees if t[0] == "declare-const"}
        at = f"@{index}"
        for tree in trees:
            if tree[0] == "assert":
                self._names(index, name, tree, constants)
            elif tree[0] not in ("declare-const", "define-fun"):
                raise ValueError(f"its section {name!r} has a command {tree[0]}")
        said: dict[str, list[Tree]] = {}
        for tree in trees:
            own = normal(_unindexed(replaced(tree, symbols), at))
            key = own[1] if tree[0] == "define-fun" and "!1" in own[1] else "any step"
            said.setdefault(key, []).append(own)
        for key, own in said.items():
            if self.firsts.setdefault(("any step", key), _sorted(own)) != _sorted(own):
                raise ValueError(f"its section {name!r} is not that of the other obligations")
        universals = [t for t in trees if t[0] == "define-fun" and t[1].endswith(f"{at}.at")]
        self.firsts["universals", str(index)] = [(t[1], t[2][0][1]) for t in universals]
        self.firsts["constants", str(index)] = list(constants.items())

    def _names(self, index: int, name: str, tree: Tree, constants: dict[str, str]) -> None:
        """Check that what is asserted only says what a constant of an action stands for."""
        match tree:
            case ("assert", ("=>", ("=", action, chosen), ("=", constant, str() | tuple()))):
                actions = {self.known.chosen(a): a for a in self.manifest["model"]["actions"]}
                sort = constants.get(constant)
                if (
                    action == f"action@{index}"
                    and chosen in actions
                    and sort in self.known.entities
                    and constant not in self.known.slots(actions[chosen], index).values()
                ):
                    return
        raise ValueError(f"its section {name!r} asserts something else than what names stand for")

    def _instances(self, title: str, steps: int) -> Iterator[Tree]:
        """The instances of "every entity" for the entities that a search names."""
        named = list(self.known.variables(title).items())
        indices = [str(index) for index in range(steps)]
        for index in indices:
            named += self.firsts["constants", index]
        for index in indices:
            for universal, sort in self.firsts["universals", index]:
                own = universal.removesuffix(".at")
                for name, other in named:
                    if other == sort:
                        yield "assert", ("=>", own, (universal, name))

    # -- plans ----------------------------------------------------------------------------------

    def _plans(self, claim: dict[str, Any]) -> Iterator[Tree]:
        for number, plan in enumerate(claim["plans"], 1):
            state, works = "", []
            for index, step in enumerate(plan, 1):
                after, enabled = f"!{number}.{index}", f"plan.{number}.{index}"
                arguments = [str(argument) for argument in step["arguments"]]
                yield from self.known.step(step["action"], arguments, state, after, enabled)
                works.append(enabled)
                state = after
            goal = replaced(self.known.said(claim["title"]), self.known.at(state, "!1"))
            yield "define-fun", f"plan.{number}", (), "Bool", ("and", *works, goal)

    # -- goals ----------------------------------------------------------------------------------

    def _goal(self, about: dict[str, Any]) -> Iterator[str]:
        rule = about["rule"]
        if rule in ("start", "step"):
            clause = self.clauses[about["clause"]]
            name = clause["name"]
            if rule == "step":
                yield self._after(name)
                yield from self._assumed(list(self.clauses))
                yield from self._taken(about)
                name = marked(name, "!1")
            yield f"(declare-const here {clause['every']}) (assert (not ({name} here)))"
        else:
            yield from self._claim_goal(about)
        yield "(check-sat)"

    def _claim_goal(self, about: dict[str, Any]) -> Iterator[str]:
        rule, claim = about["rule"], self.claims[about["claim"]]
        if rule == "premise":
            yield from self._assumed(claim["clauses"])
            if "action" in about:
                yield from self._taken(about)
            yield "(assert violated)"
            return
        ends = "(not claim)" if claim["kind"] in UNIVERSAL else "claim"
        if rule == "run":
            between = about["numbers"]
            if between is not None:
                yield _between(between[0], claim["numbers"]["variable"], between[1])
            enabled = " ".join(f"enabled.{i}" for i in range(1, about["steps"] + 1))
            yield f"(assert (not (and {enabled} reading {ends})))"
            return
        if rule == "shorter":
            yield from (f"(assert enabled@{i})" for i in range(about["steps"]))
        else:
            yield from self._assumed(claim["clauses"])
        if rule == "steps":
            yield from self._taken(about)
        yield f"(assert reading) (assert {ends})"
        if rule == "plans":
            yield from (f"(assert (not plan.{i}))" for i in range(1, len(claim["plans"]) + 1))
        numbers = claim["numbers"]
        if numbers is not None and rule in ("states", "steps"):
            name = numbers["variable"]
            inside = [
                f"(and (<= {low} {name}) (<= {name} {high}))" for low, high in numbers["regions"]
            ]
            either = f"(or {' '.join(inside)})" if len(inside) > 1 else (inside or ["false"])[0]
            yield _between(numbers["low"], name, numbers["high"])
            yield f"(assert (not {either}))"

    def _assumed(self, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            yield f"(assert (forall ((x {self.clauses[name]['every']})) ({name} x)))"

    def _taken(self, about: dict[str, Any]) -> Iterator[str]:
        yield f"(assert (= action {self.known.chosen(about['action'])})) (assert enabled)"

    def _after(self, name: str) -> str:
        """A clause's definition, said of the state after the step."""
        symbols: dict[str, Tree] = {f: marked(f, "!1") for f in self.known.functions}
        own = next(tree for tree in self.known.trees["invariant"] if tree[1] == name)
        return _text(replaced(own, {**symbols, name: marked(name, "!1")}))


def harmless(name: str, trees: Sequence[Tree]) -> None:
    """Check that a section only defines."""
    for tree in trees:
        if tree[0] not in DEFINITIONS:
            raise ValueError(f"its section {name!r} has a command {tree[0]}")


def shared(manifest: dict[str, Any], text: str) -> dict[str, str]:
    """The sections of the file of definitions. Raises ValueError where they are other ones."""
    (_, before), *parts = sections(text)
    found = {name: body.removesuffix("\n") for name, body in parts}
    actions = [f"step {action}" for action in manifest["model"]["actions"]]
    claims = [f"claim {c['title']}" for c in manifest["claims"] if c["kind"] != "eventually"]
    if before.strip() or list(found) != [*SHARED, *actions, *claims] or len(found) != len(parts):
        raise ValueError("its sections are other ones")
    if {name: digest(body) for name, body in found.items()} != manifest["sections"]:
        raise ValueError("its sections are not those of the manifest")
    for name, body in found.items():
        if name != "start":
            harmless(name, read(body))
    return found


def _sorted(trees: Sequence[Tree]) -> list[Tree]:
    return sorted(map(normal, trees), key=repr)


def _unindexed(tree: Tree, at: str) -> Tree:
    """A tree with the number of its step left out of its names."""
    if isinstance(tree, str):
        return re.sub(rf"{at}(?=$|\.at$)", "@", tree)
    return tuple(_unindexed(part, at) for part in tree)


def _text(tree: Tree) -> str:
    return tree if isinstance(tree, str) else f"({' '.join(map(_text, tree))})"


def _between(low: int, name: str, high: int) -> str:
    return f"(assert (and (<= {low} {name}) (<= {name} {high})))"
