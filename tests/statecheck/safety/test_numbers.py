"""Claims that ask how many entities there are such that, and sums over any number of entities."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck import Catalogue, Verdict
from statecheck.certificate.certificates import why_left_out
from statecheck.explicit.small_instances import SmallInstances
from statecheck.prover.agreement import check_agreement
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.inferring.numbers import with_numbers
from statecheck.symbolic.transition_system import read_system
from tests.statecheck.reference.modules import written

POOL = '''\
from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Gate(Machine):
    open = State(initial=True)
    taken: int = 0
    take = open.to.itself(on="more", cond="has_room")
    give = open.to.itself(on="less")
    clear = open.to.itself(on="none")

    def has_room(self) -> bool:
        return self.taken < 3

    def more(self) -> None:
        self.taken += 1

    def less(self) -> None:
        self.taken -= 1

    def none(self) -> None:
        self.taken = 0


class Job(Machine):
    idle = State(initial=True)
    running = State()
    start = idle.to(running)
    stop = running.to(idle)
    drop = running.to(idle) | idle.to.itself()
    join = idle.to(running) | running.to.itself()


class Pool(Entity):
    gate: Gate


class Worker(Entity):
    job: Job
    pool: Pool


class Pools(System):
    pools: Many[Pool]
    workers: Many[Worker]

    @action
    def start(self, worker: Worker) -> None:
        worker.pool.gate.take()
        worker.job.start()

    @action
    def stop(self, worker: Worker) -> None:
        worker.job.stop()
        worker.pool.gate.give()

    @action
    def swap(self, one: Worker, other: Worker) -> None:
        if one.pool == other.pool and one != other:
            one.job.stop()
            other.job.start()


CATALOGUE = Catalogue(Pools)


@CATALOGUE.always("few", "Numbers")
def few(pools: Pools, pool: Pool) -> bool:
    """At most three of a pool run."""
    return len([w for w in pools.workers if w.pool == pool and w.job.running.is_active]) <= 3


@CATALOGUE.always("twice", "Numbers")
def twice(pools: Pools, pool: Pool) -> bool:
    """Who runs counts two."""
    return sum(2 for w in pools.workers if w.pool == pool and w.job.running.is_active) <= (
        2 * pool.gate.taken
    )


@CATALOGUE.always("more", "Numbers")
def more(pools: Pools, pool: Pool) -> bool:
    """Of a pool there are no more than of all."""
    there = sum(w.job.running.is_active for w in pools.workers)
    return len([w for w in pools.workers if w.pool == pool and w.job.running.is_active]) <= there


@CATALOGUE.always("less", "Numbers")
def less(pools: Pools, pool: Pool) -> bool:
    """Of all there are no more than of a pool."""
    there = sum(w.job.running.is_active for w in pools.workers)
    return len([w for w in pools.workers if w.pool == pool and w.job.running.is_active]) >= there


@CATALOGUE.always("ready", "Numbers")
def ready(pools: Pools) -> bool:
    """As many gates are taken as jobs run; but where there is no worker, nobody could say so."""
    return sum(w.job.running.is_active for w in pools.workers) == sum(
        p.gate.taken for p in pools.pools
    )
'''

CRASH = """\
    @action
    def crash(self, pool: Pool) -> None:
        pool.gate.clear()
        for worker in self.workers:
            if worker.pool == pool:
                worker.job.drop()


CATALOGUE ="""

ALL = """
        for other in self.workers:
            if other.pool == worker.pool:
                other.job.start()
"""

FIRST = "idle = State(initial=True)\n    running = State()"

FEW, TWICE, OF_ALL = {"number1"}, {"number2"}, {"number3", "number4"}
EVERY = FEW | TWICE | OF_ALL

CHANGES = {
    "none": ("", "", {}),
    "all of one pool go": ("CATALOGUE =", CRASH, dict.fromkeys(OF_ALL, "crash may change")),
    "all of the other pools go": (
        "CATALOGUE =",
        CRASH.replace("worker.pool ==", "worker.pool !="),
        dict.fromkeys(EVERY, "crash may change"),
    ),
    "all of one pool go and others come": (
        "CATALOGUE =",
        CRASH.replace("drop()\n", "drop()\n            else:\n                worker.job.join()\n"),
        dict.fromkeys(EVERY, "crash may change"),
    ),
    "any number comes": (
        "        worker.job.start()\n",
        ALL[1:],
        dict.fromkeys(EVERY, "start may change"),
    ),
    "some are there at first": (
        FIRST,
        "running = State(initial=True)\n    idle = State()",
        dict.fromkeys(EVERY, "some Worker may count from the beginning"),
    ),
}
"""Changes of the text, each with the reasons why numbers are not kept then."""


def changed(folder: Path, old: str, new: str) -> Catalogue:
    assert old in POOL
    text = POOL.replace(old, new, 1) if old else POOL
    catalogue: Catalogue = written(folder / "counting_pools.py", text).CATALOGUE
    return catalogue


@pytest.mark.parametrize("name", CHANGES)
def test_a_number_is_kept_where_it_is_known_who_comes_and_goes(name: str, tmp_path: Path) -> None:
    old, new, reasons = CHANGES[name]
    catalogue = changed(tmp_path, old, new)
    transitions, _ = read_system(catalogue.system, (), isolate=False)
    asked = with_numbers(transitions, catalogue.claims)
    refused = {key.name: why for key, why in transitions.world.numbers.refused.items()}
    assert refused.keys() == reasons.keys()
    assert all(said in refused[number] for number, said in reasons.items())
    assert {key.name for key in asked.words} >= EVERY - reasons.keys()


SWAP = """\
            one.job.stop()
            other.job.start()
"""

STOPS = """\
            one.job.stop()
            other.job.drop()
            one.pool.gate.give()
            other.pool.gate.give()
"""

RUN = "other.job.running.is_active"


@pytest.mark.parametrize(
    ("old", "new", "verdicts"),
    [
        ("", "", {"few": "PROVED", "ready": "UNDETERMINED"}),
        (f"one != other:\n{SWAP}", f"{RUN}:\n{STOPS}", {"twice": "REFUTED"}),
        (f"one != other:\n{SWAP}", f"one != other and {RUN}:\n{STOPS}", {"twice": "PROVED"}),
        ("", "", {"more": "PROVED", "less": "REFUTED"}),
    ],
)
def test_what_steps_make_of_a_number_decides(
    old: str, new: str, verdicts: dict[str, str], tmp_path: Path
) -> None:
    catalogue = changed(tmp_path, old, new)
    claims = [claim for claim in catalogue.claims if claim.id in verdicts]
    results = [*Prover(ProofContext(catalogue.system, claims, [], depth=4)).prove(claims)]
    assert {result.claim.id: str(result.verdict) for result in results} == verdicts
    for result in results:
        if result.verdict is Verdict.PROVED:
            assert why_left_out(result) == "it asks for a number of entities, or rests on one"
        elif result.verdict is Verdict.UNDETERMINED:
            assert "about no entity" in result.detail


def test_a_lock_keeps_what_fields_say_of_numbers(tmp_path: Path) -> None:
    """Permits fall as workers come, which no claim says."""
    permits = POOL.replace("taken: int = 0", "taken: int = 3").replace("taken < 3", "taken > 0")
    permits = permits.replace("taken += 1", "taken = self.taken - 1")
    catalogue = written(tmp_path / "permits.py", permits.replace("-= 1", "+= 1")).CATALOGUE
    claims = [claim for claim in catalogue.claims if claim.id == "few"]
    fresh = ProofContext(catalogue.system, claims, [])
    assert [result.verdict for result in Prover(fresh).prove(claims)] == [Verdict.PROVED]
    lock = tmp_path / "permits.lock"
    lock.write_text(fresh.locked_text({}), encoding="utf-8")
    kept = ProofContext(catalogue.system, claims, [], lock_file=lock)
    assert {*map(str, kept.invariant())} == {*map(str, fresh.invariant())}
    assert kept.is_locked
    assert not kept.notes


@pytest.mark.campaign
@pytest.mark.parametrize("name", CHANGES)
def test_numbers_are_those_of_the_plain_classes(name: str, tmp_path: Path) -> None:
    catalogue = changed(tmp_path, *CHANGES[name][:2])
    claims = list(catalogue.claims)
    context = ProofContext(catalogue.system, claims, [], depth=4)
    assert check_agreement(context.transitions, context.readable(claims))
    instances = SmallInstances(context.transitions, (), {}, lambda: None)
    for result in Prover(context).prove(claims):
        if result.verdict is Verdict.PROVED:
            assert instances.run(result.claim, 1_000) is None
