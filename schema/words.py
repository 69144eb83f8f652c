"""The rules' own enumerations, as the graph words them."""

from adapters.ledger.access_levels import AccessChoice
from adapters.payments.kinds import MethodKind
from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.installed_equipment import EquipmentStatus
from resolvers.access import GrantSource
from resolvers.agreements import AgreementStatus
from resolvers.appointments import VisitStatus
from resolvers.estimate_errors import EstimateErrorCode
from resolvers.estimates import EstimateStatus
from resolvers.explained_kinds import RecordKind
from resolvers.invoices import InvoiceStatus
from resolvers.levels import AccessLevel
from resolvers.memberships import MembershipStatus
from resolvers.opportunities import ProposalStatus
from resolvers.policy import BookingKind, Screen
from resolvers.tabs import JobTab
from resolvers.user_errors import UserErrorCode
from resolvers.visits import VisitState
from resolvers.warranties import WarrantyState
from schema.wording import word

word(
    CustomerType,
    "Whether a customer is a household or a business.",
    RESIDENTIAL="A household.",
    COMMERCIAL="A business.",
    UNKNOWN="The office's record does not say.",
)
word(
    AccessLevel,
    "How much of a customer's or a location's records the viewer may see.",
    BILLING="Everything: what was done, and what it cost.",
    NON_BILLING="Jobs, appointments, equipment and what was done, but nothing of what it cost.",
    NONE="Nothing.",
)
word(
    InvoiceStatus,
    "How far an invoice is paid.",
    OPEN="Nothing is paid yet.",
    PARTIALLY_PAID="A part is paid, and something is left to pay.",
    PAID="Nothing is left to pay.",
)
word(
    JobTab,
    "The tabs of the Jobs screen.",
    IN_PROGRESS="Somebody is on the way or at work, or some visits are done and some to come.",
    ON_HOLD="Waiting, for a part or a decision for example: every visit is on hold.",
    UPCOMING="No visit has begun, and at least one is still to come.",
    COMPLETED="Every visit is done.",
    CANCELED="Called off.",
)
word(
    VisitStatus,
    "How far an appointment has come.",
    named="AppointmentStatus",
    SCHEDULED="Planned.",
    DISPATCHED="A technician is sent, and may be on the way.",
    WORKING="A technician is at work.",
    ON_HOLD="Waiting, for a part or a decision for example.",
    COMPLETED="Done.",
    CANCELED="Called off.",
    UNKNOWN="The office has a word for it that this version does not know.",
)
word(
    EquipmentStatus,
    "Whether a machine is still in place.",
    INSTALLED="In place.",
    REPLACED="No longer in place: another took over.",
    UNKNOWN="The office's record does not say.",
)
word(
    WarrantyState,
    "How a warranty stands today.",
    ACTIVE="It covers the machine today.",
    EXPIRED="Its last day is over.",
    NONE="Nothing is promised for today, and nothing was before.",
)
word(
    ProposalStatus,
    "How far a proposal is decided.",
    OPEN="An option waits for a decision.",
    ACCEPTED="An option was accepted, and none waits.",
    CLOSED="No option waits, and none was accepted.",
)
word(
    EstimateErrorCode,
    "Why an estimate is not accepted, or not declined.",
    ALREADY_ACCEPTED="It was accepted before, here or elsewhere.",
    NO_LONGER_AVAILABLE="It is no longer offered.",
    CHANGED_SINCE_VIEWED="It is not what was read: read it again.",
    NAME_REQUIRED="The signer's name is missing, or cannot be printed.",
    SIGNATURE_REQUIRED="The drawing is missing, or cannot be read.",
    DEPOSIT_REQUIRED="It is accepted by paying its deposit.",
    DEPOSIT_CHANGED="The deposit is not what the signer saw.",
    PAYMENT_REFUSED="The deposit was not paid.",
    IDEMPOTENCY_CONFLICT="The key was used for something else.",
    NOT_FOUND="There is no such record.",
    NOT_AVAILABLE="It cannot be done here, or not now.",
)
word(
    EstimateStatus,
    "What became of an estimate.",
    OPEN="It waits for a decision.",
    ACCEPTED="It was accepted.",
)
word(
    Screen,
    "A screen of the portal.",
    MY_TASKS="What waits for the viewer.",
    INVOICES="Invoices, and paying them.",
    PROPOSALS="Estimates, and accepting them.",
    JOBS="Jobs and their appointments.",
    EQUIPMENT="Installed machines, their warranties and history.",
    SERVICE_AGREEMENTS="Service agreements and their visits.",
    MEMBERSHIPS="Memberships and their visits.",
)
word(
    MethodKind,
    "By what a customer may pay online.",
    named="PaymentMethodKind",
    CARD="A credit or debit card.",
    BANK_ACCOUNT="A transfer from a bank account, by its numbers (ACH).",
    PAY_BY_BANK="A transfer from a bank account, by signing in to the bank.",
    APPLE_PAY="Apple Pay.",
    GOOGLE_PAY="Google Pay.",
)
word(
    AgreementStatus,
    "How a service agreement stands, as the office says.",
    DRAFT="Being written.",
    SENT="Sent to the customer, who has not answered.",
    REJECTED="The customer did not want it.",
    ACCEPTED="The customer agreed, and it has not begun.",
    ACTIVE="In force.",
    CANCELED="Ended before its time.",
    EXPIRED="Its time is over.",
    AUTO_RENEW="Its time is over, and another follows it by itself.",
    UNKNOWN="The office has a word for it that this version does not know.",
)
word(
    MembershipStatus,
    "How a membership stands.",
    ACTIVE="In force.",
    SUSPENDED="Set aside for a time, for a bill that is not paid for example.",
    EXPIRED="Its time is over.",
    CANCELED="Ended before its time.",
    UNKNOWN="The office has a word for it that this version does not know.",
)
word(
    VisitState,
    "How far a promised visit has come.",
    named="VisitStatus",
    UNSCHEDULED="It waits for a date.",
    SCHEDULED="It is booked.",
    IN_PROGRESS="It was begun, and is not finished.",
    COMPLETED="It is done, or was waived.",
    CANCELED="It was called off.",
)
word(
    BookingKind,
    "How a visit gets booked.",
    CALL="By calling the office.",
    SCHEDULER_LINK="On the scheduler's page.",
)
word(
    RecordKind,
    "A kind of record whose visibility can be explained.",
    CUSTOMER="A customer, by its id.",
    INVOICE="An invoice, by its number.",
    JOB="A job, by its number.",
    ESTIMATE="An estimate, by its id.",
    EQUIPMENT="An installed machine, by its id.",
    SERVICE_AGREEMENT="A service agreement, by its id.",
    MEMBERSHIP="A membership, by its id.",
)
word(
    GrantSource,
    "Where a level comes from.",
    CUSTOMER_CONTACT="The email is a contact of the customer, and nobody set a level.",
    LOCATION_CONTACT="The email is a contact of the location alone, and nobody set a level.",
    OVERRIDE="The office set it, here or in the policy file.",
)
word(
    AccessChoice,
    "A level that staff may set.",
    BILLING="Billing access: everything.",
    NON_BILLING="Non-billing access: what was done, but nothing of what it cost.",
    NONE="No access.",
    INHERIT="Take back what was set here: the customer's level counts, or the policy's.",
)
word(
    UserErrorCode,
    "Why a mutation did not do what was asked.",
    BAD_INPUT="What was asked cannot be read, or does not fit together.",
    NOT_FOUND="There is no such record.",
    NOT_AVAILABLE="It cannot be done for this record, or not as this gateway is set up.",
    DECLINED="Somebody who was asked said no.",
    CONFLICT="It contradicts something else that is there.",
)

__all__ = [
    "AccessChoice",
    "AccessLevel",
    "AgreementStatus",
    "BookingKind",
    "CustomerType",
    "EquipmentStatus",
    "EstimateErrorCode",
    "EstimateStatus",
    "GrantSource",
    "InvoiceStatus",
    "JobTab",
    "MembershipStatus",
    "MethodKind",
    "ProposalStatus",
    "RecordKind",
    "Screen",
    "UserErrorCode",
    "VisitState",
    "VisitStatus",
    "WarrantyState",
]
