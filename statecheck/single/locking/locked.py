"""The lock of one run: what a file has of each claim, or what is to be written into it."""

from __future__ import annotations

from pathlib import Path

from statecheck.runs.recorded import one_line
from statecheck.single.locking.kept import Kept
from statecheck.single.locking.lock import Lock, load, text


class Locked:
    """A lock file and what becomes of it. To ``anew``, nothing of it is used.

    Raises ModelError for a file that is no lock of a machine.
    """

    def __init__(self, path: Path, *, anew: bool = False) -> None:
        self.path, self.anew = path, anew
        self.lock: Lock | None = None if anew else load(path)
        self.machine, self.digest = "", ""
        self.kept: dict[str, Kept] = {}
        self.notes: list[str] = []
        self.is_whole = False
        """Nothing was left open for want of time."""

    def begin(self, machine: str, digest: str) -> None:
        """Say which machine is decided about; a lock of another one is of no use."""
        self.machine, self.digest = machine, digest
        lock = self.lock
        if lock is None and not self.anew:
            self.notes.append(f"{self.path.name} is not there; --write-lock writes it")
        if lock is None or (lock.machine, lock.digest) == (machine, digest):
            return
        of = f"{machine} as it was" if lock.machine == machine else one_line(lock.machine)
        self.notes.append(
            f"{self.path.name} is the lock of {of}, and nothing of it was used; --write-lock "
            "writes one of this machine"
        )
        self.lock = None

    def of(self, claim: str) -> Kept:
        """Everything that there is of one claim, by its kind and expression."""
        if claim not in self.kept:
            self.kept[claim] = Kept(None if self.lock is None else self.lock.claims.get(claim))
        return self.kept[claim]

    def complaints(self) -> list[str]:
        """Everything that could not be used, a line each."""
        lost = [line for claim, kept in self.kept.items() for line in kept.complaints(claim)]
        return [*self.notes, *(f"{self.path.name}: {line}" for line in lost)]

    @property
    def contents(self) -> str:
        """The numbers of what was found."""
        found = [kept.found for kept in self.kept.values()]
        clauses = sum(len(entry.clauses) for entry in found)
        runs = sum(entry.run is not None for entry in found)
        return f"{clauses} clauses and {runs} runs"

    @property
    def text(self) -> str:
        """The content of the file, of what was found."""
        return text(self.machine, self.digest, {c: k.found for c, k in self.kept.items()})
