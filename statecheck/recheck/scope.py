"""The scope of a certificate, and its limits; every manifest says the same."""

from __future__ import annotations

SCHEMA_VERSION = 2
"""It rises when a reader of the former format could be misled."""

MANIFEST = "manifest.json"
DEFINITIONS = "definitions.smt2"
"""The file with the sections that obligations share, and with each claim."""

COVERS = (
    "the invariant: it holds initially, and every action keeps each of its clauses",
    "each claim that is PROVED: for any number of entities and any numbers",
    "each claim about the end of a run that is PROVED: every premise of the chain rule",
    "each derived region, at most: every number outside is excluded, every number inside has a run",
    "each shown run and each lasso: the commands allow it, state by state",
    "each finite run of a REACHED or REFUTED claim: it ends so, and no shorter one, at any size",
    "the grounding: obligations have quantifiers; the prover's own queries have none",
)
DOES_NOT_COVER = (
    "that the commands are what the model's Python does; replay and exhaustive search test that",
    "that the steps of no-run-of-... are all steps; they are written as the search has them",
    "that the chain rule is sound, and that its premises speak of the same phases",
    "that a lasso is fair, or a shortest one, and that a derived number's run is a shortest one",
    "that a claim's antecedent is ever reached, and that an answer is UNDETERMINED",
    "systems in which some kind has no entity at all: a sort of SMT-LIB has at least one member",
    "which values of a constant give which answer, or refute a claim, beyond the shown runs",
    "tables that are put together from derived answers",
)
