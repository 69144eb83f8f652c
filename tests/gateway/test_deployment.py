"""What `docker/` starts: every variable is a setting, every command one of ours, nobody is root."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from adapters.sandbox.options import SandboxOptions
from gateway.cli import app
from gateway.fleet import require_shared
from gateway.setting_names import PREFIX
from gateway.settings import Settings, read_settings

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
KUBERNETES = [*yaml.safe_load_all((DOCKER / "kubernetes.yaml").read_text("utf-8"))]
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
OURS = [of for of, told in COMPOSE["services"].items() if told["image"] == "portal-gateway"]
NAMES = {PREFIX + field.upper() for field in Settings.model_fields}
TOLD = {"POSTGRES_PASSWORD": "0123456789abcdef", "PORTAL_SECRET_KEY": "s" * 64}


def environment(service: str) -> dict[str, str]:
    """Return a service's variables, with what whoever starts it has to tell."""
    told: Mapping[str, str] = COMPOSE["services"][service].get("environment", {})
    return {
        name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: TOLD[found[1]], value)
        for name, value in told.items()
    }


def pod() -> dict[str, Any]:
    """Return the pod of the example for Kubernetes."""
    (deployment,) = (of for of in KUBERNETES if of["kind"] == "Deployment")
    told: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return told


def understood(arguments: list[str]) -> Result:
    """Read a command line as ours does, without doing anything."""
    return CliRunner().invoke(app, [*arguments, "--help"], env={"TERMINAL_WIDTH": "200"})


def started_by_the_image() -> list[str]:
    """Return what the image starts where nothing else is told."""
    found = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    told: list[str] = yaml.safe_load(found[1])
    return told


COMMANDS = [
    ("serve", COMPOSE["services"]["gateway"]["command"]),
    ("sandbox serve", COMPOSE["services"]["sandbox"]["command"]),
    ("serve", pod()["containers"][0]["args"]),
    ("serve", started_by_the_image()),
]


@pytest.mark.parametrize(("name", "arguments"), COMMANDS)
def test_every_command_is_one_of_ours(name: str, arguments: list[str]) -> None:
    told = understood(arguments)
    assert told.exit_code == 0
    assert re.search(rf"Usage: \S+ {name} \[OPTIONS\]", told.stdout)


def test_an_option_that_is_none_is_found() -> None:
    assert understood(["serve", "--workerz", "2"]).exit_code == 2


def test_the_gateways_of_compose_can_share_what_they_know() -> None:
    settings = read_settings(environment("gateway"))
    require_shared(settings)
    given = SandboxOptions(public_url="http://sandbox:8010").credentials()
    connection = settings.connection()
    assert given["clientId"] == connection.client_id
    assert given["clientSecret"] == connection.client_secret
    assert given["appKey"] == connection.app_key
    assert given["tenantId"] == connection.tenant_id
    assert given["apiUrl"] == settings.api_url
    assert given["authUrl"] == settings.auth_url
    assert given["issuer"] == settings.oidc_issuer
    assert given["audience"] == settings.oidc_audience
    assert [given["webhookKey"]] == [key.get_secret_value() for key in settings.webhook_keys]


def test_every_variable_is_a_setting() -> None:
    compose = {name for of in OURS for name in environment(of)}
    kubernetes = {variable["name"] for variable in pod()["containers"][0]["env"]}
    dockerfile = set(re.findall(r"^(?:ENV)?\s+(PORTAL_[A-Z_]+)=", DOCKERFILE, re.MULTILINE))
    assert dockerfile == {"PORTAL_DATABASE_URL", "PORTAL_METRICS_ADDRESS"}
    assert compose | kubernetes | dockerfile <= NAMES


def test_what_is_secret_is_told_by_whoever_starts_it() -> None:
    text = (DOCKER / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(TOLD)
    assert all("${" in line for line in text.splitlines() if "SECRET_KEY:" in line)


@pytest.mark.parametrize("service", OURS)
def test_ours_run_without_rights_on_a_file_system_they_cannot_write(service: str) -> None:
    told = COMPOSE["services"][service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in DOCKERFILE
    assert told.keys().isdisjoint({"user", "privileged", "cap_add"})


def test_the_same_holds_of_the_pod() -> None:
    told = pod()
    (container,) = told["containers"]
    assert told["enableServiceLinks"] is False
    assert told["securityContext"]["runAsNonRoot"] is True
    assert told["securityContext"]["runAsUser"] == 10001
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    probes = {of: container[of]["httpGet"]["path"] for of in container if of.endswith("Probe")}
    assert probes == {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }


def test_only_this_machine_reaches_what_compose_starts() -> None:
    ports = [port for told in COMPOSE["services"].values() for port in told.get("ports", ())]
    assert ports == ["127.0.0.1:8000-8001:8000"]
    assert COMPOSE["services"]["gateway"]["deploy"]["replicas"] == 2


def test_redis_throws_nothing_away() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
