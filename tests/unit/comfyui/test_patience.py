"""How long a server is believed."""

import pytest

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.patience import Patience
from adapters.comfyui.whereabouts import Nowhere, Origin, Over, Pending, Running
from bot.errors import ServerLost, ServerRefused, ServerStuck
from bot.events import Interrupted

LIMITS = ComfyLimits(absent_s=3, lost_s=30, refused_s=2, stuck_s=15)


def behind(*others: str) -> Pending:
    return Pending(before=others, origin=Origin())


def test_a_server_that_forgot_the_run_is_asked_again_before_it_is_given_up() -> None:
    patience = Patience(LIMITS)
    patience.answered(0, Nowhere())
    patience.answered(2.9, Nowhere())
    patience.answered(3, Over(end=Interrupted()))
    patience.answered(4, Nowhere())
    with pytest.raises(ServerLost):
        patience.answered(7, Nowhere())


def test_a_silent_server_is_given_up_after_a_while_of_silence_only() -> None:
    patience, error = Patience(LIMITS), ServerLost()
    patience.silent(0, error)
    patience.silent(29, error)
    patience.answered(30, Nowhere())
    patience.silent(31, error)
    patience.silent(60, error)
    with pytest.raises(ServerLost):
        patience.silent(61, error)


def test_a_server_that_hangs_up_again_and_again_has_died() -> None:
    patience = Patience(LIMITS)
    patience.silent(0, ServerLost(), hung_up=True)
    patience.silent(1, ServerRefused(), hung_up=True)
    with pytest.raises(ServerRefused):
        patience.silent(2, ServerRefused(), hung_up=True)


def test_a_proxy_that_is_restarted_costs_no_run() -> None:
    patience = Patience(LIMITS)
    for began in (0.0, 10.0, 20.0):
        for look in (0.0, 0.9, 1.8):
            patience.silent(began + look, ServerRefused(), hung_up=True)
        patience.answered(began + 2.1, Over(end=Interrupted()))


def test_two_refusals_far_apart_prove_nothing() -> None:
    patience = Patience(LIMITS)
    patience.silent(0, ServerRefused(), hung_up=True)
    patience.silent(29, ServerRefused(), hung_up=True)


def test_a_server_that_begins_nothing_with_nothing_before_our_run_is_stuck() -> None:
    patience = Patience(LIMITS)
    for now in range(15):
        patience.answered(now, behind())
    with pytest.raises(ServerStuck):
        patience.answered(15, behind())


@pytest.mark.parametrize(
    "sign_of_life", [behind("a stranger"), Running(origin=Origin()), Nowhere()], ids=["a stranger", "ours", "nowhere"]
)
def test_whatever_else_is_seen_the_waiting_begins_anew(sign_of_life: Pending | Running | Nowhere) -> None:
    patience = Patience(LIMITS)
    for now in range(200):
        patience.answered(now, sign_of_life if now % 15 == 14 else behind())


def test_looks_that_are_too_few_prove_nothing() -> None:
    patience = Patience(LIMITS)
    patience.answered(0, behind())
    patience.answered(1000, behind())
    with pytest.raises(ServerStuck):
        patience.answered(1001, behind())


def test_a_server_that_stood_still_is_not_stuck_when_it_goes_on() -> None:
    patience = Patience(LIMITS)
    for now in range(10):
        patience.answered(now, behind())
    patience.silent(20, ServerLost())
    for now in range(21, 36):
        patience.answered(now, behind())


def test_a_run_that_was_given_up_is_no_work() -> None:
    patience = Patience(LIMITS)
    for now in range(14):
        patience.answered(now, behind("given up", "theirs"), {"given up"})
    for now in range(14, 29):
        patience.answered(now, behind("given up"), {"given up"})
    with pytest.raises(ServerStuck):
        patience.answered(29, behind("given up"), {"given up"})
