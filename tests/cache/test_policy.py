"""The policy's [cache]: ages of every kind of record, and what it may not say."""

from pathlib import Path

import pytest

from adapters.cache.ages import Ages
from gateway.policy import PolicyError, read_policy
from resolvers.policy import Cache, CacheKind

ORDER = (
    "refreshing_seconds may not be less than fresh_seconds, nor failing_seconds less than either"
)


def test_each_kind_has_its_ages() -> None:
    day = 86_400
    cache = Cache(kinds={"invoices": CacheKind(fresh_seconds=20), "job_types": CacheKind()})
    assert cache.ages("jobs") == Ages(60, 300, 900)
    assert cache.ages("invoices") == Ages(20, 300, 900)
    assert cache.ages("payments") == Ages(60, 60, 60)
    for kind in ("job_types", "membership_types", "business_units"):
        assert cache.ages(kind) == Ages(day, day, 2 * day)
    assert Cache(fresh_seconds=3600).ages("jobs") == Ages(3600, 3600, 3600)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[cache]\nrefreshing_seconds = 59", f"cache: {ORDER}"),
        ("[cache]\nfailing_seconds = 299", f"cache: {ORDER}"),
        ("[cache]\nfailing_seconds = 0", "cache.failing_seconds must be more than 0"),
        ("[cache]\nmemory_megabytes = 0", "cache.memory_megabytes must be from 1 to 65536"),
        (
            "[cache.kinds]\njobs = { fresh_seconds = 0 }",
            "cache.kinds.jobs.fresh_seconds must be more than 0",
        ),
        (
            "[cache.kinds]\njobs = { fresh_seconds = 9, failing_seconds = 8 }",
            f"cache.kinds.jobs: {ORDER}",
        ),
        (
            "[cache.kinds]\njobs = { fresh = 9 }",
            "cache.kinds[...].fresh is not a key it may have",
        ),
    ],
)
def test_what_it_may_not_say(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert str(refused.value) == f"The policy file {path} is not usable: {sentence}."


def test_a_kind_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[cache.kinds]\njob = { fresh_seconds = 9 }")
    with pytest.raises(PolicyError, match=r'cache\.kinds names "job"; there are appointments, '):
        read_policy(path)
