"""A gateway as `serve` has it, over the run's sandbox, with rows that stay fresh."""

from pydantic import SecretStr

from gateway.app import create_app
from gateway.choices import Choices
from gateway.logs import configure_logging
from gateway.setting_kinds import Switch
from gateway.settings import Settings
from resolvers.policy import Cache, Feeds, Limits, Policy
from tests.bench.obeying import hear
from tests.bench.rows import settings_over
from tests.bench.served.listening import serve
from tests.bench.wishes import ServeGateway
from tests.limitless import UNBOUNDED


def main() -> None:
    """Serve one; each request writes its line in the log, as in production."""
    wish = hear(ServeGateway)
    if wish is None:
        return
    configure_logging("info")
    cache, feeds = Cache(fresh_seconds=wish.fresh_seconds), Feeds(every_seconds=3600.0)
    limits = Limits() if wish.bounded else UNBOUNDED
    policy = Policy(cache=cache, feeds=feeds, limits=limits)
    app = create_app(_settings(wish), Choices(policy), tells_cost=wish.tells_cost)
    serve(app, wish.port)


def _settings(wish: ServeGateway) -> Settings:
    shared = {"redis_url": wish.redis_url, "database_url": wish.database_url}
    told = {name: SecretStr(url) for name, url in shared.items() if url is not None}
    chosen = told | {
        "compiled": Switch.ON if wish.compiled else Switch.OFF,
        "keep_answers": Switch.ON if wish.keeps_answers else Switch.OFF,
        "secret_key": SecretStr("of every gateway of a run" * 2),
    }
    return settings_over(wish.sandbox_url).model_copy(update=chosen)


if __name__ == "__main__":
    main()
