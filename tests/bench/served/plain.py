"""Plain Strawberry, served over the sandbox's rows."""

import asyncio

from gateway.logs import configure_logging
from tests.bench.obeying import hear
from tests.bench.served.listening import serve
from tests.bench.served.stock import stock_app
from tests.bench.served.stock_rows import read_rows
from tests.bench.wishes import ServeStock


def main() -> None:
    """Serve it."""
    wish = hear(ServeStock)
    if wish is None:
        return
    configure_logging("warning")
    rows = asyncio.run(read_rows(wish.sandbox_url))
    serve(stock_app(rows, remembers_documents=wish.remembers_documents))


if __name__ == "__main__":
    main()
