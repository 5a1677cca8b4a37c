"""The scope of a certificate, and its limits; every manifest says the same."""

from __future__ import annotations

SCHEMA_VERSION = 5
"""It rises when a reader of the former format could be misled."""

MANIFEST = "manifest.json"
DEFINITIONS = "definitions.smt2"
"""The file with the sections that obligations share, and with each claim."""

EVIDENCE = ("phases ", "trap ", "extreme ")
"""The beginnings of the names of sections that define nothing: they are evidence of claims."""

COVERS = (
    "the invariant: it holds initially, and every action keeps each of its clauses",
    "each claim that is PROVED: for any number of entities and any numbers",
    "the axioms: no action changes what they are about, and an initial state satisfies them",
    "each claim about the end of a run that is PROVED: every premise of the chain rule",
    "each derived region, at most: every number outside is excluded, every number inside has a run",
    "each shown run and each lasso: the commands allow it, state by state",
    "each lasso: it meets the premise, avoids the goal from there on, and is fair as assumed",
    "each finite run of a REACHED or REFUTED claim: it ends so",
    "each of these runs that is a shortest one: no shorter one ends so, at any size",
    "each claim that is REFUTED as out of reach: no state, or no step, is so",
    "each recoverable claim that is REFUTED: a run leads into a trap, which no action leads out of",
    "the grounding: obligations have quantifiers; the prover's own queries have none",
)
DOES_NOT_COVER = (
    "that the definitions are what the model's Python says; replay and search test that",
    "that the chain rule is sound, and that cvc5 and this program are right",
    "that the axioms are true of the world: what is proved is proved of systems that obey them",
    "that a lasso, a run into a trap, or a derived number's run is a shortest one",
    "that a claim's antecedent is ever reached, and that an answer is UNDETERMINED",
    "that a kind has finitely many entities, one of which is greatest where an obligation says so",
    "systems in which some kind has no entity at all: a sort of SMT-LIB has at least one member",
    "which values of a constant give which answer, or refute a claim, beyond the shown runs",
    "tables that are put together from derived answers",
)
