"""Enumerations of payments, as the graph words them."""

from adapters.payments.processor import ActionKind
from resolvers.payment_errors import PaymentErrorCode
from resolvers.payment_progress import PaymentState, RecordingState
from schema.wording import word

word(
    PaymentState,
    "How far a payment has come.",
    REQUIRES_ACTION="One more step is asked of the payer: see nextAction.",
    PROCESSING="Taken in, not yet settled (bank transfers), or being asked after.",
    SUCCEEDED="Paid.",
    FAILED="Not paid: see failure.",
    CANCELED="Given up, or left waiting for too long.",
    RETURNED="Settled and sent back by the bank.",
    REFUNDED="Sent back to the payer.",
)
word(
    RecordingState,
    "How far a payment has come in ServiceTitan's books.",
    NOT_DUE="There is nothing to record, or nothing yet.",
    PENDING="It is being recorded.",
    RECORDED="It stands there.",
    HANDED_OFF="It was given to the office to enter.",
)
word(
    ActionKind,
    "What is asked of a payer before a payment goes on.",
    named="PaymentNextActionKind",
    AUTHENTICATE="To prove that the card is theirs (3-D Secure), in the processor's form.",
    REDIRECT="To go to another page, which leads back.",
    VERIFY_BANK_ACCOUNT="To prove that the bank account is theirs.",
)
word(
    PaymentErrorCode,
    "Why a payment is refused.",
    AMOUNT_TOO_SMALL="Less than may be paid at once.",
    AMOUNT_TOO_LARGE="More than is left to pay, or more than may be paid at once.",
    PARTIAL_NOT_ALLOWED="A part of the whole, where only the whole can be paid.",
    BALANCE_CHANGED="What is left to pay is not what the payer saw: currentBalance is.",
    ALREADY_PAID="Nothing is left to pay.",
    PAYMENT_IN_PROGRESS="A payment of this invoice is under way, or what was left is processed.",
    DECLINED="The bank, or the card's issuer, said no.",
    INSUFFICIENT_FUNDS="The account does not hold as much: pay a part, or by something else.",
    ACH_AUTHORIZATION_REQUIRED="A bank payment needs the payer's authorization, in today's words.",
    METHOD_NOT_ACCEPTED="This cannot be paid by that.",
    MIXED_BILL_TO="The invoices are not billed to one customer.",
    IDEMPOTENCY_CONFLICT="The key was used for another payment.",
    NOT_FOUND="There is no such record.",
    NOT_AVAILABLE="It cannot be done here, or not now.",
)

__all__ = ["ActionKind", "PaymentErrorCode", "PaymentState", "RecordingState"]
