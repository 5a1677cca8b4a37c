"""The site's extraction agrees with the site."""

from __future__ import annotations

import pytest

from model.site import Site
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from statecheck.prover.agreement import check_agreement
from statecheck.symbolic.transition_system import TransitionSystem

# -- the site -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_site_and_its_claims_agree(seed: int) -> None:
    steps = check_agreement(TransitionSystem(Site, HISTORIES), (*CLAIMS, *QUESTIONS), seed=seed)
    assert steps > 150
