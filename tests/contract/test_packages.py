"""Decision 13: the four top-level names are guarded."""

from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"gateway", "schema", "resolvers", "adapters"}


def test_no_other_distribution_claims_our_names() -> None:
    claimed = packages_distributions()
    assert {name: set(claimed.get(name, ["portal-gateway"])) for name in OURS} == {
        name: {"portal-gateway"} for name in OURS
    }


def test_docker_is_a_folder_and_no_package() -> None:
    assert not list((ROOT / "docker").rglob("__init__.py"))
