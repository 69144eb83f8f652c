"""What an error tells of the schema: to staff everything, to others no name they did not write.

GraphQL's own messages name the types, the arguments and the members that were left out: who has a
list of words and patience learns a schema from them (GD-16, GD-17).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from graphql import GraphQLError, GraphQLFormattedError

from gateway.http.errors import present
from gateway.http.exchange import GraphQLRequest
from resolvers.viewer import Viewer

Present = Callable[[GraphQLError], GraphQLFormattedError]
"""Tells an error as an answer carries it."""

UNSAID: Final = "…"

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_QUOTED: Final = re.compile(r"'[^'\s]+'")
# Of all suggestions this one alone is not left out by `hide_suggestions`: of braces behind a field.
_SUGGESTED: Final = re.compile(r" Did you mean '\w+ \{ \.\.\. \}'\?$")
_KNOWN_TO_ALL: Final = frozenset(
    {"Boolean", "Float", "ID", "Int", "String", "Query", "Mutation", "Subscription"}
)


@dataclass(frozen=True)
class Asked:
    """What somebody wrote: a document, and the values of its variables."""

    text: str
    variables: Mapping[str, object] | None = None

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name in it."""
        given = json.dumps(self.variables or {}, ensure_ascii=False)
        return _KNOWN_TO_ALL.union(_NAME.findall(self.text), _NAME.findall(given))

    def unsaid(self, message: str) -> str:
        """Return a message of GraphQL's with each quoted name left out that was not written."""
        if message.startswith("Syntax Error"):
            return message  # it tells of the text alone, and may cut a name in two
        told = _SUGGESTED.sub("", message)
        return _QUOTED.sub(lambda quoted: _NAME.sub(self._shown, quoted[0]), told)

    def _shown(self, name: re.Match[str]) -> str:
        return name[0] if name[0] in self.names else UNSAID


def presenting(asked: GraphQLRequest, viewer: Viewer) -> Present:
    """Return how errors are told to this viewer, who asked this."""
    if viewer.staff is not None:
        return present
    return partial(present, unsaid=Asked(asked.query, asked.variables).unsaid)
