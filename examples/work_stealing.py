"""Work stealing: a worker without tasks takes one that another has yet to begin."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything


class Hands(Machine):
    free = State(initial=True)
    busy = State()
    take = free.to(busy)
    drop = busy.to(free)


class Life(Machine):
    queued = State(initial=True)
    running = State()
    done = State(final=True)
    worker: Worker = anything()
    runs: int = 0
    begin = queued.to(running, on="count")
    finish = running.to(done)
    move = queued.to.itself(on="assign")

    def count(self) -> None:
        self.runs = self.runs + 1

    def assign(self, to: Worker) -> None:
        self.worker = to


class Worker(Entity):
    hands: Hands


class Task(Entity):
    life: Life


class Pool(System):
    workers: Many[Worker]
    tasks: Many[Task]

    @action
    def begin(self, task: Task) -> None:
        task.life.worker.hands.take()
        task.life.begin()

    @action
    def finish(self, task: Task) -> None:
        task.life.finish()
        task.life.worker.hands.drop()

    @action
    def steal(self, thief: Worker, task: Task) -> None:
        if thief.hands.free.is_active and not any(
            own.life.queued.is_active and own.life.worker == thief for own in self.tasks
        ):
            task.life.move(to=thief)


CATALOGUE = Catalogue(Pool)


@CATALOGUE.always("pool.once", "Safety")
def once(pool: Pool, task: Task) -> bool:
    """A task that is done has run once."""
    return not task.life.done.is_active or task.life.runs == 1


@CATALOGUE.always("pool.one_at_a_time", "Safety")
def one_at_a_time(pool: Pool, one: Task, other: Task) -> bool:
    """A worker runs one task at a time."""
    if one == other or one.life.worker != other.life.worker:
        return True
    return not (one.life.running.is_active and other.life.running.is_active)


@CATALOGUE.always("pool.busy_with_something", "Safety")
def busy_with_something(pool: Pool, worker: Worker) -> bool:
    """A worker that is busy runs some task."""
    return not worker.hands.busy.is_active or any(
        task.life.running.is_active and task.life.worker == worker for task in pool.tasks
    )


@CATALOGUE.possible("pool.stolen", "Possible")
def stolen(pool: Pool, one: Worker, other: Worker) -> bool:
    """Two workers may be busy at once."""
    return one != other and one.hands.busy.is_active and other.hands.busy.is_active
