"""The messages of `graphql-transport-ws`, each of the shape it must have."""

from typing import Annotated, Final

import msgspec

from gateway.http.exchange import Answer, GraphQLRequest
from gateway.http.refusals import Refused, bad_request
from gateway.http.requests import from_members
from gateway.http.strict_json import parsed

PROTOCOL: Final = "graphql-transport-ws"

BAD_REQUEST: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NO_PROTOCOL: Final = 4406
INIT_TIMEOUT: Final = 4408
SUBSCRIBER_EXISTS: Final = 4409
TOO_MANY_INITS: Final = 4429
TRY_LATER: Final = 1013
BROKEN: Final = 1011
TOO_SLOW: Final = 1008

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Payload = dict[str, object]


class Init(msgspec.Struct, frozen=True, tag_field="type", tag="connection_init"):
    """The client says who it is."""

    payload: _Payload | None = None


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    """The client asks whether somebody is there."""

    payload: _Payload | None = None


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """The client is there."""

    payload: _Payload | None = None


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe"):
    """The client begins an operation, of any kind, under an id of its own."""

    id: _Id
    payload: _Payload

    def request(self) -> GraphQLRequest:
        """Return what is asked; raises Refused (400)."""
        return from_members(self.payload)


class Complete(msgspec.Struct, frozen=True, tag_field="type", tag="complete"):
    """Either side ends an operation."""

    id: _Id


Message = Init | Ping | Pong | Subscribe | Complete


class _Failure(msgspec.Struct, frozen=True):
    errors: msgspec.Raw


_FAILURE = msgspec.json.Decoder(_Failure)


def read_message(text: str) -> Message:
    """Return the message; raise Refused (400) for whatever the protocol does not know."""
    told = parsed(text.encode())
    try:
        message: Message = msgspec.convert(told, Message)
    except msgspec.ValidationError:
        raise bad_request("This is no message of graphql-transport-ws.") from None
    return message


def ack() -> str:
    """Say that the client may begin."""
    return '{"type":"connection_ack"}'


def pong() -> str:
    """Say that somebody is there."""
    return '{"type":"pong"}'


def complete(of: str) -> str:
    """Say that the operation is over."""
    return _told({"type": "complete", "id": of})


def following(of: str, answer: Answer) -> str:
    """Pass on an answer; one that failed ends its operation."""
    if answer.failed:
        return _told({"type": "error", "id": of, "payload": _FAILURE.decode(answer.body).errors})
    return _told({"type": "next", "id": of, "payload": msgspec.Raw(answer.body)})


def refusal(of: str, refused: Refused) -> str:
    """Say why an operation does not run."""
    return following(of, msgspec.structs.replace(refused.answer(), failed=True))


def reason(sentence: str) -> str:
    """Cut a reason to what a close frame can carry: 123 bytes."""
    return sentence.encode()[:123].decode(errors="ignore")


def _told(message: dict[str, object]) -> str:
    return msgspec.json.encode(message).decode()
