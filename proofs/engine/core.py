"""Proof cores: the parts of a model that a proof needs, and the lines that they stand on.

A part is left out by letting it be anything: a condition may then turn out either way, an effect
may write any value, an initial value may be any. What is proven all the same does not need the
part; it would hold of every model that differs there. A core is irreducible: with any one part
of it left out as well, the proof fails. There may be other cores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import z3

from model.kernel import STATE
from proofs.engine.ask import ask
from proofs.engine.atoms import spell
from proofs.engine.claims import ANY_READING
from proofs.engine.explore import Origin
from proofs.engine.extract import Command, skeleton, subterms
from proofs.engine.ground import Grounding, solver
from proofs.engine.induction import Clause, Induction, Timeout
from proofs.engine.substitution import Macros
from proofs.engine.verdict import Core, CorePart
from proofs.engine.vocabulary import HISTORY, Key

_CONNECTIVES = (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_NOT, z3.Z3_OP_IMPLIES, z3.Z3_OP_ITE)


@dataclass(frozen=True)
class Obligation:
    """Something that a proof excludes: of a step from the clauses' states, or of such a state."""

    violation: z3.BoolRef
    on_step: bool


@dataclass(frozen=True, eq=False)
class _Part:
    """A part, what stands for its being kept, and the terms that it adds to a model.

    A part of a history belongs to the claims: it is always kept, and not listed.
    """

    name: z3.BoolRef
    part: CorePart
    terms: tuple[z3.ExprRef, ...]
    listed: bool = True


class _Context:
    """The obligations about one action, or about one kind of state, with parts to be left out."""

    def __init__(self, cores: Cores, said: Callable[[z3.BoolRef, Grounding], z3.BoolRef]) -> None:
        self.parts: list[_Part] = []
        self.cores = cores
        self.grounding = cores.induction.grounding(())
        self._said = said
        self._names: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}
        self._solver = solver(cores.induction.seed)
        self._asserted = 0
        for index, clause in enumerate(cores.clauses):
            self.grounding.forall(clause.sort, cores.hypothesis(index, clause))

    def excluded(self, terms: Iterable[z3.BoolRef], assumed: Iterable[z3.BoolRef]) -> bool:
        """Whether these parts and clauses exclude all terms. ``core`` says which of them do."""
        asked = z3.FreshBool("asked")
        names = [self._named(term) for term in terms]
        self._asserted = self.grounding.tell(self._solver, self._asserted)
        self._solver.add(z3.Implies(asked, z3.Or(*names)))
        answer = ask(self._solver, [asked, *assumed], self.cores.induction.deadline)
        if answer == z3.unknown:
            raise Timeout(self._solver.reason_unknown())
        self.core = (
            {term.get_id() for term in self._solver.unsat_core()} if answer == z3.unsat else set()
        )
        return bool(answer == z3.unsat)

    def _named(self, term: z3.BoolRef) -> z3.BoolRef:
        if term.get_id() not in self._names:
            name = z3.FreshBool("violated")
            said = self._said(term, self.grounding)
            self._names[term.get_id()] = term, name
            self._solver.add(z3.Implies(name, said))
        return self._names[term.get_id()][1]


class Cores:
    """Finds the cores of proofs that rest on some clauses."""

    def __init__(self, induction: Induction, clauses: Sequence[Clause]) -> None:
        self.induction, self.clauses = induction, tuple(clauses)
        self.transitions = induction.transitions
        self.used = [z3.FreshBool("clause") for _ in self.clauses]
        self.readings = {clause.reading: z3.FreshBool("reading") for clause in self.clauses}
        self.steps = [self._of_command(command) for command in self.transitions.commands]
        self.start = self._of_start()
        self.state = _Context(self, lambda term, grounding: grounding.ground(term))

    def hypothesis(self, index: int, clause: Clause) -> Callable[[z3.ExprRef], z3.BoolRef]:
        """A clause, where it is used; under its reading, where that is assumed."""

        def instance(entity: z3.ExprRef) -> z3.BoolRef:
            needed = [self.used[index]]
            if clause.reading != ANY_READING:
                needed += self.transitions.fixed(clause.reading)
            return z3.Implies(z3.And(*needed), clause.at(entity))

        return instance

    # -- parts ----------------------------------------------------------------------------------

    def _of_command(self, command: Command) -> _Context:
        transitions = self.transitions
        parts: dict[int, tuple[z3.BoolRef, _Part]] = {}

        def weak(
            term: z3.BoolRef,
            variable: z3.ExprRef | None,
            *,
            listed: bool = True,
            written: Sequence[Origin] = (),
        ) -> z3.BoolRef:
            pairs = []
            for atom in _conditions(term, variable):
                if atom.get_id() not in parts:
                    part = self._condition(command, atom, written, listed=listed)
                    parts[atom.get_id()] = atom, part
                name = parts[atom.get_id()][1].name
                pairs.append((atom, z3.If(name, atom, _anything(atom, variable))))
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
                anything = _anything(decl(update.variable), update.variable)
                listed = key.slot != HISTORY
                written = command.origins.get(key, ())
                exactly = weak(update.value, update.variable, listed=listed, written=written)
                said = z3.If(effect.name, exactly, anything)
                value = z3.substitute(said, (update.variable, bound))
            macros.append((transitions.next_vocabulary.functions[key], value))

        def after(term: z3.BoolRef, grounding: Grounding) -> z3.BoolRef:
            return grounding.expand(transitions.of_action(term, command), Macros(macros))

        context = _Context(self, after)
        context.grounding.add(guard)
        context.parts = [*effects, *(part for _, part in parts.values())]
        return context

    def _of_start(self) -> _Context:
        transitions = self.transitions
        parts, macros = [], []
        for key, update in transitions.initial.items():
            decl = transitions.vocabulary.functions[key]
            text = f"{_short(key)} = {spell(update.value, transitions, _named(update.variable))}"
            part = _Part(
                z3.FreshBool("start"),
                CorePart("start", "", text, ()),
                (update.value,),
                key.slot != HISTORY,
            )
            parts.append(part)
            anything = _anything(decl(update.variable), update.variable)
            value = z3.If(part.name, update.value, anything)
            macros.append(
                (decl, z3.substitute(value, (update.variable, z3.Var(0, decl.domain(0)))))
            )
        context = _Context(
            self, lambda term, grounding: grounding.ground(z3.substitute_funs(term, *macros))
        )
        context.parts = parts
        return context

    def _condition(
        self, command: Command, atom: z3.BoolRef, written: Sequence[Origin], *, listed: bool
    ) -> _Part:
        """A condition, and the lines that ask for it; nobody asks for a truth that is only passed
        on: it stands where it is ``written``, or where what it is made of is asked for.
        """
        names = {term.get_id(): name for name, _, term in command.parameters if not z3.is_int(term)}
        for part in subterms(atom):
            if z3.is_const(part) and str(part).startswith("x:"):
                names[part.get_id()] = part.sort().name().lower()
        asked: Sequence[Origin] = command.asked.get(skeleton(atom), ()) or written
        if not asked:
            inner = (term for term in subterms(atom) if z3.is_bool(term))
            asked = [o for term in inner for o in command.asked.get(_about_any(term), ())]
        text = spell(atom, self.transitions, names)
        part = _part("guard", command.name, text, asked)
        return _Part(z3.FreshBool("condition"), part, (atom,), listed)

    def _effect(self, command: Command, key: Key) -> _Part:
        origins = command.origins.get(key, ())
        part = _part("effect", command.name, _short(key), origins)
        values = _values(command.updates[key].value)
        return _Part(z3.FreshBool("effect"), part, (*values,), key.slot != HISTORY)

    # -- cores ----------------------------------------------------------------------------------

    def core(self, obligations: Sequence[Obligation], under: Sequence[z3.BoolRef]) -> Core:
        """An irreducible core of a proof. Raises Timeout."""
        assumed = z3.FreshBool("reading")
        for context in (*self.steps, self.start, self.state):
            context.grounding.constraints.append(z3.Implies(assumed, z3.And(*under)))
        clauses = self._closure(obligations, assumed)
        for index in sorted(clauses, reverse=True):
            if self._proves(obligations, clauses - {index}, assumed):
                clauses.discard(index)
        needs_reading = bool(under) and not self._proves(obligations, clauses, None)
        fixed = [assumed] if needs_reading else []
        parts: list[_Part] = []
        for context, terms in self._asked(obligations, clauses):
            hypotheses = [*fixed, *(self.used[k] for k in sorted(clauses))]
            if terms and context.parts:
                given = fixed if context is self.start else hypotheses
                parts += self._least(context, terms, given)
        chosen = [self.clauses[k] for k in sorted(clauses)]
        terms = [o.violation for o in obligations] + [c.term for c in chosen]
        return Core(
            tuple(dict.fromkeys(part.part for part in parts)),
            tuple(map(str, chosen)),
            needs_reading,
            tuple(self._untouched([*terms, *(term for part in parts for term in part.terms)])),
        )

    def _untouched(self, terms: Iterable[z3.ExprRef]) -> Iterator[str]:
        """The functions of the machines that terms say nothing about."""
        names = {
            part.decl().name().removesuffix("'")
            for term in terms
            for part in subterms(term)
            if z3.is_app(part)
        }
        for key in self.transitions.keys:
            if str(key) not in names and key.slot != HISTORY:
                yield _short(key)

    def _least(
        self,
        context: _Context,
        terms: Sequence[z3.BoolRef],
        hypotheses: Sequence[z3.BoolRef],
    ) -> list[_Part]:
        given = [*hypotheses, *(part.name for part in context.parts if not part.listed)]
        kept = [part for part in context.parts if part.listed]
        if not context.excluded(terms, [*given, *(part.name for part in kept)]):
            raise AssertionError("a proof does not stand on the whole model")
        kept = [part for part in kept if part.name.get_id() in context.core]
        for part in list(kept):
            if part not in kept:
                continue
            rest = [other for other in kept if other is not part]
            if context.excluded(terms, [*given, *(other.name for other in rest)]):
                kept = [other for other in rest if other.name.get_id() in context.core]
        return kept

    def _asked(
        self, obligations: Sequence[Obligation], clauses: Iterable[int]
    ) -> list[tuple[_Context, list[z3.BoolRef]]]:
        """What has to be excluded of each action, at the start, and of states."""
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
        self, obligations: Sequence[Obligation], clauses: set[int], assumed: z3.BoolRef | None
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

    def _closure(self, obligations: Sequence[Obligation], assumed: z3.BoolRef) -> set[int]:
        """Clauses that prove the obligations and one another, as the solver's cores have it."""
        found: set[int] = set()
        fresh: list[Obligation] = list(obligations)
        everything = [assumed, *self.used]
        while fresh:
            used: set[int] = set()
            for context, terms in self._asked(fresh, ()):
                if terms and context is not self.start:
                    parts = [part.name for part in context.parts]
                    if not context.excluded(terms, [*everything, *parts]):
                        raise AssertionError("a proof does not stand on its own invariant")
                    used |= {k for k, name in enumerate(self.used) if name.get_id() in context.core}
            fresh = [
                Obligation(self.transitions.primed(self.induction.violation(self.clauses[k])), True)
                for k in sorted(used - found)
            ]
            found |= used
        return found


def _about_any(term: z3.ExprRef) -> str:
    """A term below a quantifier as text in which only the kinds of the entities are left."""
    bound = {v.get_id(): v for v in subterms(term) if z3.is_var(v)}.values()
    pairs = [(v, z3.Const(f"any {v.sort().name()}", v.sort())) for v in bound]
    return skeleton(z3.substitute(term, *pairs)) if pairs else skeleton(term)


def _part(kind: str, action: str, text: str, origins: Iterable[Origin]) -> CorePart:
    lines = sorted(origins)
    return CorePart(kind, action, text, tuple((o.file, o.line, o.function) for o in lines))


def _short(key: Key) -> str:
    """A function of the state as a reader knows it: ``mailbox.move`` is a machine's state."""
    name = f"{key.entity.lower()}.{key.slot}.{key.name}".replace(".history.", ".")
    return name.removesuffix(f".{STATE}")


def _named(variable: z3.ExprRef) -> dict[int, str]:
    return {variable.get_id(): variable.sort().name().lower()}


def _anything(term: z3.ExprRef, variable: z3.ExprRef | None) -> z3.ExprRef:
    """Any value of a term's sort; another one for each entity, if it is about one."""
    if variable is None or not any(part.eq(variable) for part in subterms(term)):
        return z3.FreshConst(term.sort(), "any")
    anything = z3.FreshFunction(variable.sort(), term.sort())
    return anything(variable)


def _is_frame(term: z3.BoolRef, variable: z3.ExprRef) -> bool:
    """Whether a condition says which entity is written."""
    return z3.is_eq(term) and any(side.eq(variable) for side in term.children())


def _values(term: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """What an effect may write; a truth that it writes is made of conditions."""
    if z3.is_bool(term):
        return
    if z3.is_app(term) and term.decl().kind() == z3.Z3_OP_ITE:
        yield from _values(term.arg(1))
        yield from _values(term.arg(2))
    else:
        yield term


def _conditions(term: z3.ExprRef, variable: z3.ExprRef | None) -> list[z3.BoolRef]:
    """The conditions that a term branches on: comparisons, state tests, Boolean fields, quantified
    formulas. Which entity is written is none of them.
    """
    found: dict[int, z3.BoolRef] = {}
    stack: list[tuple[z3.ExprRef, bool]] = [(term, z3.is_bool(term))]
    while stack:
        part, is_condition = stack.pop()
        kind = part.decl().kind() if z3.is_app(part) else None
        if kind == z3.Z3_OP_ITE:
            condition, then, other = part.children()
            stack += [(condition, True), (then, is_condition), (other, is_condition)]
        elif kind in _CONNECTIVES and is_condition:
            stack += [(child, True) for child in part.children()]
        elif (
            is_condition
            and kind not in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE)
            and (variable is None or not _is_frame(part, variable))
        ):
            found[part.get_id()] = part
    return list(found.values())
