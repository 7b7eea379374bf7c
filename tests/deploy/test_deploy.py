"""What deploy/ names is there: entrypoints, parameters, settings, commands, files; and it is locked down."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from shown_commands import assert_known

from tasks.alerts.thresholds import Thresholds
from tasks.erasure.retention import Policy
from tasks.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
YAML_FILES = sorted(path for path in DEPLOY.rglob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
BY_PREFECT_YAML = set(re.findall(r"\{\{ \$(\w+) \}\}", (DEPLOY / "prefect.yaml").read_text()))
OURS = {f"CALLARCHIVE_{name.upper()}" for name in Settings.model_fields} | BY_PREFECT_YAML
OF_OTHERS = re.compile(r"AWS_\w+|PG\w+|\w+_API_KEY")


def documents(path: Path) -> list[Any]:
    return [one for one in yaml.safe_load_all(path.read_text()) if one is not None]


def prefect_settings() -> set[str]:
    """Every environment variable that Prefect and its Redis part read."""
    from prefect.settings.models.root import Settings as PrefectSettings
    from prefect_redis.client import RedisMessagingSettings

    return set(names_of(PrefectSettings)) | set(names_of(RedisMessagingSettings))


def names_of(settings: Any) -> Iterator[str]:
    """A group of settings by their canonical names and by their older ones."""
    for name, field in settings.model_fields.items():
        if inspect.isclass(field.annotation) and hasattr(field.annotation, "model_fields"):
            yield from names_of(field.annotation)
            continue
        yield f"{settings.model_config.get('env_prefix')}{name}".upper()
        choices = getattr(field.validation_alias, "choices", [])
        yield from (one.upper() for one in choices if isinstance(one, str))


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_every_yaml_file_parses(path: Path) -> None:
    assert documents(path)


@pytest.mark.parametrize(
    "deployment", documents(DEPLOY / "prefect.yaml")[0]["deployments"], ids=lambda one: one["name"]
)
def test_a_deployment_starts_a_flow_with_parameters_that_it_has(deployment: dict[str, Any]) -> None:
    from prefect import Flow

    file, _, name = deployment["entrypoint"].partition(":")
    flow = getattr(import_module(file.removesuffix(".py").replace("/", ".")), name)
    assert isinstance(flow, Flow)
    known = inspect.signature(flow.fn).parameters
    assert set(deployment["parameters"]) <= set(known)
    needed = {name for name, one in known.items() if one.default is inspect.Parameter.empty}
    assert needed <= set(deployment["parameters"])
    assert f"`{flow.name}/{deployment['name']}`" in (DEPLOY / "README.md").read_text()


def environment_of(node: Any) -> Iterator[str]:
    """The names of environment variables anywhere in a document."""
    if isinstance(node, dict):
        if node.get("kind") == "ConfigMap":
            yield from node["data"]
        for key, value in node.items():
            if key == "environment":
                yield from value
            elif key == "env" and isinstance(value, list):
                yield from (one["name"] for one in value)
            yield from environment_of(value)
    elif isinstance(node, list):
        for one in node:
            yield from environment_of(one)


def test_every_setting_that_deploy_names_exists() -> None:
    named = {name for path in YAML_FILES for one in documents(path) for name in environment_of(one)}
    named |= set(re.findall(r"\b(?:CALLARCHIVE|PREFECT)_[A-Z_]+\b", (DEPLOY / "Dockerfile").read_text()))
    named |= set(re.findall(r"\bPREFECT_[A-Z_]+\b", (DEPLOY / "README.md").read_text())) - {"PREFECT_AUTH"}
    for line in (DEPLOY / "systemd" / "callarchive.env.example").read_text().splitlines():
        if not line.startswith("#"):
            named.add(line.partition("=")[0])
    ours = {name for name in named if name.startswith("CALLARCHIVE_")}
    assert ours - OURS - {"CALLARCHIVE_HOME"} == set()
    of_prefect = {name for name in named if name.startswith("PREFECT_")}
    assert len(of_prefect) > 10
    assert of_prefect - prefect_settings() == set()
    images = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDISCLI_AUTH"}
    images |= {"ROOT_ACCESS_KEY_ID", "ROOT_SECRET_ACCESS_KEY"}
    rest = named - ours - of_prefect - images
    assert [name for name in rest if not OF_OTHERS.fullmatch(name)] == []


def test_the_image_is_made_from_the_lock_by_hash_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    steps = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    assert [rest for word, rest in steps if word == "ARG"] == [
        "PYTHON_IMAGE"
    ]  # no default: looked up, not invented
    assert {rest.split()[0] for word, rest in steps if word == "FROM"} == {"${PYTHON_IMAGE}"}
    assert "@sha256:..." in text
    installs = [rest for word, rest in steps if word == "RUN" and "pip install" in rest]
    assert [("--require-hashes" in rest, "--no-deps" in rest) for rest in installs] == [
        (True, True),
        (False, True),
    ]
    assert [rest for word, rest in steps if word == "USER"] == ["10001:10001"]
    assert {word for word, _ in steps} <= set("ARG FROM ENV WORKDIR RUN COPY USER HEALTHCHECK CMD".split())
    assert "apt-get" not in text
    assert "curl" not in text
    for word, rest in steps:
        if word == "COPY" and "--from" not in rest:
            *sources, _ = [part for part in rest.split() if not part.startswith("--")]
            assert all((REPOSITORY / source).exists() for source in sources)
        if word in ("HEALTHCHECK", "CMD"):
            assert_known(json.loads(rest[rest.index("[") :]))


COMPOSE = documents(DEPLOY / "compose.yaml")[0]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_is_pinned_and_locked_down(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["image"] == "callarchive:local" or re.fullmatch(
        r"\$\{[A-Z]+_IMAGE:[?-].*\}", service["image"]
    )
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is True or "cap_add" in service
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []) if name != "review")
    if service["image"] == "callarchive:local":
        assert_known([str(word) for word in service["command"]])


def test_compose_asks_for_nothing_that_the_example_does_not_explain() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    lines = (DEPLOY / "env.example").read_text().splitlines()
    given = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert given <= asked
    assert {name for name in asked - given if not name.startswith("CALLARCHIVE_COMPARE_")} == set()
    secret = re.compile(r"(PASSWORD|SECRET|AUTH|_KEY|WEBHOOK)[A-Z_]*=\s*[^\s#]")
    assert [line for line in lines if secret.search(line) and "KEYS=" not in line] == []


def test_every_pod_runs_as_nobody_in_particular_and_may_do_nothing() -> None:
    job = json.loads((DEPLOY / "kubernetes" / "base-job-template.json").read_text())
    pods = [job["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]]
    pods += [
        one["spec"]["template"]["spec"]
        for path in (DEPLOY / "kubernetes").glob("*.yaml")
        for one in documents(path)
        if one.get("kind") == "Deployment"
    ]
    assert len(pods) == 5
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        mounts = {volume["name"] for volume in pod["volumes"]}
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["image"] in ("callarchive", "prefect-kubernetes", "{{ image }}")
            rules = container["securityContext"]
            assert (rules["allowPrivilegeEscalation"], rules["readOnlyRootFilesystem"]) == (False, True)
            assert rules["capabilities"] == {"drop": ["ALL"]}
            assert {mount["name"] for mount in container["volumeMounts"]} <= mounts
            if isinstance(container.get("args"), list) and container["args"][0] in ("prefect", "callarchive"):
                assert_known([str(word) for word in container["args"]])


def test_the_job_template_uses_the_variables_that_it_declares() -> None:
    template = json.loads((DEPLOY / "kubernetes" / "base-job-template.json").read_text())
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(template["job_configuration"])))
    assert used == set(template["variables"]["properties"])


def test_kustomize_names_files_that_are_there() -> None:
    folder = DEPLOY / "kubernetes"
    stated = documents(folder / "kustomization.yaml")[0]
    files = [*stated["resources"], *stated["configMapGenerator"][0]["files"]]
    assert all((folder / name).is_file() for name in files)
    assert {path.name for path in folder.glob("*.yaml")} == {*files, "kustomization.yaml"}
    assert (folder / "retention.yaml").read_text() == (DEPLOY / "retention.yaml").read_text()


def test_the_example_of_a_retention_policy_is_one() -> None:
    policy = Policy.model_validate(documents(DEPLOY / "retention.yaml")[0])
    assert policy.calls.default is not None


def test_every_threshold_is_in_the_bundled_file_and_in_the_document() -> None:
    bundled = documents(REPOSITORY / "tasks" / "alerts" / "alerts.yaml")[0]
    assert set(bundled) == set(Thresholds.model_fields)
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    assert [name for name in bundled if f"`{name}`" not in text] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_commands_that_exist_and_may_write_little(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    for line in lines:
        if line.startswith("ExecStart="):
            words = shlex.split(line.partition("=")[2])
            assert_known([words[0].rpartition("/")[2], *words[1:]])
    for rule in ("NoNewPrivileges=true", "ProtectSystem=strict", "User=callarchive", "UMask=0077"):
        assert rule in lines


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").glob("callarchive-*"):
        (tmp_path / path.name).write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", path.read_text()))
    done = subprocess.run(
        [str(shutil.which("systemd-analyze")), "verify", "--man=no", *map(str, tmp_path.glob("*.service"))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Unknown" not in done.stderr
