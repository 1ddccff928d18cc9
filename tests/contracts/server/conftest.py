"""Every promise is tried on every kind of server that is at hand."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.server.scenes import Scene, plain_scene, real_scene, simulated_scene

_SCENES = {"plain platform": plain_scene, "simulator": simulated_scene}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scene" in metafunc.fixturenames:
        real = ["--comfyui"] if metafunc.config.getoption("--comfyui") else []
        metafunc.parametrize("scene", [*_SCENES, *real], indirect=True)


@pytest.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    make = _SCENES.get(request.param) or (lambda: real_scene(request.config.getoption("--comfyui")))
    async with make() as scene:
        yield scene
