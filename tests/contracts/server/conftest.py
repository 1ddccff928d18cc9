"""Every promise is tried on every kind of server that is at hand."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.conftest import comfyui_urls
from tests.contracts.server.scenes import Scene, plain_scene, real_scene, simulated_scene

_SCENES = {"plain platform": plain_scene, "simulator": simulated_scene}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "scene" in metafunc.fixturenames:
        metafunc.parametrize("scene", [*_SCENES, *comfyui_urls(metafunc.config)], indirect=True)


@pytest.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    make = _SCENES.get(request.param) or (lambda: real_scene(request.param))
    async with make() as scene:
        yield scene
