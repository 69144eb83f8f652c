"""How uvicorn speaks WebSocket here: bounded, and never ahead of a client who does not read."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PING_SECONDS = 20.0
"""How often a client is asked whether it is there, and within how long it has to answer."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's, which answers every ping at once: here not before earlier answers are taken."""

    def handle_ping(self) -> None:
        """Answer a ping; drop the answer where the client takes nothing (RFC 6455, 5.5.3)."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()
