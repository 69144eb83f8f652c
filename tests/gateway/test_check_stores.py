"""`check` asks the ledger and Redis too, and says what to do where one does not answer."""

from pathlib import Path

from gateway.checks.finding import Finding
from gateway.checks.stores import check_stores
from tests.house import settings
from tests.redis_server import URL, a_name

NOBODY = "redis://127.0.0.1:1/0"


async def test_both_answer(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    assert await check_stores(settings(database_url=url)) == [Finding("Ledger")]
    async with a_name("check:"):
        both = await check_stores(settings(database_url=url, redis_url=URL))
        assert both == [Finding("Ledger"), Finding("Redis")]


async def test_neither_answers(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/not/there/ledger.db"
    assert await check_stores(settings(database_url=url, redis_url=NOBODY)) == [
        Finding(
            "Ledger",
            "The ledger's database (PORTAL_DATABASE_URL) fails: OperationalError. "
            "Is it there, and may this user write to it?",
        ),
        Finding("Redis", "Redis (PORTAL_REDIS_URL) does not answer: ConnectionError."),
    ]
