"""Plans that name an entity which the claim does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck import Verdict
from statecheck.certificate.certificates import why_left_out
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.modules import written

KEYS = '''\
from statemachine import State

from statecheck import ActionDisabled, Catalogue, Entity, Machine, Many, System, action


class Use(Machine):
    out = State(initial=True)
    busy = State()
    get = out.to(busy)
    give = busy.to(out)


class Client(Entity):
    use: Use


class Key(System):
    clients: Many[Client]

    @action
    def get(self, client: Client) -> None:
        if any(other.use.busy.is_active for other in self.clients):
            raise ActionDisabled
        client.use.get()

    @action
    def give(self, client: Client) -> None:
        client.use.give()


CATALOGUE = Catalogue(Key)


@CATALOGUE.always("key.one", "Key")
def one(key: Key) -> bool:
    """One is busy at most."""
    return sum(client.use.busy.is_active for client in key.clients) <= 1


@CATALOGUE.recoverable("key.get", "Key")
def get(key: Key, client: Client) -> bool:
    """Everybody can get busy."""
    return client.use.busy.is_active
'''

KEEPS = ("        client.use.give()\n", "        if 1 > 0:\n            raise ActionDisabled\n")
GUARDED = (
    "class Key(System):",
    "class Guard(Entity):\n    use: Use\n\n\nclass Key(System):\n    guards: Many[Guard]",
)
BY_GUARD = ("give(self, client: Client)", "give(self, client: Client, guard: Guard)")

PROVED, REFUTED, UNDETERMINED = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [([], PROVED), ([KEEPS], REFUTED), ([GUARDED], PROVED), ([GUARDED, BY_GUARD], UNDETERMINED)],
)
def test_somebody_helps(changes: list[tuple[str, str]], verdict: Verdict, tmp_path: Path) -> None:
    """Where it takes a guard, there need not be one."""
    text = KEYS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    catalogue = written(tmp_path / "keys.py", text).CATALOGUE
    claims = list(catalogue.claims)
    proofs = Prover(ProofContext(catalogue.system, claims, []))
    found = {result.claim.id: result for result in proofs.prove(claims)}["key.get"]
    assert found.verdict is verdict
    if verdict is PROVED:
        assert "give(some client), then get(client)" in found.detail
        assert found.detail.endswith("rests on key.one")
        assert why_left_out(found)
