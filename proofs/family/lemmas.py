"""What holds in every reachable state of the family, and the sentences' proofs need.

The engine checks that these are inductive, together with the clauses of the base site's lock file
that hold here, too; a lemma that is not is dropped, and nothing rests on it.
"""

from __future__ import annotations

from model.entities import Attachment
from model.site import Site
from proofs.family.site import FAMILY
from proofs.family.vocabulary import fresh, uses_avapi
from statecheck.claims.catalogue import Catalogue
from statecheck.modeling import assume

LEMMAS = Catalogue(FAMILY)
"""Claims about states, each of one entity."""


@LEMMAS.always("lemma.released_is_fresh", "lemmas")
def released_is_fresh(site: Site, attachment: Attachment) -> bool:
    """Where AVAPI is in use what is released is freshly scanned, if no bypass releases for good."""
    assume(not site.sticky)
    assume(attachment.lifecycle.released.is_active and uses_avapi(attachment.server))
    return fresh(attachment)
