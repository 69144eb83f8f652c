"""`portal-gateway plan`: what a person is shown of how a query runs, to the letter."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app

HOME = """query Home($more: Boolean = false) {
  viewer {
    customers { nodes { name invoices { nodes { number job { type } } } } }
    jobCounts { upcoming }
    tasks @include(if: $more) { totalDue }
  }
  portal { __typename }
}
query Other($id: ID!, $on: Boolean!) { node(id: $id) { __typename ... on Job { number @skip(if: $on) } } }
"""  # noqa: E501  # as somebody would write it
ROUNDS = """13 fields, 4 rounds

Round 1, side by side:
  viewer.customers: Viewer.customers, for each by itself, asks invoices
  viewer.jobCounts: Viewer.jobCounts, for each by itself, asks jobs and appointments

Round 2, side by side:
  viewer.customers.nodes[].invoices: Customer.invoices, for each by itself, asks invoices

Round 3, side by side:
  viewer.customers.nodes[].invoices.nodes[].job: Invoice.job, once for all, asks jobs

Round 4, side by side:
  viewer.customers.nodes[].invoices.nodes[].job.type: Job.type, once for all, asks job types

Without waiting for anybody:
  the query: viewer, portal
  viewer.customers: nodes
  viewer.customers.nodes[]: name
  viewer.customers.nodes[].invoices: nodes
  viewer.customers.nodes[].invoices.nodes[]: number
  viewer.jobCounts: upcoming
  portal: __typename

The source:

async def run(rt):
"""
NOT = "This is not compiled, so graphql-core runs it: "
TASKS = "  viewer.tasks.totalDue: Tasks.totalDue, for each by itself, asks invoices\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "home.graphql"
    path.write_text(HOME, "utf-8")
    return path


def plan(file: Path, *arguments: str) -> Result:
    given = ["plan", str(file), *arguments]
    return CliRunner().invoke(app, given, catch_exceptions=False)


def test_rounds_what_is_free_and_the_source_are_shown(file: Path) -> None:
    told = plan(file, "--operation", "Home")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout[: len(ROUNDS)] == ROUNDS
    source = told.stdout.partition("The source:\n\n")[2]
    assert source.count("async def f") == 5
    assert "    # Job.type: one coroutine for all parents\n" in source
    compile(source, "shown", "exec")


def test_what_a_variable_decides_is_shown_as_it_is_told(file: Path) -> None:
    assert TASKS not in plan(file, "--operation", "Home").stdout
    told = plan(file, "--operation", "Home", "--variables", '{"more": true}')
    assert TASKS in told.stdout


def test_objects_of_several_types_are_told_apart(file: Path) -> None:
    told = plan(file, "--operation", "Other", "--variables", '{"on": false}')
    assert "  node (Job): __typename, number\n" in told.stdout
    assert "  node (Invoice): __typename\n" in told.stdout


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (
            "{ __schema { types { name } } }",
            [],
            f"{NOT}introspection: Query.__schema.",
        ),
        (
            HOME,
            [],
            f"{NOT}no such operation, or more than one.",
        ),
        (
            'mutation { revokeDirectLink(input: {linkId: "1"}) { __typename } }',
            [],
            f"{NOT}only queries are planned: what changes something never runs twice.",
        ),
        (
            HOME,
            ["--operation", "Other"],
            "Say what $on is: --variables '{\"on\": true}', or false.",
        ),
        (
            HOME,
            ["--operation", "Home", "--variables", "more"],
            "--variables must be a JSON object, for example '{\"more\": true}'.",
        ),
        (
            "{ viewer",
            [],
            "asked.graphql is no GraphQL document: Expected Name, found <EOF>.",
        ),
        (
            "{ zzz }",
            [],
            "asked.graphql is not valid: Cannot query field 'zzz' on type 'Query'.",
        ),
    ],
)
def test_why_there_is_no_plan_is_one_sentence(
    tmp_path: Path, text: str, arguments: list[str], said: str
) -> None:
    path = tmp_path / "asked.graphql"
    path.write_text(text, "utf-8")
    told = plan(path, *arguments)
    assert (told.exit_code, told.stdout, told.stderr) == (1, "", said + "\n")
