"""The service in front of two real ComfyUI is killed, and an operator takes one of them out of the pool."""

from tests.acceptance.real.scene import Scene


async def test_a_killed_services_runs_are_adopted_and_nothing_is_painted_twice(scene: Scene) -> None:
    jobs = await scene.ask(4)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    await scene.service.kill()

    await scene.service.start()
    await scene.succeed()
    assert [len(scene.executions(job)) for job in jobs] == [1] * 4
    await scene.both_work()
    await scene.once()


async def test_runs_that_end_while_there_is_no_service_are_found_by_the_next_one(scene: Scene) -> None:
    jobs = await scene.ask(2)
    for machine in scene.machines:
        await scene.busy(machine, jobs)
    await scene.service.kill()
    for machine in scene.machines:
        await machine.until_idle()

    await scene.service.start()
    await scene.succeed()
    assert [len(scene.executions(job)) for job in jobs] == [1] * 2
    await scene.once()


async def test_a_gpu_that_dies_while_there_is_no_service_costs_its_job_nothing_but_time(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(2)
    lost = await scene.busy(first, jobs)
    await scene.busy(other, jobs)
    await scene.service.kill()
    await first.kill()

    await scene.service.start()
    await scene.succeed()
    assert [name for name, _ in scene.executions(lost)] == ["gpu1", "gpu2"]
    await scene.until_state(first, "down")
    await first.start()
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()


async def test_a_drained_gpu_finishes_what_it_has_takes_nothing_new_and_works_again_when_resumed(scene: Scene) -> None:
    first, other = scene.machines
    jobs = await scene.ask(2)
    kept = await scene.busy(first, jobs)
    await scene.busy(other, jobs)
    await scene.service.run("servers", "drain", first.name)
    await scene.until_state(first, "draining", reason="One job still runs here.")
    later = await scene.ask(2)

    await scene.succeed()
    await scene.until_state(first, "draining", reason="Nothing runs here any more.")
    assert [name for name, _ in scene.executions(kept)] == ["gpu1"]
    assert [[name for name, _ in scene.executions(job)] for job in later] == [["gpu2"]] * 2
    await scene.service.run("servers", "resume", first.name)
    await scene.until_state(first, "ready")
    await scene.both_work()
    await scene.once()
