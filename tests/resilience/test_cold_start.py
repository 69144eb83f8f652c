"""UP-25: a gateway that starts while nobody is there says so, and serves once they are."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway import workers
from gateway.app import create_app
from gateway.choices import Choices
from gateway.identity import keys
from tests.house import NOON, SANDBOX, TODAY, House, Moment, demo_policy, settings
from tests.resilience.weather import Trouble, Weather

EVERYBODY = re.compile("")
FAILURES = 20


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.ERRORS])
async def test_up25_everything_is_down_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    monkeypatch.setattr(workers, "RETRY_SECONDS", (0.05,))
    monkeypatch.setattr(keys, "BETWEEN_SECONDS", 0.05)
    options = SandboxOptions(public_url=SANDBOX, today=TODAY, homes=2, rate_per_second=100_000)
    onward = httpx.ASGITransport(create_sandbox(options))
    weather = Weather(onward, trouble, EVERYBODY)
    database = f"sqlite+aiosqlite:///{tmp_path / 'away'}/ledger.db"
    choices, moment = Choices(demo_policy()), Moment(NOON)
    app = create_app(settings(database_url=database), choices, transport=weather, now=moment)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=onward, base_url=SANDBOX) as control,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as door,
    ):
        house = House(door, control, [], choices, moment, (TODAY, 2), app=app)
        while weather.spoilt < FAILURES:
            assert (await door.get("/health/live")).status_code == httpx.codes.OK
            ready = await door.get("/health/ready")
            assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert set(ready.json()["waiting"]) == {"directory", "identity", "ledger"}
            await asyncio.sleep(0.02)
        weather.trouble = None
        (tmp_path / "away").mkdir()
        await house.is_ready()
        told = await house.viewer("pat@example.com", "tasks { totalDue }")
        assert told == {"tasks": {"totalDue": "1045.69"}}
