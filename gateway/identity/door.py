"""From a request's headers to its viewer: nobody, somebody verified, or a refusal."""

from starlette.datastructures import Headers

from gateway.identity.bearer import Bearer
from gateway.identity.errors import InvalidToken
from resolvers.viewer import ANONYMOUS, Viewer


class Door:
    """Looks at the Authorization header alone: nothing else of a request says who is asking."""

    def __init__(self, bearer: Bearer) -> None:
        self._bearer = bearer

    async def identify(self, headers: Headers) -> Viewer:
        """Return ANONYMOUS without credentials, else whose they are.

        Raises InvalidToken (answered 401) and KeysUnavailable (answered 503).
        """
        given = headers.getlist("authorization")
        if not given:
            return ANONYMOUS
        if len(given) > 1:
            raise InvalidToken("more than one Authorization header")
        scheme, _, token = given[0].partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise InvalidToken("not a Bearer credential")
        return await self._bearer.viewer(token.strip())
