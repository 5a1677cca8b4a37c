"""The lanes of a run: which machines have one, and how far apart they are."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.style import BODY, SMALL
from statecheck.drawing.pictures.playback import Lane, Moment, Played

ROOM = 620.0
"""How much room lanes have; those of machines that take no part are shown as far as it goes."""

AIR = 9.0
"""Free space beside a state and an event."""


def by_lane(moment: Moment, lanes: Sequence[Lane]) -> list[tuple[Lane, str]]:
    """Who takes part in a step and the events that they get, from the left to the right."""
    events: dict[Lane, dict[str, None]] = {}
    for part in moment.parts:
        events.setdefault(part.lane, {})[part.event] = None
    return [(lane, " ".join(events[lane])) for lane in lanes if lane in events]


class Lanes:
    """The lanes of a run from ``left`` on; ``looked_at`` and ``witnesses`` as in a story."""

    def __init__(
        self,
        played: Played,
        looked_at: Mapping[str, tuple[tuple[str, str], ...]],
        witnesses: frozenset[str],
        left: float,
    ) -> None:
        self.played, self.looked_at, self.left = played, looked_at, left
        self.witnesses = witnesses
        self.first = dict(zip(played.lanes, played.states, strict=True))
        self.shown = self._chosen()
        self.middles, self.right = self._places(self.shown)

    def _chosen(self) -> list[Lane]:
        """The machines that take part, and of the others as many as there is room for: first those
        of entities that an action names and looks at, or that the claim is about, then those that
        some action looks at.
        """
        busy = [lane for m in self.played.moments for lane in {part.lane: None for part in m.parts}]

        def nearness(lane: Lane) -> int:
            looked = [
                moment
                for moment in self.played.moments
                if (lane.kind, lane.slot) in self.looked_at.get(moment.action, ())
            ]
            named = any(lane.entity in moment.arguments for moment in looked)
            if named or lane.entity in self.witnesses:
                return 0
            near = lane.entity in {other.entity for other in busy}
            home = lane.entity in dict(self.played.data).values()
            return 1 if looked and (near or home) else 2 if looked else 3

        chosen = set(busy)
        rest = (lane for lane in self.played.lanes if lane not in chosen)
        for lane in sorted(rest, key=nearness):
            wider = [other for other in self.played.lanes if other in chosen | {lane}]
            if self._places(wider)[1] - self.left > ROOM:
                break
            chosen.add(lane)
        return [lane for lane in self.played.lanes if lane in chosen]

    def box_width(self, lane: Lane) -> float:
        """Wide enough for every state that the lane shows."""
        names = [self.first[lane]]
        names += [p.after for m in self.played.moments for p in m.parts if p.lane == lane]
        return max(84.0, *(text.width(name, BODY, bold=True) + 22 for name in names))

    def _places(self, lanes: Sequence[Lane]) -> tuple[dict[Lane, float], float]:
        """The middle of each lane and the end of the last: as far apart as the events need."""
        half = {lane: self.box_width(lane) / 2 for lane in lanes}
        after = {a: half[a] + half[b] + 2 * AIR for a, b in itertools.pairwise(lanes)}
        end = half[lanes[-1]] + AIR
        for moment in self.played.moments:
            parts = by_lane(moment, lanes)
            for number, (lane, event) in enumerate(parts):
                words = text.width(event, SMALL, bold=True) + 2 * AIR
                if number:
                    before = lanes[lanes.index(lane) - 1]
                    other = half[before] if before == parts[number - 1][0] else 0
                    after[before] = max(after[before], half[lane] + words + other)
                elif lane in after:
                    next_ = lanes[lanes.index(lane) + 1]
                    together = len(parts) > 1 and parts[1][0] == next_
                    other = half[next_] if together else 0
                    after[lane] = max(after[lane], half[lane] + words + other)
                else:
                    end = max(end, half[lane] + words)
        xs: dict[Lane, float] = {}
        x = self.left + half[lanes[0]] + AIR
        for lane in lanes:
            xs[lane] = x
            x += after.get(lane, end)
        return xs, x
