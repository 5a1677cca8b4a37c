"""Shortest runs at any size: bounded search from the initial states, for any number of entities.

One unrolling serves every target. A target is met at the first depth that admits it, and every
lesser depth was unsatisfiable, whatever the number of entities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import z3

from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.solving import true_in


def shortest(
    unrolling: Unrolling,
    targets: Iterable[Target],
    limit: int,
    known: Mapping[Target, int] | None = None,
    most: int | None = None,
) -> Iterator[tuple[Target, z3.BoolRef, z3.ModelRef | None]]:
    """Extend the unrolling up to ``limit`` steps; yield each target at the first depth that meets
    it, the literal for it there, and a model.

    Of a target whose ``known`` run has so many steps it is only asked whether fewer do; if not, it
    comes without a model. An unrolling of more than ``most`` constraints, if given, is not extended
    any more. When a target is yielded, the unrolling stands at its depth.
    Raises Timeout.
    """
    left, known = list(targets), known or {}
    while True:
        for target in [t for t in left if known.get(t, limit + 1) <= unrolling.depth]:
            left.remove(target)
            yield target, z3.BoolVal(True), None
        open_ = [target for target in left if unrolling.depth or not target.on_step]
        literals = {target: unrolling.literal_for(target) for target in open_}
        while open_:
            model = unrolling.check(z3.Or(*(literals[target] for target in open_)))
            if model is None:
                break
            met = [target for target in open_ if true_in(model, literals[target])]
            for target in met:
                yield target, literals[target], model
            open_ = [target for target in open_ if target not in met]
            left = [target for target in left if target not in met]
        if not left or unrolling.depth >= limit:
            return
        if most is not None and len(unrolling.constraints) > most:
            return
        unrolling.extend(left)
