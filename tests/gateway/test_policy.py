"""The policy file: what it may say, and the sentence for what it may not."""

import re
from pathlib import Path

import pytest

from gateway.policy import PolicyError, read_policy
from resolvers.levels import AccessLevel
from resolvers.policy import Override, Policy

EXAMPLE = Path(__file__).parents[2] / "docs" / "policy.example.toml"


def test_no_file_means_the_defaults() -> None:
    assert read_policy(None) == Policy()


def test_the_example_says_the_defaults() -> None:
    assert read_policy(EXAMPLE) == Policy()


def told_keys() -> list[tuple[str, str]]:
    """Return the keys of the example with their blocks, commented ones too, as they stand."""
    told: list[tuple[str, str]] = []
    block = ""
    for line in EXAMPLE.read_text().splitlines():
        if (header := re.fullmatch(r"\[(\w+)\]", line)) is not None:
            block = header[1]
        elif (header := re.fullmatch(r"\[(\w+)\.(\w+)\]", line)) is not None:
            block = ""
            told.append((header[1], header[2]))
        elif block and (key := re.match(r"(?:# )?(\w+) = ", line)) is not None:
            told.append((block, key[1]))
    return told


def test_the_example_names_every_key_of_every_block_once_and_no_other() -> None:
    blocks = {field: getattr(Policy(), field) for field in Policy.__struct_fields__}
    keys = [(name, key) for name, block in blocks.items() for key in block.__struct_fields__]
    assert sorted(told_keys()) == sorted(keys)


def test_the_example_says_what_each_key_is_for() -> None:
    lines = EXAMPLE.read_text().splitlines()
    keys = [at for at, line in enumerate(lines) if re.match(r"(?:# )?\w+ = ", line)]
    silent = [lines[at] for at in keys if not re.fullmatch(r"# [A-Z].*\.", lines[at - 1])]
    assert silent == []


def test_the_example_of_a_person_can_be_read(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    person = [
        line.removeprefix("# ") for line in lines if line.startswith(('# "', "#     {", "# ]"))
    ]
    policy = read_policy(written(tmp_path, "\n".join(["[access.people]", *person])))
    assert policy.access.people == {
        "alex@example.com": (
            Override(customer=1001, level=AccessLevel.NON_BILLING),
            Override(customer=1002, location=2002, level=AccessLevel.NONE),
        )
    }


def test_r11_emails_are_trimmed_and_case_folded(tmp_path: Path) -> None:
    text = '[access.people]\n" Alex+tag@Example.COM " = [{ customer = 1, level = "BILLING" }]'
    people = read_policy(written(tmp_path, text)).access.people
    assert people == {"alex+tag@example.com": (Override(customer=1, level=AccessLevel.BILLING),)}


URLS = [
    "tenant.logo_url",
    "tenant.sign_in_url",
    "tenant.sign_up_url",
    "financing.apply_url",
    "upcoming.scheduler_url",
]


@pytest.mark.parametrize("key", URLS)
@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com",
        "//example.com",
        "javascript:alert(1)",
        "ftp://example.com",
        "https://",
        "https://example.com:port",
        "https://user@example.com",
        "https://example.com/a b",
        'https://example.com/"',
    ],
)
def test_an_address_is_one_of_the_web(tmp_path: Path, key: str, address: str) -> None:
    block, name = key.split(".")
    path = written(tmp_path, f"[{block}]\n{name} = '{address}'")
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    problem = f"{key} must be an address of the web, for example https://example.com/portal"
    assert str(caught.value) == f"The policy file {path} is not usable: {problem}."


@pytest.mark.parametrize("key", URLS)
@pytest.mark.parametrize("address", ["https://example.com/a?b=c#d", "http://localhost:3000"])
def test_http_and_https_will_do(tmp_path: Path, key: str, address: str) -> None:
    block, name = key.split(".")
    policy = read_policy(written(tmp_path, f'[{block}]\n{name} = "{address}"'))
    assert getattr(getattr(policy, block), name) == address


STATUSES = (
    "ServiceTitan has Draft, Sent, Rejected, Accepted, Activated, Canceled, Expired, AutoRenew"
)
GRACE = "jobs.past_grace_minutes must be from 0 to 1440"
PAYABLE = "must be more than 0, with at most two decimals"
PART = "must be more than 0 and at most 1"
FACTOR = "financing.monthly_factor must be more than 0"
ZONE = 'tenant.time_zone must be the name of a time zone, for example "America/Chicago"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tenant]\nname = 1", "tenant.name is not a key it may have"),
        ("tenants = 1", "tenants is not a key it may have"),
        ('[tenant]\ntime_zone = "Mars/Olympus"', ZONE),
        ('[tenant]\ntime_zone = "../etc/passwd"', ZONE),
        ('[tenant]\ntime_zone = "America"', ZONE),
        ('[tenant]\ntime_zone = ""', ZONE),
        (
            '[tenant]\ncurrency = "usd"',
            "tenant.currency must be three capital letters, for example USD",
        ),
        (
            "[access]\ndirectory_stale_after_minutes = 0",
            "access.directory_stale_after_minutes must be more than 0",
        ),
        ("[cache]\nfresh_seconds = -1", "cache.fresh_seconds must be more than 0"),
        ("[feeds]\nevery_seconds = 0.0", "feeds.every_seconds must be more than 0"),
        ("[feeds]\nevery_seconds = nan", "feeds.every_seconds must be more than 0"),
        ("[feeds]\nevery_seconds = inf", "feeds.every_seconds must be more than 0"),
        ("[budget]\ncalls_per_second = 1", "budget.calls_per_second must be 2 or more"),
        ("[budget]\nuse = 0.0", f"budget.use {PART}"),
        ("[budget]\nuse = 1.1", f"budget.use {PART}"),
        ("[budget]\nuse = nan", f"budget.use {PART}"),
        ("[budget]\nshare_without_redis = 0.0", f"budget.share_without_redis {PART}"),
        ("[budget]\nkept_share = 1.0", "budget.kept_share must be 0 or more and less than 1"),
        ("[budget]\nkept_share = -0.1", "budget.kept_share must be 0 or more and less than 1"),
        ("[budget]\ncalls_per_operation = 0", "budget.calls_per_operation must be 1 or more"),
        ('[cache]\nfresh_seconds = "60"', "cache.fresh_seconds: expected `int`, got `str`"),
        ('[access]\ncustomer_email = "ALL"', "access.customer_email: invalid enum value 'ALL'"),
        ("[access.people]\nalex = []", 'access.people names "alex", which is no email'),
        (
            '[access.people]\n"a@b.c" = []\n" A@b.c" = []',
            'access.people names "a@b.c" twice',
        ),
        (
            '[access.people]\n"a@b.c" = [{ level = "BILLING" }]',
            "access.people[...][0]: object missing required field `customer`",
        ),
        (
            '[access.people]\n"a@b.c" = [{ customer = 0, level = "BILLING" }]',
            'access.people["a@b.c"] names a customer or location that is not more than 0',
        ),
        ("[limits]\noperations_per_minute = 0", "limits.operations_per_minute must be 1 or more"),
        ("[limits]\ncost_per_operation = -1", "limits.cost_per_operation must be 1 or more"),
        ("[subscriptions]\nconnections = 0", "subscriptions.connections must be 1 or more"),
        (
            '[trusted_documents]\nmode = "all"',
            "trusted_documents.mode: invalid enum value 'all'",
        ),
        ('[staff]\nrole = " "', "staff.role must name a role"),
        ('[staff]\nbilling_role = ""', "staff.billing_role must name a role"),
        (
            '[staff]\nrole = "billing"',
            'staff.billing_role is staff.role: nobody could be without "billing"',
        ),
        ("[staff]\nsession_hours = 0", "staff.session_hours must be from 1 to 24"),
        ("[staff]\nsession_hours = 25", "staff.session_hours must be from 1 to 24"),
        ("[jobs]\npast_grace_minutes = -1", GRACE),
        ("[jobs]\npast_grace_minutes = 1441", GRACE),
        ("[financing]\nmonthly_factor = 0", FACTOR),
        ("[financing]\nmonthly_factor = -0.01", FACTOR),
        ("[financing]\nmonthly_factor = nan", FACTOR),
        ('[screens]\nshown = ["JOBS", "JOBS"]', "screens.shown names JOBS twice"),
        ('[screens]\nshown = ["Jobs"]', "screens.shown[0]: invalid enum value 'Jobs'"),
        ('[payments]\nmethods = ["CARD", "CARD"]', "payments.methods names CARD twice"),
        ('[payments]\nminimum = "0.00"', f"payments.minimum {PAYABLE}"),
        ('[payments]\nminimum = "NaN"', f"payments.minimum {PAYABLE}"),
        ('[payments]\nmax_amount = "-1"', f"payments.max_amount {PAYABLE}"),
        ('[payments]\nmax_amount = "10.005"', f"payments.max_amount {PAYABLE}"),
        (
            '[payments]\nmax_amount = "0.99"',
            "payments.max_amount may not be less than payments.minimum",
        ),
        (
            '[payments]\nbank_authorization = "  "',
            "payments.bank_authorization must say what is agreed to",
        ),
        (
            "[payments.payment_types]\nCARD = 0",
            "payments.payment_types.CARD must be an id of ServiceTitan's",
        ),
        (
            "[payments]\nrecord_in_servicetitan = true\n[payments.payment_types]\nCARD = 7",
            (
                "payments.payment_types has no BANK_ACCOUNT: record_in_servicetitan needs the id "
                "of a payment type for each of payments.methods"
            ),
        ),
        ('[agreements]\nstatuses = ["Sent", "Sent"]', "agreements.statuses names Sent twice"),
        ('[agreements]\nstatuses = ["Active"]', f'agreements.statuses names "Active"; {STATUSES}'),
        (
            '[access.people]\n"a@b.c" = [{ customer = 1, location = 0, level = "NONE" }]',
            'access.people["a@b.c"] names a customer or location that is not more than 0',
        ),
    ],
)
def test_one_sentence_names_the_file_and_the_key(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    assert str(caught.value) == f"The policy file {path} is not usable: {said}."


@pytest.mark.parametrize("text", ["tenant = [", "x", "[a]\n[a]", b"\xff"])
def test_what_is_no_toml_is_told(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyError, match=r"^The policy file .*policy\.toml is not usable: .+\.$"):
        read_policy(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.toml"
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    assert str(caught.value) == (
        f"The policy file {path} cannot be read: No such file or directory."
    )


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path
