"""Estimates accepted and declined."""

from typing import Annotated

import strawberry

from adapters.ledger import acceptance_rows as ledger
from resolvers import acceptance_outcomes as outcomes
from resolvers import accepting, declining
from resolvers.accepted_estimates import estimate_again
from resolvers.deposits import DepositWish
from resolvers.moments import instant_in
from resolvers.signatures import SignatureWish
from resolvers.signed_papers import signed_address
from schema.document_links import document
from schema.edges import field, later, tells
from schema.info import Info, given
from schema.paying import AchAuthorizationInput, PaymentSourceInput, agreed_of, source_of
from schema.payment_words import RecordingState
from schema.payments import Payment
from schema.scalars import URL, Instant, Money
from schema.words import EstimateErrorCode

Kept = strawberry.Parent[ledger.Acceptance]
Estimate = later("Estimate", "schema.estimates")


@strawberry.input(description="A drawing, and the name of who drew it.")
class DrawnSignatureInput:
    """One of the two drawings."""

    name: str = strawberry.field(description="The signer's name, as it is printed below.")
    svg_path: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What an SVG path has as `d`: commands (but arcs) and numbers; 64 KiB at most.",
    )
    png_data_url: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a canvas gives: data:image/png;base64,…; an image of 64 KiB at most.",
    )


@strawberry.input(
    description="A typed name (desktop) or a drawn signature (mobile).",
    one_of=True,
)
class SignatureInput:
    """One of the two."""

    typed_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The signer's name, as they typed it."
    )
    drawn: DrawnSignatureInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the signer drew."
    )


@strawberry.input(description="The deposit that an estimate is accepted by paying.")
class DepositInput:
    """What to pay, and by what."""

    expected_amount: Money = strawberry.field(
        description="Estimate.depositDue as the signer saw it; another is DEPOSIT_CHANGED."
    )
    source: PaymentSourceInput = strawberry.field(description="By what to pay.")
    ach_authorization: AchAuthorizationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Required for bank payments."
    )


@strawberry.input(description="Which estimate is accepted, and how it is signed.")
class AcceptEstimateInput:
    """An acceptance as it is asked for."""

    idempotency_key: str = strawberry.field(
        description=(
            "Chosen by the client, kept with the acceptance: the same key with the same input "
            "returns the first result. 1 to 255 printable ASCII characters."
        )
    )
    estimate_id: strawberry.ID = strawberry.field(description="The estimate's global id.")
    version: str = strawberry.field(
        description="Estimate.version, as it was read; another now is CHANGED_SINCE_VIEWED."
    )
    signature: SignatureInput = strawberry.field(description="How it is signed.")
    deposit: DepositInput | None = strawberry.field(
        default=strawberry.UNSET, description="Required where depositDue is not null."
    )


@strawberry.input(description="Which estimate is declined.")
class DeclineEstimateInput:
    """A decline as it is asked for."""

    estimate_id: strawberry.ID = strawberry.field(description="The estimate's global id.")
    version: str = strawberry.field(
        description="Estimate.version, as it was read; another now is CHANGED_SINCE_VIEWED."
    )
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, for the office; at most 1000 characters.",
    )


@strawberry.type(description="Why an estimate is not accepted, or not declined.")
class EstimateUserError:
    """Shows an expected refusal."""

    code: EstimateErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="A sentence that says what to do.")
    field: list[str] | None = strawberry.field(
        description="The path of the input it is about; null where it is about none."
    )


@strawberry.type(description="That an estimate was accepted here.")
class Acceptance:
    """Shows an acceptance."""

    confirmation: str = strawberry.field(
        name="confirmationNumber", description="What to name when calling the office about it."
    )

    @tells("When it was signed.")
    def accepted_at(kept: Kept, info: Info) -> Instant:
        return Instant(instant_in(info.context.zone, kept.accepted_at))

    @tells("Who signed it.")
    def accepted_by(kept: Kept) -> str:
        return kept.given.signer

    @tells("How far it has come in ServiceTitan.")
    def recording(kept: Kept) -> RecordingState:
        return outcomes.recording_of(kept)

    signed_pdf_url: URL | None = document(
        signed_address, "The estimate as it was shown, with the signature."
    )


Outcome = strawberry.Parent[outcomes.AcceptOutcome]
Declined = strawberry.Parent[declining.DeclineOutcome]


async def _accepted(outcome: Outcome, info: Info) -> object:
    return await estimate_again(info.context, outcome.estimate)


async def _declined(outcome: Declined, info: Info) -> object:
    return await estimate_again(info.context, outcome.estimate)


_AS_IT_IS = "The estimate as it is now; null where it is not in sight."


@strawberry.type(description="What came of accepting an estimate.")
class AcceptEstimatePayload:
    """Shows what came of it."""

    estimate = field(_accepted, Estimate | None, _AS_IT_IS)
    acceptance: Acceptance | None = strawberry.field(
        description=(
            "That it is accepted; null where it is not, or not yet: while its deposit asks for one "
            "more step, or has not settled."
        )
    )
    payment: Payment | None = strawberry.field(
        description=(
            "The deposit's payment; null where none was begun. Where it asks for one more step, "
            "confirmPayment finishes both."
        )
    )
    errors: list[EstimateUserError] = strawberry.field(
        name="userErrors", description="Why it was not accepted."
    )


@strawberry.type(description="What came of declining an estimate.")
class DeclineEstimatePayload:
    """Shows what came of it."""

    estimate = field(_declined, Estimate | None, _AS_IT_IS)
    errors: list[EstimateUserError] = strawberry.field(
        name="userErrors", description="Why it was not declined."
    )


Signing = Annotated[
    AcceptEstimateInput, strawberry.argument(description="Which estimate, and how it is signed.")
]
Refusing = Annotated[DeclineEstimateInput, strawberry.argument(description="Which estimate.")]


def _signature(told: SignatureInput) -> SignatureWish:
    drawn = given(told.drawn)
    if drawn is None:
        return SignatureWish(typed_name=given(told.typed_name))
    return SignatureWish(
        drawn_name=drawn.name,
        svg_path=given(drawn.svg_path),
        png_data_url=given(drawn.png_data_url),
    )


def _deposit(told: DepositInput | None) -> DepositWish | None:
    if told is None:
        return None
    agreed = agreed_of(given(told.ach_authorization))
    return DepositWish(told.expected_amount, source_of(told.source), agreed)


async def _accept(info: Info, input: Signing) -> object:
    wish = accepting.AcceptWish(
        key=input.idempotency_key,
        estimate=input.estimate_id,
        version=input.version,
        signature=_signature(input.signature),
        deposit=_deposit(given(input.deposit)),
    )
    return await accepting.accept_estimate(info.context, wish)


async def _decline(info: Info, input: Refusing) -> object:
    wish = declining.DeclineWish(input.estimate_id, input.version, given(input.reason))
    return await declining.decline_estimate(info.context, wish)


@strawberry.type
class AcceptingMutation:
    """What customers decide on estimates."""

    accept_estimate = field(
        _accept,
        AcceptEstimatePayload,
        "Signs and accepts an estimate, and pays its deposit where one is due. Ask again with the "
        "same key where no answer came: it is accepted once.",
    )
    decline_estimate = field(
        _decline,
        DeclineEstimatePayload,
        "Declines an estimate. Off unless the tenant offers it.",
    )
