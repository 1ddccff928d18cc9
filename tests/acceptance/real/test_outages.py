"""A real ComfyUI is killed, restarted and frozen in the middle of a run."""

from tests.acceptance.real.scene import SHORT, Scene

UNREACHED = "The GPU cannot be reached: nothing listens at its address."


async def test_a_killed_gpu_is_down_its_job_is_painted_elsewhere_and_it_works_again_when_it_is_back(
    scene: Scene,
) -> None:
    first, other = scene.machines
    jobs = await scene.ask(4)
    lost, kept = await scene.busy(first, jobs), await scene.busy(other, jobs)
    await first.kill()

    await scene.until_state(first, "down", reason=UNREACHED)
    await scene.succeed()
    assert [name for name, _ in scene.executions(lost)] == ["gpu1", "gpu2"]
    assert [name for name, _ in scene.executions(kept)] == ["gpu2"]
    assert await scene.states() == ["down", "ready"]

    await first.start()
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()


async def test_a_gpu_that_is_killed_while_it_has_nothing_to_do_costs_nobody_anything(scene: Scene) -> None:
    first, _ = scene.machines
    await first.kill()
    jobs = await scene.ask(3, SHORT)

    await scene.succeed(jobs)
    assert [[name for name, _ in scene.executions(job)] for job in jobs] == [["gpu2"]] * 3
    await scene.until_state(first, "down", reason=UNREACHED)
    await first.start()
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()


async def test_both_gpus_killed_the_jobs_wait_and_are_painted_when_one_is_back(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(3)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    for machine in scene.machines:
        await machine.kill()
    await scene.until_state(first, "down")
    await scene.until_state(other, "down")
    assert [job for job in jobs if scene.page.state(job) in {"succeeded", "failed"}] == []

    await other.start()
    await scene.succeed(jobs)
    assert await scene.states() == ["down", "ready"]
    await first.start()
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()


async def test_a_gpu_that_is_restarted_in_the_middle_of_a_run_works_again_at_once(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(4)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    await first.stop()
    await first.start()

    await scene.until_state(first, "ready")
    await scene.succeed()
    await scene.both_work()
    assert {name for job in jobs for name, life in scene.executions(job) if not life.lost} <= {"gpu1", "gpu2"}
    assert not other.life.lost
    await scene.once()


async def test_a_frozen_gpu_is_down_its_job_is_painted_elsewhere_and_its_run_is_stopped_when_it_thaws(
    scene: Scene,
) -> None:
    first, other = scene.machines
    jobs = await scene.ask(2)
    lost = await scene.busy(first, jobs)
    await scene.busy(other, jobs)
    await first.freeze()
    first.life.lost = True

    await scene.succeed()
    assert [name for name, _ in scene.executions(lost)] == ["gpu1", "gpu2"]
    await scene.until_state(first, "down")
    await first.thaw()
    await first.until_idle()
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()


async def test_a_gpu_that_is_frozen_for_a_moment_goes_on_with_its_run(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(2)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    await first.freeze()
    await other.until_idle()  # Which has painted the other one meanwhile.
    await first.thaw()

    await scene.succeed()
    assert await scene.states() == ["ready", "ready"]
    assert sorted(len(scene.executions(job)) for job in jobs) == [1, 1]
    await scene.both_work()
    await scene.once()
