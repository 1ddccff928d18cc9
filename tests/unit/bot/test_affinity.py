"""Models stay where they are loaded, within the slack; a longer line loads a second copy. Claims about the model."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.unit.bot.fair_scene import Scene, policy

GPUS = ("gpu1", "gpu2")
JOB_S = 10


def played(scene: Scene, rounds: int, warm: dict[str, str]) -> list[dict[str, str]]:
    """Let all GPUs work side by side, each keeping the model of its last job; return the models of each round."""
    history = []
    for _ in range(rounds):
        taken = {gpu: scene.fair.claim(gpu, (warm[gpu],)) for gpu in GPUS}
        running = {gpu: order for gpu, order in taken.items() if order}
        warm.update({gpu: order.model for gpu, order in running.items()})
        for order in running.values():
            scene.fair.settle(order.job, order.estimate_ms)
        history.append({gpu: order.model for gpu, order in running.items()})
    return history


def loads(history: list[dict[str, str]], gpu: str, first: str) -> int:
    models = [first, *(each[gpu] for each in history if gpu in each)]
    return sum(one != other for one, other in pairwise(models))


def test_two_models_with_lines_alike_stay_where_they_are():
    scene = Scene(policy(slack_s=30))
    scene.ask("ann", 60, needs="a", seconds=JOB_S)
    scene.ask("ben", 60, needs="b", seconds=JOB_S)

    history = played(scene, 50, {"gpu1": "a", "gpu2": "b"})

    assert history == [{"gpu1": "a", "gpu2": "b"}] * 50


@pytest.mark.parametrize(("slack_s", "jobs"), [(10, 2), (30, 4), (60, 7)])
def test_a_second_copy_is_loaded_when_its_line_grows_after_the_slack_and_no_later(slack_s, jobs):
    scene = Scene(policy(slack_s=slack_s))
    scene.ask("ben", 100, needs="b", seconds=JOB_S)
    for number in range(12):
        scene.ask(f"ann-{number}", 20, needs="a", seconds=JOB_S)

    history = played(scene, 20, {"gpu1": "a", "gpu2": "b"})

    # Ben's jobs go first while he is at most the slack ahead of those who want the other model: then theirs do.
    assert [each["gpu2"] for each in history].index("a") == jobs
    assert {each["gpu1"] for each in history[: jobs + 1]} == {"a"}, "the first copy stays where it is"


def test_the_second_copy_does_the_work_that_its_line_is_due_and_is_not_loaded_anew_for_every_job():
    scene = Scene(policy(slack_s=60))
    members = [scene.ask(f"ann-{number}", 100, needs="a", seconds=JOB_S) for number in range(5)]
    members += [scene.ask("ben", 100, needs="b", seconds=JOB_S)]

    history = played(scene, 90, {"gpu1": "a", "gpu2": "b"})

    done = Counter(model for each in history for model in each.values())
    assert abs(done["b"] - 180 / 6) <= 7, "a sixth of both GPUs is Ben's, give or take the slack"
    assert loads(history, "gpu1", "a") == 0
    assert loads(history, "gpu2", "b") <= 12, "first come, first served would load for nearly every one of Ben's jobs"


def test_a_gpu_that_nobody_needs_for_its_model_loads_another_at_once():
    scene = Scene(policy(slack_s=600))
    scene.ask("ann", 10, needs="a", seconds=JOB_S)

    assert played(scene, 1, {"gpu1": "a", "gpu2": "b"}) == [{"gpu1": "a", "gpu2": "a"}]


def test_whoever_waits_for_a_model_that_is_loaded_nowhere_waits_for_no_more_than_the_slack():
    scene = Scene(policy(slack_s=30))
    for number in range(4):
        scene.ask(f"ann-{number}", 50, needs="a", seconds=JOB_S)
    played(scene, 10, {"gpu1": "a", "gpu2": "a"})
    scene.ask("ben", needs="b", seconds=JOB_S)

    history = played(scene, 20, {"gpu1": "a", "gpu2": "a"})

    came = next(at for at, each in enumerate(history) if "b" in each.values())
    # Each of the four may be the slack ahead of him and one job: so much is worked off by two GPUs.
    assert came <= 4 * (30 + JOB_S) / JOB_S / len(GPUS)
