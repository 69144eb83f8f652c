"""The gate before every place but the graph, which has its own: what has to be read tells more."""

from typing import Final

from gateway.http.lanes import Lane

LANES: Final = {
    "/webhooks/*": Lane.EVENTS,
    "/documents/*": Lane.PEOPLE,
    "/calendar/*": Lane.PEOPLE,
    "/links/exchange": Lane.PEOPLE,
}
"""In which lane requests to a place begin, by its route.

Whatever is not here costs next to nothing, or is asked by staff alone and rarely.
"""
