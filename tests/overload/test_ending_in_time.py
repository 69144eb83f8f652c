"""A gateway that is told to end gives what is under way the rest of its time."""

import asyncio

import httpx
import pytest

from tests.changes.hearing import PAT
from tests.overload.test_stopped_in_the_middle import JOBS
from tests.subscriptions.talking import street

pytestmark = pytest.mark.processes

SLOW = "/jpm/v2/.*/jobs$"


async def test_sh4_what_is_asked_by_http_is_answered_after_connections_that_last_have_ended() -> (
    None
):
    async with street() as of, of.listen(PAT) as talk:
        headers = {"authorization": f"Bearer {await of.house.token(PAT)}"}
        await of.house.fault(SLOW, latencyMs=800, times=1)
        await of.house.calls()
        async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
            url = f"http://127.0.0.1:{of.port}/graphql"
            asking = asyncio.create_task(client.post(url, json={"query": JOBS}))
            while not await of.house.calls():  # noqa: ASYNC110  # a sandbox tells nobody
                await asyncio.sleep(0.01)
            of.server.should_exit = True
            assert (await talk.closed())[0] == 1001
            assert not asking.done()
            answer = await asking
        assert answer.status_code == 200
        assert "errors" not in answer.json()
