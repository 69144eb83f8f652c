"""How a command tells a person what to do, and with which exit code it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from adapters.ledger.office_file import Fault
    from gateway.settings import Settings
    from resolvers.policy import Policy

FAILED, MISCONFIGURED = 1, 2


def say(sentence: str) -> None:
    """Tell it beside the answer, on standard error."""
    typer.echo(sentence, err=True)


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Tell why it ends, and end."""
    say(sentence)
    raise typer.Exit(code)


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can do something about into one sentence and an exit code."""
    from gateway.commands.at_ledger import CommandFailed
    from gateway.guard.trusted import ManifestError
    from gateway.policy import PolicyError
    from gateway.serving import PortTaken
    from gateway.settings import SettingsError

    try:
        yield
    except (SettingsError, PolicyError, ManifestError) as error:
        fail(str(error), MISCONFIGURED)
    except (PortTaken, CommandFailed) as error:
        fail(str(error))


def refuse_file(name: str, faults: "list[Fault]") -> NoReturn:
    """Tell every bad line of a file, and that nothing of it was taken over."""
    for fault in faults:
        say(f"{name}, line {fault.line}: {fault.because}.")
    fail("Nothing was imported.")


def configuration() -> "tuple[Settings, Policy]":
    """Read the environment and the policy file; raises SettingsError or PolicyError."""
    from gateway.policy import read_policy
    from gateway.settings import read_settings

    settings = read_settings(os.environ)
    return settings, read_policy(settings.policy_file)
