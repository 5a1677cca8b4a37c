"""The end of runs: every one that is fair comes from the premise to the goal.

A run is broken where it stays among pending states (reached from the premise, the goal not reached
yet) for ever: in a loop, or because nothing is sent any more. It is *fair* to an event that is sent
again and again, or that would do nothing again and again. (Weak fairness; Manna and Pnueli, The
Temporal Logic of Reactive and Concurrent Systems, 1992.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.claims import claim as stated
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Expression, Moment, StepFacts
from statecheck.single.deciding.recover import ABSTRACT
from statecheck.single.execution.automaton import Automaton, Edge, Local, Node, Variable
from statecheck.single.execution.choices import Any_, combinations, spread
from statecheck.single.running.reach import Route, Target, find, move, solved
from statecheck.single.running.replay import Mismatch, play
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Subject


def eventually(subject: Subject, claim: stated.Claim, said: Claim, fair: Sequence[str]) -> Result:
    """The verdict on a claim that the conclusion comes wherever the premise holds."""
    for event in fair:
        if event not in subject.world.events.parameters:
            known = ", ".join(subject.world.events.parameters)
            raise ModelError(f"--fair {event}: the events of {subject.names.machine} are: {known}")
    if said.fields & {subject.reader.names.get(a) for a in subject.world.inputs}:
        return Result(
            claim,
            Verdict.UNDETERMINED,
            "what it says depends on an input, which may change at any time; say --fixed FIELD",
        )
    automaton = subject.automaton
    if automaton.is_abstract:
        return Result(claim, Verdict.UNDETERMINED, automaton.caveat or ABSTRACT)
    lasso = None
    if not automaton.variables:
        pending = Pending(subject, automaton, said, fair)
        lasso = pending.lasso()
        if lasso is None and automaton.complete:
            return _proved(claim, said, pending)
    else:
        if automaton.complete:
            pending = Pending(subject, automaton, said, fair)
            if pending.lasso() is None:
                return _proved(claim, said, pending)
        if subject.bounded is not None:
            lasso = Pending(subject, subject.bounded, said, fair).lasso()
            automaton = subject.bounded
    if lasso is None:
        return Result(
            claim,
            Verdict.UNDETERMINED,
            "a run may go round for ever where only its numbers change, and none was found among "
            "the nearest states; say of which number it is that it comes to an end, by a guard",
        )
    return _refuted(subject, claim, automaton, lasso)


def _proved(claim: stated.Claim, said: Claim, pending: Pending) -> Result:
    places = list(dict.fromkeys(_place(pending.subject, node) for node in pending.nodes))
    where = ", ".join(places[:4]) + (", ..." if len(places) > 4 else "")
    how = f"no fair run stays in {where}" if places else "the goal is there at once"
    return Result(
        claim,
        Verdict.PROVED,
        how,
        argument=(how,),
        vacuous=not pending.nodes and not _ever(pending, said),
    )


def _ever(pending: Pending, said: Claim) -> bool:
    """Tell whether the premise holds somewhere at all."""
    assert said.premise is not None
    return any(pending.may_hold(said.premise, node) for node in pending.automaton.nodes)


@dataclass(frozen=True)
class Lasso:
    """A way to a loop, and the loop; empty where nothing happens any more. ``reasons`` say why it
    is fair.
    """

    route: Route
    loop: tuple[Edge, ...]
    reasons: tuple[str, ...]


def _refuted(subject: Subject, claim: stated.Claim, automaton: Automaton, lasso: Lasso) -> Result:
    found = [solved([edge.guard], edge.locals) or {} for edge in lasso.loop]
    route = Route(
        (*lasso.route.moves, *(move(e, v) for e, v in zip(lasso.loop, found, strict=True))),
        (*lasso.route.edges, *lasso.loop),
        (*lasso.route.choices, *found),
    )
    loop = len(lasso.route.moves)
    try:
        play(subject.specimen, subject.reader, automaton, route, times=2, loop=loop)
        seen = play(subject.specimen, subject.reader, automaton, route)
    except Mismatch as mismatch:
        why = f"the lasso that was found does not replay: {mismatch}"
        return Result(claim, Verdict.UNDETERMINED, why)
    run = shown_run(
        subject,
        route,
        seen,
        loop=loop if lasso.loop else None,
        rests=not lasso.loop,
        fairness=lasso.reasons,
    )
    return Result(claim, Verdict.REFUTED, "", steps=len(run.steps), run=run, shortest=False)


class Pending:
    """The pending states of a claim, and the steps between them.

    With variables it has more states and steps than there are; then only that no lasso is found
    means something.
    """

    def __init__(
        self, subject: Subject, automaton: Automaton, said: Claim, fair: Sequence[str]
    ) -> None:
        self.subject, self.automaton, self.said = subject, automaton, said
        self.fair = tuple(dict.fromkeys(fair))
        assert said.premise is not None
        self.premise: Expression = said.premise
        self.starts = [node for node in self._reached() if self.may_hold(self._open, node)]
        self.steps: dict[Node, list[Edge]] = {}
        self.came: dict[Node, Edge | None] = dict.fromkeys(self.starts)
        queue = list(self.starts)
        for node in queue:
            self.steps[node] = [edge for edge in node.edges if self._stays(edge)]
            for edge in self.steps[node]:
                if edge.target not in self.came:
                    self.came[edge.target] = edge
                    queue.append(edge.target)
        self.nodes = queue

    def _reached(self) -> Iterable[Node]:
        from statecheck.single.running.reach import breadth_first

        if self.automaton.variables:
            return self.automaton.nodes
        return [node for node, _ in breadth_first(self.automaton)]

    def _open(self, before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        """The premise holds, and the goal does not yet."""
        if not self.premise(before, after, step):
            return False
        return True if self.said.on_step else not self.said.conclusion(before, after, step)

    def may_hold(self, expression: Expression, node: Node) -> bool:
        """Tell whether an expression about states holds in a node, for some values."""
        return any(
            solved([h.condition], [*h.locals, *node.variables]) is not None
            for h in self.subject.reader.in_node(expression, node, self.said.fields)
        )

    def _missed(self, before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        return not self.said.conclusion(before, after, step)

    def _stays(self, edge: Edge) -> bool:
        """Tell whether a step may be taken without reaching the goal."""
        symbols: list[Local | Variable] = [*edge.locals, *edge.source.variables]
        if self.said.on_step:
            condition = self.subject.reader.on_edge(self._missed, edge)
            return condition is not False and solved([edge.guard, condition], symbols) is not None
        return solved([edge.guard], symbols) is not None and self.may_hold(
            self._missed, edge.target
        )

    # -- fairness ---------------------------------------------------------------------------------

    def may_be_idle(self, node: Node, event: str) -> bool:
        """Tell whether an event would do nothing in a node, for some inputs and data."""
        edges = [edge for edge in node.edges if edge.event == event and edge.taken]
        if not edges:
            return self.automaton.is_expanded(node)
        for chosen in combinations(spread(self.subject.world.inputs, {})):
            same = [edge for edge in edges if _agree(edge, chosen)]
            if not same:
                return True
            if any(edge.guard is None for edge in same):
                continue
            from statecheck.single.deciding.idle import is_possible

            if is_possible(node, same):
                return True
        return False

    def lasso(self) -> Lasso | None:
        """A fair way to stay pending for ever; None where there is none."""
        for node in self.nodes:
            if all(self.may_be_idle(node, event) for event in self.fair):
                return self._lasso(node, (), tuple(f"{e} would do nothing" for e in self.fair))
        for component in self._components():
            inside = set(component)
            loop = self._fair_loop(component, inside)
            if loop is not None:
                edges, reasons = loop
                return self._lasso(edges[0].source, edges, reasons)
        return None

    def _lasso(self, node: Node, loop: tuple[Edge, ...], reasons: tuple[str, ...]) -> Lasso | None:
        tail: list[Edge] = []
        first, edge = node, self.came[node]
        while edge is not None:
            tail.append(edge)
            first = edge.source
            edge = self.came[first]
        tail.reverse()
        if self.automaton.variables:
            return Lasso(Route((), (), ()), loop, reasons)
        start = find(
            self.automaton,
            Target(
                lambda n: (
                    self.subject.reader.in_node(self._open, n, self.said.fields)
                    if n is first
                    else []
                ),
                None,
            ),
        )
        assert start is not None
        values = [solved([e.guard], e.locals) or {} for e in tail]
        moves = [move(e, v) for e, v in zip(tail, values, strict=True)]
        route = Route((*start.moves, *moves), (*start.edges, *tail), (*start.choices, *values), ())
        return Lasso(route, loop, reasons)

    def _fair_loop(
        self, component: list[Node], inside: set[Node]
    ) -> tuple[tuple[Edge, ...], tuple[str, ...]] | None:
        """A loop through a strongly connected component that is fair, with the reasons."""
        first = component[0]
        if not any(e.target in inside for n in component for e in self.steps[n]):
            return None
        loop: list[Edge] = []
        reasons: list[str] = []
        here = first
        for event in self.fair:
            idle = next((n for n in component if self.may_be_idle(n, event)), None)
            if idle is not None:
                loop += self._way(here, idle, inside)
                here = idle
                reasons.append(f"{event} would do nothing in {_place(self.subject, idle)}")
                continue
            taken = next(
                (
                    e
                    for n in component
                    for e in self.steps[n]
                    if e.event == event and e.taken and e.target in inside
                ),
                None,
            )
            if taken is None:
                return None
            loop += [*self._way(here, taken.source, inside), taken]
            here = taken.target
            reasons.append(f"{event} is taken")
        loop += self._way(here, first, inside)
        if not loop:
            edge = next(e for e in self.steps[first] if e.target in inside)
            loop = [edge, *self._way(edge.target, first, inside)]
        return tuple(loop), tuple(reasons)

    def _way(self, source: Node, target: Node, inside: set[Node]) -> list[Edge]:
        came: dict[Node, Edge | None] = {source: None}
        queue = [source]
        for node in queue:
            for edge in self.steps[node]:
                if edge.target in inside and edge.target not in came:
                    came[edge.target] = edge
                    queue.append(edge.target)
        way: list[Edge] = []
        step = came[target]
        while step is not None:
            way.append(step)
            step = came[step.source]
        return way[::-1]

    def _components(self) -> list[list[Node]]:
        """Strongly connected components (Tarjan 1972, without recursion)."""
        index: dict[Node, int] = {}
        low: dict[Node, int] = {}
        stack: list[Node] = []
        on_stack: set[Node] = set()
        found: list[list[Node]] = []
        for root in self.nodes:
            if root in index:
                continue
            work = [(root, 0)]
            while work:
                node, place = work.pop()
                if place == 0:
                    index[node] = low[node] = len(index)
                    stack.append(node)
                    on_stack.add(node)
                edges = self.steps[node]
                if place < len(edges):
                    work.append((node, place + 1))
                    other = edges[place].target
                    if other not in index:
                        work.append((other, 0))
                    elif other in on_stack:
                        low[node] = min(low[node], index[other])
                    continue
                for edge in edges:
                    if edge.target in on_stack:
                        low[node] = min(low[node], low[edge.target])
                if low[node] == index[node]:
                    component: list[Node] = []
                    while not component or component[-1] is not node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
        return found


def _agree(edge: Edge, chosen: dict[Any, Any]) -> bool:
    """Tell whether an edge belongs to a choice of inputs."""
    for attribute, value in edge.inputs:
        wanted = chosen[attribute]
        if isinstance(wanted, Any_):
            continue
        if type(value) is not type(wanted) or value != wanted:
            return False
    return True


def _place(subject: Subject, node: Node) -> str:
    return " + ".join(sorted(subject.reader.active(node)))
