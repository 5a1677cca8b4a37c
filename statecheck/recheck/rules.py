"""The obligations of each rule, made again: their sections and their goals.

A file is compared with what its rule makes of the definitions; that only is given to the solver.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from .claims import SaidClaim
from .definitions import Definitions
from .demands import PROOFS, About, sentence
from .evidence import AFTER_STEP, Extreme, Trap, section_name
from .formulas import AXIOMS, axiom_name
from .premises import ChainRule, Premise
from .searches import Searches
from .shown.runs import Shown, mark
from .texts import (
    Tree,
    argument_names,
    comments,
    emptied,
    marked,
    normal,
    plain,
    read,
    replaced,
    sections,
    text_of,
)

HEADER = (
    "; It is so if nothing satisfies all that is asserted here.",
    "(set-info :smt-lib-version 2.6)",
    "(set-info :status unsat)",
)
LOGIC = "UFDTLIA"
AFTER = "any state after"
"""The section that stands for a step where a premise is about a state."""

Section = tuple[str, list[Tree], list[str]]
"""The name of a section, its commands and its comments."""


class Rules:
    """The rules of one certificate. Raises ValueError for an obligation that does not obey."""

    def __init__(
        self,
        known: Definitions,
        claims: Mapping[str, Mapping[str, Any]],
        chains: Mapping[str, ChainRule],
        runs: Mapping[str, Shown],
        traps: Mapping[str, Trap],
        extremes: Mapping[str, Extreme],
    ) -> None:
        self.known, self.claims, self.runs = known, claims, runs
        self.traps, self.extremes = traps, extremes
        self.premises = {title: chain.premises() for title, chain in chains.items()}
        self.names = [clause["name"] for clause in known.clauses]
        self.searches = Searches(known)
        self._shared = {
            name: (name, trees, comments(known.texts[name])) for name, trees in known.trees.items()
        }
        found: dict[str, ChainRule | Trap | Extreme] = {
            **{f"phases {title}": chain for title, chain in chains.items()},
            **{f"trap {title}": trap for title, trap in traps.items()},
            **{section_name(title): extreme for title, extreme in extremes.items()},
        }
        for name, own in found.items():
            self._shared[name] = (name, own.trees, comments(own.text))
        self._bodies = {**known.texts, **{name: own.text for name, own in found.items()}}
        self._texts: dict[str, str] = {}

    def check(self, path: str, about: About, text: str) -> tuple[list[str], str]:
        """Check a file; its sections and its goal as texts, and the text that is to be proved."""
        wanted = self.sections(path, about)
        goal = read(self.goal(path, about))
        (_, header), *parts, (last, asked) = sections(text)
        names = [name for name, _ in parts]
        if last != "goal" or names != [name for name, _, _ in wanted]:
            raise ValueError(f"its sections are {', '.join([*names, last])}")
        for (name, trees, words), (_, body) in zip(wanted, parts, strict=True):
            if name in self._shared and self._shared[name][1] is trees:
                if body.removesuffix("\n") != self._bodies[name]:
                    raise ValueError(f"its section {name!r} is not that of the other obligations")
            elif _sorted(read(body)) != _sorted(trees):
                raise ValueError(f"its section {name!r} does not say what the definitions do")
            elif comments(body) != words:
                raise ValueError(f"its section {name!r} has other comments")
        if read(asked) != goal or comments(asked):
            raise ValueError("its goal is not the one of its rule")
        quantified = "(forall " in text or "(exists " in text
        logic = f"(set-logic {'' if quantified else 'QF_'}{LOGIC})"
        said = f"; {sentence(self.known, self.claims, about)}"
        if header != "\n".join([said, *HEADER, logic, ""]):
            raise ValueError("its header is another one")
        asserted = [self._text(name, trees) for name, trees, _ in wanted]
        return (
            [*(body.removesuffix("\n") for _, body in parts), asked],
            "\n".join([logic, *asserted, text_of(goal)]),
        )

    def _text(self, name: str, trees: list[Tree]) -> str:
        if name not in self._shared or self._shared[name][1] is not trees:
            return text_of(trees)
        if name not in self._texts:
            self._texts[name] = text_of(trees)
        return self._texts[name]

    # -- sections -------------------------------------------------------------------------------

    def sections(self, path: str, about: About) -> list[Section]:
        """The sections of an obligation."""
        rule = about["rule"]
        world = [AXIOMS] if self.known.axioms else []
        state = ["types", "state and step", *world]
        if rule == "start":
            return self._all(*state, "invariant", "start")
        if rule == "step":
            return self._all(*state, "invariant", f"step {about['action']}")
        claim = self.claims[about["claim"]]
        said = f"claim {about['claim']}"
        support = ["invariant"] if claim["clauses"] else []
        step = [f"step {about['action']}"] if "action" in about else []
        if rule in ("states", "steps"):
            extreme = [section_name(about["claim"])] if about["claim"] in self.extremes else []
            return self._all(*state, *support, *step, said, *extreme)
        if rule == "trap":
            return self._all(*state, *support, *step, said, f"trap {about['claim']}")
        if rule == "premise":
            phases = f"phases {about['claim']}"
            own = self._premise(about)
            words = [f"{about['claim']}, {own.name}: {own.says}"]
            after: list[Section] = [] if step else [(AFTER, self.known.any_after(), [])]
            shared = [*self._all(*state, *support, *step), *after, *self._all(said, phases)]
            return [*shared, (f"premise {own.name}", own.trees, words)]
        if rule == "plans":
            trees, words = self._plans(claim)
            return [*self._all(*state, *support, said), ("plans", trees, words)]
        if rule == "shorter":
            searched = self.searches.sections(self.known.claims[about["claim"]], about["steps"])
            heads = {name: self._shared[name][2] for name in (said, *world)}
            return [*self._all("types"), *((n, t, heads.get(n, [])) for n, t in searched)]
        sections, without = list(self._run(path, about)), self.runs[_run_of(path)].without
        if not without:
            return sections
        return [(name, [emptied(t, without) for t in ts], words) for name, ts, words in sections]

    def _all(self, *names: str) -> list[Section]:
        return [self._shared[name] for name in names]

    def _premise(self, about: About) -> Premise:
        (own,) = (p for p in self.premises[about["claim"]] if p.name == about["premise"])
        return own

    def _run(self, path: str, about: About) -> Iterator[Section]:
        """The sections of a run that happens."""
        known, claim = self.known, self.known.claims[about["claim"]]
        shown = self.runs.get(_run_of(path))
        if shown is None or len(shown.steps) != about["steps"]:
            raise ValueError(f"no run of {about['steps']} steps is beside it")
        varies = None
        if about["numbers"] is not None:
            last = [*claim.variables][-1]
            low, high = about["numbers"]
            value = shown.witness[plain(last).removesuffix(".")]
            if not low <= int(value["#bigint"]) <= high:
                raise ValueError("its run is of a number outside of its region")
            varies = value, last
        types = ["the entities of this run", "finite types", "numbers that the model names"]
        yield "types of the run", shown.types(), types
        first = ["arguments of actions that are not taken: any"]
        yield "first state", shown.first(varies), first
        if known.axioms:
            yield self._shared[AXIOMS]
        for number, (action, _) in enumerate(shown.steps, 1):
            words = self._shared[f"step {action}"][2]
            yield f"step {number}", shown.step(number - 1, varies), words
        steps = len(shown.steps)
        before = steps - 1 if claim.on_step else steps
        symbols = known.at(mark(before), mark(before + 1))
        if steps:
            symbols |= shown.arguments(steps - 1, varies)
        elif claim.on_step:
            raise ValueError("it is about a step, but its run has none")
        values = {
            name: None if varies is not None and name == varies[1] else shown.witnessed(name, sort)
            for name, sort in claim.variables.items()
        }
        said = f"claim {claim.title}"
        yield said, known.claim(claim.title, symbols, values), self._shared[said][2]
        if claim.title in self.traps:
            name = f"trap {claim.title}"
            trees = [replaced(tree, symbols) for tree in self.traps[claim.title].trees]
            yield name, trees, self._shared[name][2]

    def _plans(self, claim: Mapping[str, Any]) -> tuple[list[Tree], list[str]]:
        trees: list[Tree] = []
        words: list[str] = []
        for number, plan in enumerate(claim["plans"], 1):
            state, works = "", []
            for index, step in enumerate(plan, 1):
                after, enabled = f"!{number}.{index}", f"plan.{number}.{index}"
                given = self._plan_arguments(claim["title"], step)
                trees += self.known.step(step["action"], given, state, after, enabled)
                words += self._shared[f"step {step['action']}"][2]
                works.append(enabled)
                state = after
            goal = replaced(self.known.said(claim["title"]), self.known.at(state, "!1"))
            trees.append(
                (
                    "define-fun",
                    f"plan.{number}",
                    (),
                    "Bool",
                    ("and", *works, goal) if works else goal,
                )
            )
        return trees, words

    def _plan_arguments(self, title: str, step: Mapping[str, Any]) -> list[Tree]:
        """The arguments of a step of a plan: variables of the claim, or values."""
        variables, found = self.known.claims[title].variables, list[Tree]()
        sorts = [self.known.parameters[p] for p in self.known.parameters_of(step["action"])]
        for sort, argument in zip(sorts, step["arguments"], strict=True):
            if type(argument) is int and sort == "Int":
                found.append(str(argument) if argument >= 0 else ("-", str(-argument)))
            elif type(argument) is int and sort == "Bool" and argument in (0, 1):
                found.append(("false", "true")[argument])
            elif variables.get(str(argument)) == sort:
                found.append(str(argument))
            else:
                raise ValueError(f"{argument} is no argument for {step['action']}")
        return found

    def goal(self, path: str, about: About) -> str:
        """The assertions of an obligation's goal, and its question."""
        return " ".join(self._goal(path, about))

    # -- goals ----------------------------------------------------------------------------------

    def _goal(self, path: str, about: About) -> Iterator[str]:
        rule = about["rule"]
        if rule in ("start", "step"):
            name = about["clause"]
            sorts = self.known.arguments[name]
            here = ["here", *(f"here-{number}" for number in range(2, len(sorts) + 1))]
            here = here[: len(sorts)]
            if rule == "step":
                yield self._after(name)
            else:
                yield from self._world()
            yield from (f"(declare-const {h} {s})" for h, s in zip(here, sorts, strict=True))
            if rule == "step":
                numbers = [h for h, sort in zip(here, sorts, strict=True) if sort == "Int"]
                yield from self._assumed(self.names, numbers)
                yield from self._taken(about)
                name = marked(name, "!1")
            yield f"(assert (not {_applied(name, here)}))"
        else:
            yield from self._claim_goal(path, about, self.known.claims[about["claim"]])
        yield "(check-sat)"

    def _claim_goal(self, path: str, about: About, said: SaidClaim) -> Iterator[str]:
        rule, claim = about["rule"], self.claims[about["claim"]]
        numbers = [name for name, sort in said.variables.items() if sort == "Int"]
        if rule == "premise":
            yield from self._assumed(claim["clauses"], numbers)
            if "action" in about:
                yield from self._taken(about)
            yield "(assert violated)"
            return
        if rule == "trap":
            yield from self._trap_goal(about, said, numbers)
            return
        ends = "(not claim)" if said.kind in ("always", "recoverable") else "claim"
        if rule == "run":
            variable = [*said.variables][-1] if about["numbers"] is not None else ""
            if variable:
                yield f"(assert {_between(about['numbers'], variable)})"
            enabled = " ".join(f"enabled.{i}" for i in range(1, about["steps"] + 1))
            world = " ".join(self._instances(path))
            if said.title in self.traps:
                ends = f"{'premise ' if 'premise' in said.bodies else ''}trap"
            yield f"(assert (not (and {world} {enabled} reading {ends})))"
            return
        if rule == "shorter":
            yield from self._world()
            yield from (f"(assert enabled@{i})" for i in range(about["steps"]))
        else:
            yield from self._assumed(claim["clauses"], numbers)
        if rule == "steps":
            yield from self._taken(about)
        if about["claim"] in self.extremes:
            yield text_of(self.extremes[about["claim"]].facts)
        yield f"(assert reading) (assert {ends})"
        if rule == "plans":
            if "premise" in said.bodies:
                yield "(assert premise)"
            yield from (f"(assert (not plan.{i}))" for i in range(1, len(claim["plans"]) + 1))
        if said.kind == "derived" and (said.kind, claim["verdict"]) in PROOFS:
            variable = [*said.variables][-1]
            inside = [_between(region, variable) for region in claim["numbers"]["regions"]]
            either = f"(or {' '.join(inside)})" if len(inside) > 1 else (inside or ["false"])[0]
            yield f"(assert range) (assert (not {either}))"

    def _trap_goal(self, about: About, said: SaidClaim, numbers: Sequence[str]) -> Iterator[str]:
        """No action leads out of a trap, or the goal does not hold in it; whatever is read."""
        if "action" in about:
            yield text_of([self.traps[said.title].after])
        yield from self._assumed(self.claims[said.title]["clauses"], numbers)
        yield "(assert trap)"
        if "action" in about:
            yield from self._taken(about)
            yield f"(assert (not {AFTER_STEP}))"
        else:
            yield "(assert claim)"

    def _world(self) -> Iterator[str]:
        """The axioms."""
        for axiom in self.known.axioms:
            yield self._every(axiom_name(axiom["name"]), None)

    def _instances(self, path: str) -> Iterator[str]:
        """The axioms, of each choice of the entities of a run."""
        shown = self.runs[_run_of(path)]
        for name, chosen in shown.world():
            yield _applied(name, chosen)

    def _assumed(self, names: Sequence[str], numbers: Sequence[str]) -> Iterator[str]:
        """The axioms and some clauses. Of numbers a clause is assumed of those that are named: so
        no quantifier ranges over numbers.
        """
        yield from self._world()
        for name in names:
            count = self.known.arguments[name].count("Int")
            for chosen in itertools.product(numbers, repeat=count):
                yield self._every(name, chosen)

    def _every(self, name: str, numbers: Sequence[str] | None) -> str:
        """The assertion that something holds of every choice of arguments, these numbers apart."""
        left = list(numbers or ())
        binding, given = [], []
        sorts = self.known.arguments[name]
        for own, sort in zip(argument_names(len(sorts)), sorts, strict=True):
            if sort == "Int":
                given.append(left.pop(0))
            else:
                binding.append(f"({own} {sort})")
                given.append(own)
        body = _applied(name, given)
        return f"(assert (forall ({' '.join(binding)}) {body}))" if binding else f"(assert {body})"

    def _taken(self, about: About) -> Iterator[str]:
        yield f"(assert (= action {self.known.chosen(about['action'])})) (assert enabled)"

    def _after(self, name: str) -> str:
        """A clause's definition, said of the state after the step."""
        symbols: dict[str, Tree] = {**self.known.at("!1", "!1"), name: marked(name, "!1")}
        own = next(tree for tree in self.known.trees["invariant"] if tree[1] == name)
        return text_of([replaced(own, symbols)])


def _run_of(path: str) -> str:
    """The path of the run that an obligation is about."""
    return path.removesuffix(".smt2") + ".itf.json"


def _applied(name: str, arguments: Sequence[str]) -> str:
    return f"({' '.join([name, *arguments])})" if arguments else name


def _between(region: Sequence[int], name: str) -> str:
    low, high = region
    return f"(and (<= {_number(low)} {name}) (<= {name} {_number(high)}))"


def _number(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


def _sorted(trees: Sequence[Tree]) -> list[str]:
    return sorted(map(_canonical, trees))


@cache
def _canonical(tree: Tree) -> str:
    return repr(normal(tree))
