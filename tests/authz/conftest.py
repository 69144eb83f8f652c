"""The world that the matrix is asked of: opened once, and only looked at."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authz.world import World, open_world
from tests.limitless import any_shape

__all__ = ["any_shape", "opened", "world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here guards rights: it is what CI runs first."""
    for item in items:
        if "tests/authz/" in item.path.as_posix():
            item.add_marker(pytest.mark.authz)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A house that nobody changes anything in."""
    async with open_world(tmp_path_factory.mktemp("authz")) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def world(opened: World) -> World:
    """Return the world with no call counted yet, whichever tests ran before this one."""
    await opened.calls()
    return opened
