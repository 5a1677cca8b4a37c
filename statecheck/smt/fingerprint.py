"""Fingerprints of terms, which do not depend on what else a process did."""

from __future__ import annotations

import hashlib
import re

import z3

_COMMUTATIVE = (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_EQ, z3.Z3_OP_IFF, z3.Z3_OP_ADD)

_NUMBERED = re.compile(r"~\d+\.")


def fingerprint(term: z3.ExprRef, known: dict[int, str]) -> str:
    """A digest of a term that the order of conjuncts and the like does not change.

    Z3 orders them by when they were first seen, which depends on what else the process did; and
    so does the number that the sort of an enumeration has where others had its name before.
    ``known`` remembers the digests of subterms.
    """
    key = term.get_id()
    if key not in known:
        if z3.is_quantifier(term):
            word = "exists" if term.is_exists() else "forall"
            parts = [word, term.var_sort(0).name(), fingerprint(term.body(), known)]
        elif z3.is_var(term):
            parts = ["bound", str(z3.get_var_index(term))]
        else:
            inner = [fingerprint(child, known) for child in term.children()]
            if term.decl().kind() in _COMMUTATIVE:
                inner.sort()
            parts = [str(term) if not inner else term.decl().name(), *inner]
            if term.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR:
                parts = [_NUMBERED.sub(".", parts[0]), *inner]
        known[key] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return known[key]
