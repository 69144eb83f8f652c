"""Where a request came from, as coarsely as evidence needs it."""

import pytest

from resolvers.origins import UNTOLD, Origin, _told, origin_of


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", None),
        (None, None),
        ("testclient", None),
        ("203.0.113.77:443", None),
    ],
)
def test_a_network_and_never_an_address(host: str | None, network: str | None) -> None:
    assert origin_of(host, None).address_class == network


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (None, None),
        ("", None),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0", "browser"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0) Mobile/15E148 Safari", "mobile browser"),
        ("Mozilla/5.0 (Linux; Android 17) Chrome/150.0 Mobile", "mobile browser"),
        ("curl/8.9", "program"),
    ],
)
def test_a_kind_and_never_a_browser(agent: str | None, kind: str | None) -> None:
    assert origin_of(None, agent).agent_class == kind


@pytest.mark.parametrize(
    ("host", "whole"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("2001:DB8::1", "2001:db8::1"),
        ("203.0.113.77:443", None),
        ("", None),
    ],
)
def test_a_bank_is_told_the_whole_of_it_and_nobody_prints_it(host: str, whole: str | None) -> None:
    told = origin_of(host, "curl/8.9")
    assert (told.address, told.agent) == (whole, "curl/8.9")
    assert "curl/8.9" not in repr(told)
    assert whole is None or whole not in repr(told)


def test_what_is_not_told_is_not_guessed() -> None:
    assert Origin() == UNTOLD


def test_what_is_remembered_of_an_address_is_of_no_program_and_of_so_many() -> None:
    assert origin_of("203.0.113.9", "curl/8.9").agent_class == "program"
    assert origin_of("203.0.113.9", "Mozilla/5.0").agent_class == "browser"
    assert origin_of("203.0.113.9", None).agent is None
    for of in range(5_000):
        told = f"10.0.{of // 256}.{of % 256}"
        assert origin_of(told, None).address == told
    assert _told.cache_info().currsize == 4096
