"""The contract with front ends: printed from the code, committed, and reviewed as text."""

from pathlib import Path

from gateway.graph import sdl

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_committed_contract_is_the_one_the_code_prints() -> None:
    assert COMMITTED.read_text("utf-8") == sdl()
