"""The link to a technician on the way, for one technician and one appointment."""

from functools import partial
from hashlib import sha256

import msgspec

from adapters.sandbox.operations import Asked, Operation
from adapters.sandbox.problems import told
from adapters.sandbox.reading import number
from adapters.sandbox.store import Store


def tracking(store: Store) -> dict[tuple[str, str, str], Operation]:
    """Return the operation that gives the link."""
    return {("GET", "dispatch", "technician-tracking"): partial(_track, store)}


def _track(store: Store, asked: Asked) -> bytes:
    technician = _needed(asked, "technicianId")
    appointment = _needed(asked, "appointmentId")
    assigned = store.related("appointment-assignments", "appointmentId", appointment)
    if not any(row.get("technicianId") == technician and row.get("active") for row in assigned):
        raise told(f"Technician {technician} is not assigned.")
    digest = sha256(f"{technician}/{appointment}".encode()).hexdigest()[:20]
    return msgspec.json.encode({"technicianTrackingUrl": f"https://track.example.com/{digest}"})


def _needed(asked: Asked, name: str) -> int:
    try:
        return number(asked.query[name])
    except (KeyError, ValueError):
        raise told(f"A valid {name} is needed.") from None
