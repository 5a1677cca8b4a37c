"""Proof cores: the parts of a model that a proof needs, and the lines that they stand on.

A part is left out by letting it be anything: a condition may then turn out either way, an effect
may write any value, an initial value may be any. What is proven all the same does not need the
part; it would hold of every model that differs there. A core is irreducible: with any one part
of it left out as well, the proof fails. There may be other cores; which one is found hangs on the
order of the clauses and parts alone, so every process finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import z3

from statecheck.claims.results import Core, CorePart
from statecheck.modeling import NO_VARIANT
from statecheck.modeling.mention import Expression
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.model_parts import (
    ModelPart,
    anything,
    conditions,
    entity_name,
    lines,
    short_name,
    skeleton_below,
    written_values,
)
from statecheck.smt.grounding import Grounding
from statecheck.smt.roles import is_subject
from statecheck.smt.solving import ground_solver, is_satisfiable
from statecheck.smt.substitution import Macros
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.extraction import skeleton
from statecheck.symbolic.paths import Origin
from statecheck.symbolic.spelling import expression, members, mention
from statecheck.symbolic.vocabulary import HISTORY, Key


@dataclass(frozen=True)
class ProofTask:
    """Something that a proof excludes: of a step from the clauses' states, or of such a state."""

    violation: z3.BoolRef
    on_step: bool


class _Context:
    """The obligations about one action, or about one kind of state, with parts to be left out."""

    def __init__(
        self, cores: Cores, translate: Callable[[z3.BoolRef, Grounding], z3.BoolRef]
    ) -> None:
        self.parts: list[ModelPart] = []
        self.cores = cores
        self.grounding = cores.induction.grounding(())
        self._translate = translate
        self._names: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}
        self._solver = ground_solver(cores.induction.seed)
        self._asserted = 0
        for index, clause in enumerate(cores.clauses):
            self.grounding.forall(clause.sort, cores.hypothesis(index, clause))

    def excluded(self, terms: Iterable[z3.BoolRef], assumed: Iterable[z3.BoolRef]) -> bool:
        """Tell whether parts and clauses exclude all terms. ``core`` says which of them do."""
        asked = z3.FreshBool("asked")
        names = [self._literal(term) for term in terms]
        self._asserted = self.grounding.assert_into(self._solver, self._asserted)
        self._solver.add(z3.Implies(asked, z3.Or(*names)))
        time_left = self.cores.induction.time_left
        if is_satisfiable(self._solver, [asked, *assumed], time_left):
            self.core = set()
            return False
        self.core = {term.get_id() for term in self._solver.unsat_core()}
        return True

    def least(
        self, terms: Sequence[z3.BoolRef], given: Sequence[z3.BoolRef], names: Sequence[z3.BoolRef]
    ) -> set[int]:
        """The ids of what is left of the names once each that is not needed was left out, in their
        order. The solver's cores only save questions: which they are hangs on more than the terms.
        """
        if not self.excluded(terms, [*given, *names]):
            raise AssertionError("a proof does not stand on all that it was made of")
        kept, known = list(names), self.core
        for name in names:
            rest = [other for other in kept if other is not name]
            if name.get_id() in known:
                if not self.excluded(terms, [*given, *rest]):
                    continue
                known = self.core
            kept = rest
        return {name.get_id() for name in kept}

    def _literal(self, term: z3.BoolRef) -> z3.BoolRef:
        if term.get_id() not in self._names:
            name = z3.FreshBool("violated")
            formula = self._translate(term, self.grounding)
            self._names[term.get_id()] = term, name
            self._solver.add(z3.Implies(name, formula))
        return self._names[term.get_id()][1]


class Cores:
    """Finds the cores of proofs that rest on some clauses."""

    def __init__(self, induction: Induction, clauses: Sequence[Clause]) -> None:
        self.induction, self.clauses = induction, tuple(clauses)
        self.transitions = induction.transitions
        self.used = [z3.FreshBool("clause") for _ in self.clauses]
        self.variants = {clause.variant: z3.FreshBool("reading") for clause in self.clauses}
        self.steps = [self._of_command(command) for command in self.transitions.commands]
        self.start = self._of_start()
        self.state = _Context(self, lambda term, grounding: grounding.ground(term))

    def hypothesis(self, index: int, clause: Clause) -> Callable[[z3.ExprRef], z3.BoolRef]:
        """A clause, where it is used; under its variant, where that is assumed."""

        def instance(entity: z3.ExprRef) -> z3.BoolRef:
            needed = [self.used[index]]
            if clause.variant != NO_VARIANT:
                needed += self.transitions.fixed_constants(clause.variant)
            return z3.Implies(z3.And(*needed), clause.at(entity))

        return instance

    # -- parts ----------------------------------------------------------------------------------

    def _of_command(self, command: Command) -> _Context:
        transitions = self.transitions
        parts: dict[int, tuple[z3.BoolRef, ModelPart]] = {}

        def weak(
            term: z3.BoolRef,
            variable: z3.ExprRef | None,
            *,
            listed: bool = True,
            written: Sequence[Origin] = (),
        ) -> z3.BoolRef:
            pairs = []
            for atom in conditions(term, variable):
                if atom.get_id() not in parts:
                    part = self._condition(command, atom, written, listed=listed)
                    parts[atom.get_id()] = atom, part
                name = parts[atom.get_id()][1].name
                pairs.append((atom, z3.If(name, atom, anything(atom, variable))))
            weakened: z3.BoolRef = z3.substitute(term, *pairs) if pairs else term
            return weakened

        guard = weak(command.guard, None)
        effects, macros = [], []
        functions = transitions.vocabulary.functions
        for key in sorted(functions, key=lambda key: key.slot == HISTORY):
            decl = functions[key]
            bound = z3.Var(0, decl.domain(0))
            value: z3.ExprRef = decl(bound)
            if key in command.updates:
                update = command.updates[key]
                effect = self._effect(command, key)
                effects.append(effect)
                free = anything(decl(update.variable), update.variable)
                listed = key.slot != HISTORY
                written = command.origins.get(key, ())
                exactly = weak(update.value, update.variable, listed=listed, written=written)
                either = z3.If(effect.name, exactly, free)
                value = z3.substitute(either, (update.variable, bound))
            macros.append((transitions.next_vocabulary.functions[key], value))

        def after(term: z3.BoolRef, grounding: Grounding) -> z3.BoolRef:
            return grounding.expand(transitions.specialise(term, command), Macros(macros))

        context = _Context(self, after)
        context.grounding.add(guard)
        context.parts = [*effects, *(part for _, part in parts.values())]
        return context

    def _of_start(self) -> _Context:
        transitions = self.transitions
        parts, macros = [], []
        for key, update in transitions.initial.items():
            decl = transitions.vocabulary.functions[key]
            value = expression(update.value, transitions, entity_name(update.variable))
            start = replace(value, text=f"{short_name(key)} = {value}")
            part = ModelPart(
                z3.FreshBool("start"),
                CorePart("start", "", start, mention(key, members(update.value)), ()),
                (update.value,),
                key.slot != HISTORY,
            )
            parts.append(part)
            free = anything(decl(update.variable), update.variable)
            initial = z3.If(part.name, update.value, free)
            macros.append(
                (decl, z3.substitute(initial, (update.variable, z3.Var(0, decl.domain(0)))))
            )
        context = _Context(
            self, lambda term, grounding: grounding.ground(z3.substitute_funs(term, *macros))
        )
        context.parts = parts
        return context

    def _condition(
        self, command: Command, atom: z3.BoolRef, written: Sequence[Origin], *, listed: bool
    ) -> ModelPart:
        """A condition, and the lines that ask for it; nobody asks for a truth that is only passed
        on: it stands where it is ``written``, or where what it is made of is asked for.
        """
        names = {term.get_id(): name for name, _, term in command.parameters if not z3.is_int(term)}
        for part in subterms(atom):
            if is_subject(part):
                names[part.get_id()] = part.sort().name().lower()
        asked: Sequence[Origin] = command.asked.get(skeleton(atom), ()) or written
        if not asked:
            inner = (term for term in subterms(atom) if z3.is_bool(term))
            asked = [o for term in inner for o in command.asked.get(skeleton_below(term), ())]
        condition = expression(atom, self.transitions, names)
        part = CorePart("guard", command.name, condition, None, lines(asked))
        return ModelPart(z3.FreshBool("condition"), part, (atom,), listed)

    def _effect(self, command: Command, key: Key) -> ModelPart:
        origins = command.origins.get(key, ())
        written = Expression(short_name(key))
        part = CorePart("effect", command.name, written, mention(key), lines(origins))
        values = written_values(command.updates[key].value)
        return ModelPart(z3.FreshBool("effect"), part, (*values,), key.slot != HISTORY)

    # -- cores ----------------------------------------------------------------------------------

    def core(self, obligations: Sequence[ProofTask], under: Sequence[z3.BoolRef]) -> Core:
        """An irreducible core of a proof. Raises Timeout."""
        assumed = z3.FreshBool("reading")
        for context in (*self.steps, self.start, self.state):
            context.grounding.constraints.append(z3.Implies(assumed, z3.And(*under)))
        clauses = self._closure(obligations, assumed)
        count = len(clauses) + 1
        while len(clauses) < count:  # one that another needed may be needed no more
            count = len(clauses)
            for index in sorted(clauses, reverse=True):
                if self._proves(obligations, clauses - {index}, assumed):
                    clauses.discard(index)
        needs_variant = bool(under) and not self._proves(obligations, clauses, None)
        fixed = [assumed] if needs_variant else []
        parts: list[ModelPart] = []
        for context, terms in self._asked(obligations, clauses):
            hypotheses = [*fixed, *(self.used[k] for k in sorted(clauses))]
            if terms and context.parts:
                given = fixed if context is self.start else hypotheses
                parts += self._least(context, terms, given)
        chosen = [self.clauses[k] for k in sorted(clauses)]
        terms = [o.violation for o in obligations] + [c.term for c in chosen]
        return Core(
            tuple(dict.fromkeys(part.part for part in parts)),
            tuple(map(self._expression, chosen)),
            needs_variant,
            tuple(self._untouched([*terms, *(term for part in parts for term in part.terms)])),
        )

    def _expression(self, clause: Clause) -> Expression:
        spelled = expression(clause.term, self.transitions, entity_name(clause.variable))
        return replace(spelled, text=str(clause))

    def _untouched(self, terms: Iterable[z3.ExprRef]) -> Iterator[str]:
        """The functions of the machines that terms say nothing about."""
        mentioned = self.transitions.relevance.mentioned(terms)
        for key in self.transitions.keys:
            if key not in mentioned and key.slot != HISTORY:
                yield short_name(key)

    def _least(
        self,
        context: _Context,
        terms: Sequence[z3.BoolRef],
        hypotheses: Sequence[z3.BoolRef],
    ) -> list[ModelPart]:
        given = [*hypotheses, *(part.name for part in context.parts if not part.listed)]
        listed = [part for part in context.parts if part.listed]
        needed = context.least(terms, given, [part.name for part in listed])
        return [part for part in listed if part.name.get_id() in needed]

    def _asked(
        self, obligations: Sequence[ProofTask], clauses: Iterable[int]
    ) -> list[tuple[_Context, list[z3.BoolRef]]]:
        """The terms that are to be excluded of each action, at the start, and of states."""
        broken = [self.induction.violation(self.clauses[k]) for k in sorted(clauses)]
        primed = [self.transitions.primed(term) for term in broken]
        steps = [o.violation for o in obligations if o.on_step] + primed
        states = [o.violation for o in obligations if not o.on_step]
        return [
            *((context, steps) for context in self.steps),
            (self.start, broken),
            (self.state, states),
        ]

    def _proves(
        self, obligations: Sequence[ProofTask], clauses: set[int], assumed: z3.BoolRef | None
    ) -> bool:
        fixed = [] if assumed is None else [assumed]
        hypotheses = [*fixed, *(self.used[k] for k in sorted(clauses))]
        return all(
            context.excluded(
                terms,
                [
                    *(fixed if context is self.start else hypotheses),
                    *(part.name for part in context.parts),
                ],
            )
            for context, terms in self._asked(obligations, clauses)
            if terms
        )

    def _closure(self, obligations: Sequence[ProofTask], assumed: z3.BoolRef) -> set[int]:
        """Clauses that prove the obligations and one another."""
        needed: set[int] = set()
        fresh: list[ProofTask] = list(obligations)
        while fresh:
            used: set[int] = set()
            for context, terms in self._asked(fresh, ()):
                if terms and context is not self.start:
                    given = [assumed, *(part.name for part in context.parts)]
                    least = context.least(terms, given, self.used[::-1])
                    used |= {k for k, name in enumerate(self.used) if name.get_id() in least}
            fresh = [
                ProofTask(self.transitions.primed(self.induction.violation(self.clauses[k])), True)
                for k in sorted(used - needed)
            ]
            needed |= used
        return needed
