"""What `docker/` starts: every variable is a setting, every command one of ours, nobody is root."""

import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.testing import CliRunner, Result

from adapters.sandbox.options import SandboxOptions
from gateway.cli import app
from gateway.fleet import require_shared
from gateway.fleet_orders import LONGEST_END
from gateway.routes import OTHER, route_of
from gateway.serving import GRACEFUL_SECONDS, KEEP_ALIVE_SECONDS
from gateway.setting_names import PREFIX
from gateway.settings import Settings, read_settings

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
KUBERNETES = [*yaml.safe_load_all((DOCKER / "kubernetes.yaml").read_text("utf-8"))]
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
OURS = [of for of, told in COMPOSE["services"].items() if told["image"] == "portal-gateway"]
GATEWAYS = ("gateway-1", "gateway-2")
NGINX = (DOCKER / "nginx.conf").read_text("utf-8")
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
    *(("serve", COMPOSE["services"][of]["command"]) for of in GATEWAYS),
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
    assert environment("gateway-1") == environment("gateway-2")
    settings = read_settings(environment("gateway-1"))
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


@pytest.mark.parametrize("service", [*OURS, "nginx"])
def test_ours_run_without_rights_on_a_file_system_they_cannot_write(service: str) -> None:
    told = COMPOSE["services"][service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in DOCKERFILE
    assert told.keys().isdisjoint({"privileged", "cap_add"})
    assert told.get("user") == ("101:101" if service == "nginx" else None)


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
    assert ports == ["127.0.0.1:8000:8080"]
    assert "listen 8080;" in NGINX


def test_nginx_knows_the_gateways_and_they_know_nginx() -> None:
    at = {
        of: told["networks"]["default"]["ipv4_address"]
        for of, told in COMPOSE["services"].items()
        if "networks" in told
    }
    servers = re.findall(r"^ +server ([\d.]+):8000 ", NGINX, re.MULTILINE)
    assert servers == [at["gateway-1"], at["gateway-2"]]
    settings = read_settings(environment("gateway-1"))
    assert [str(of) for of in settings.trusted_proxies] == [f"{at['nginx']}/32"]
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    taken = {ip_address(of) for of in at.values()}
    assert all(of in ip_network(network["subnet"]) for of in taken)
    assert not any(of in ip_network(network["ip_range"]) for of in taken)
    events = next(of for of in COMPOSE["services"]["sandbox"]["command"] if "webhook" in of)
    asked_as = {urlsplit(events.partition("=")[2]).hostname, "localhost"}
    assert asked_as == set(settings.allowed_hosts)


def test_who_hangs_up_first_is_who_asks() -> None:
    """A proxy lets go of a connection before a gateway that ends, or that waits, closes it."""
    (kept,) = re.findall(r"^ {4}keepalive_timeout (\d+)s;", NGINX, re.MULTILINE)
    drain = Settings.model_fields["drain_seconds"].default
    assert int(kept) < drain < KEEP_ALIVE_SECONDS
    assert "non_idempotent;" not in NGINX
    stopped = [COMPOSE["services"][of]["stop_grace_period"] for of in GATEWAYS]
    assert stopped == ["30s", "30s"]
    assert float(stopped[0].removesuffix("s")) > LONGEST_END > GRACEFUL_SECONDS
    assert pod()["terminationGracePeriodSeconds"] > GRACEFUL_SECONDS + drain


def test_the_same_is_public_by_nginx_and_by_the_ingress() -> None:
    exact = set(re.findall(r"location = (\S+) \{ proxy_pass", NGINX))
    below = set(re.findall(r"location (/\S+/) \{ proxy_pass", NGINX))
    assert exact == {"/graphql", "/graphiql", "/links/exchange"}
    assert below == {"/graphiql/", "/auth/", "/documents/", "/calendar/", "/webhooks/"}
    (ingress,) = (of for of in KUBERNETES if of["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]
    paths = rule["http"]["paths"]
    told = {
        kind: {p["path"] for p in paths if p["pathType"] == kind} for kind in ("Exact", "Prefix")
    }
    assert told == {
        "Exact": exact - {"/graphiql"},
        "Prefix": {of.removesuffix("/") for of in below},
    }
    places = [*exact, *(f"{of}login" for of in below)]
    assert OTHER not in {route_of(of) for of in places}
    assert (
        rule["host"]
        == urlsplit(
            next(of["value"] for of in pod()["containers"][0]["env"] if of["name"].endswith("_URL"))
        ).hostname
    )


def test_the_image_has_what_traces_need() -> None:
    locked = (DOCKER.parent / "requirements" / "run.txt").read_text("utf-8")
    project = tomllib.loads((DOCKER.parent / "pyproject.toml").read_text("utf-8"))
    for needed in project["project"]["optional-dependencies"]["otel"]:
        name = re.split(r"[<>=]", needed)[0]
        assert re.search(rf"^{name}==", locked, re.MULTILINE), name


def test_redis_throws_nothing_away() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
