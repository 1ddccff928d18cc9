"""Runs on a real ComfyUI are stopped: by whoever asked for them, and by somebody else; and strangers use it, too."""

from tests.acceptance.real.scene import SHORT, Scene, runs_of
from tests.contracts.comfyui.graphs import MANY


async def test_a_running_job_is_cancelled_and_its_gpu_goes_on_with_the_next(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(3)
    stopped, kept = await scene.busy(first, jobs), await scene.busy(other, jobs)
    assert await scene.page.cancel(stopped)

    await scene.page.until(lambda: scene.page.state(stopped) == "cancelled")
    await scene.succeed(job for job in jobs if job != stopped)
    assert [name for name, _ in scene.executions(kept)] == ["gpu2"]
    assert await scene.states() == ["ready", "ready"]
    await scene.both_work()
    assert len(scene.executions(stopped)) == 1
    await scene.once()


async def test_a_waiting_job_is_cancelled_and_no_gpu_ever_hears_of_it(scene: Scene) -> None:
    jobs = await scene.ask(2)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    [waiting] = await scene.ask(1)
    assert await scene.page.cancel(waiting)

    await scene.page.until(lambda: scene.page.state(waiting) == "cancelled")
    await scene.succeed(jobs)
    submitted = {run for machine in scene.machines for run in machine.life.numbers.values()}
    assert not submitted & runs_of(waiting)
    await scene.once()


async def test_a_run_that_somebody_else_interrupts_is_painted_again_and_costs_the_gpu_nothing(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(3)
    stopped = await scene.busy(first, jobs)
    await scene.busy(other, jobs)
    await first.probe.post("/interrupt", {})

    await scene.succeed(jobs)
    assert await scene.states() == ["ready", "ready"]
    await scene.both_work()
    assert len(scene.executions(stopped)) == 2, "the one that was stopped, and the one that painted it"
    await scene.once(stopped)


async def test_jobs_avoid_a_gpu_that_a_stranger_uses_and_leave_the_strangers_run_alone(scene: Scene) -> None:
    first, _ = scene.machines
    theirs = await first.used_by_a_stranger(120)
    await scene.until_state(first, "ready", others=1)  # Whoever asks in the very second may still get that one.
    jobs = await scene.ask(3, SHORT)

    await scene.succeed(jobs)
    assert theirs in first.running
    assert [[name for name, _ in scene.executions(job)] for job in jobs] == [["gpu2"]] * 3
    assert (await first.probe.history(theirs))["status"]["status_str"] == "success"
    await scene.both_work()
    await scene.once()


async def test_jobs_wait_a_minute_for_strangers_on_every_gpu_and_then_in_line_behind_one(scene: Scene) -> None:
    theirs = [await machine.used_by_a_stranger(MANY) for machine in scene.machines]
    for machine in scene.machines:
        await scene.until_state(machine, "ready", others=1)
    [job] = await scene.ask(1)
    first, other = scene.machines
    await first.until(lambda: (first.waiting | other.waiting) & runs_of(job))
    assert [machine.running for machine in scene.machines] == [{run} for run in theirs]

    for machine in scene.machines:
        await machine.probe.post("/interrupt", {})
    await scene.succeed([job])
    await scene.both_work()
    await scene.once()
