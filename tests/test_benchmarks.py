"""The benchmarks run, and count states right; no test asserts a time."""

from __future__ import annotations

import re

from click.testing import CliRunner

from benchmarks.__main__ import _actions, main
from model.site import Site


def test_growth_counts_the_states() -> None:
    done = CliRunner().invoke(main, ["growth", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    assert re.findall(r"[\d,]{6,}", done.output) == ["27,648", "135,936"]
    assert "x 4.9" in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines())


def test_every_action_is_measured_against_its_own_sends() -> None:
    actions = _actions()
    assert set(actions) == {action.name for action in Site().info.actions}
    for name, (arrange, fire, send) in actions.items():
        fire(arrange())
        fired = arrange().snapshot()
        site = arrange()
        fire(site)
        fired = site.snapshot()
        send(arrange())
        assert site.snapshot() == fired, name
