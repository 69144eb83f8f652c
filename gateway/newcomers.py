"""A port that lets nobody new in, and loses nobody who is in already."""

import ctypes
import socket
import struct
import sys
from typing import Final

import structlog

SETTLING_SECONDS: Final = 0.2
"""How long whoever has just come in takes to be accepted, and to have said what they want."""

_SO_ATTACH_FILTER: Final = 26  # asm-generic/socket.h; Python has no name for it

# Classic BPF, as socket(7) has it. The kernel hands it a packet from its TCP header on: byte 13 has
# the flags. One that opens a connection (SYN without ACK) is dropped; its sender tries again in a
# second, and finds a port that is closed, which is safe to try elsewhere.
_HOLDS_NEWCOMERS_OFF: Final = (
    (0x30, 0, 0, 13),  # load the byte
    (0x54, 0, 0, 0x12),  # of it, SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # then drop it
    (0x06, 0, 0, 0xFFFF_FFFF),  # else take it whole
)

_log = structlog.get_logger("gateway")


def hold_newcomers_off(listener: socket.socket) -> None:
    """Have this port answer no new connection, for every process that shares it.

    A port that is closed resets whoever was let in by the machine and not accepted by us yet, and
    such a client may have sent what nobody may send twice. So first nobody is let in any more; a
    moment later nobody waits, and the port can be closed. Where the system has no such thing, the
    moment is not without danger, and nothing else is.
    """
    if sys.platform != "linux":
        return
    steps = b"".join(struct.pack("HBBI", *step) for step in _HOLDS_NEWCOMERS_OFF)
    held = ctypes.create_string_buffer(steps, len(steps))
    program = struct.pack("HP", len(_HOLDS_NEWCOMERS_OFF), ctypes.addressof(held))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    except OSError as error:
        _log.warning("newcomers not held off", problem=type(error).__name__)
