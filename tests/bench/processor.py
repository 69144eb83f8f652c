"""How much processor time another process has taken."""

import os
from pathlib import Path

_USER, _SYSTEM = 11, 12
"""Where utime and stime stand after the name in /proc/PID/stat (proc_pid_stat(5))."""


def cpu_seconds(pid: int) -> float | None:
    """Return the seconds of processor time a process has taken, None where nobody tells."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
