"""A signed estimate as a document: made from the copy that was kept, never from today's (R43)."""

import msgspec

from adapters.documents import wording
from adapters.documents.drawings import image_picture, path_picture
from adapters.documents.papers import EstimatePaper, Picture, SignedEstimatePaper
from adapters.ledger.acceptance_rows import Acceptance
from adapters.ledger.acceptance_states import SignatureKind
from resolvers.acceptance_outcomes import stands
from resolvers.accepting import is_in_reach
from resolvers.context import Context
from resolvers.drawn_images import is_image
from resolvers.drawn_paths import drawn_path
from resolvers.errors import NotFound
from resolvers.moments import instant_in
from resolvers.signed_addresses import Target, TargetKind


def signed_address(acceptance: Acceptance, context: Context) -> str | None:
    """Where is this estimate with its signature?"""
    target = Target(TargetKind.SIGNED_ESTIMATE, acceptance.id)
    return context.doors.documents.to(target, context.viewer, context.now)


async def signed_paper(context: Context, key: int) -> SignedEstimatePaper:
    """Return what was signed by the acceptance of this id, for whoever has the estimate in reach.

    Raises NotFound (R14), and LedgerUnavailable.
    """
    reach = context.reach
    acceptance = await context.doors.till.acceptances.get(key)
    if acceptance is None or not stands(acceptance.state) or not is_in_reach(reach, acceptance):
        raise NotFound
    given = acceptance.given
    shown = msgspec.json.decode(given.shown, type=EstimatePaper)
    return SignedEstimatePaper(
        **msgspec.structs.asdict(shown),
        signer=given.signer,
        signed=wording.moment(instant_in(context.zone, acceptance.accepted_at)),
        confirmation=acceptance.confirmation,
        version=given.version,
        picture=_picture(acceptance),
    )


def _picture(acceptance: Acceptance) -> Picture | None:
    """Return the drawn signature; None where a name was typed."""
    given = acceptance.given
    if given.signature_kind is SignatureKind.TYPED:
        return None
    if is_image(given.signature):
        return image_picture(given.signature)
    drawn = drawn_path(given.signature.decode())
    return path_picture(drawn.told, drawn.box)
