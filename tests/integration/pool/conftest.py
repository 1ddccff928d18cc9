"""Patience for servers next door."""

import pytest


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.runs.AMBIGUITY_S", 0.5)
    monkeypatch.setattr("bot.pool.ROSTER_S", 0.05)
    monkeypatch.setattr("bot.session.LOOK_S", 0.2)
    monkeypatch.setattr("bot.session._SETTLE_S", 2.0)
    monkeypatch.setattr("bot.health.FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("bot.health.LONGEST_PAUSE_S", 0.2)
    monkeypatch.setattr("bot.health.FIRST_BACKOFF_S", 0.5)
