"""`make demo` end to end: on the embedded engine, and against a real server on each database."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .command import bare_environment
from .nursery import shims
from .server import serving

pytestmark = [pytest.mark.flow, pytest.mark.timeout(180)]

DEMO = Path(__file__).parents[2] / "examples" / "incident-response" / "demo.sh"
PATIENCE_S = 170

ESSENTIAL = (
    r"  \+ Environment/incident-sandbox +create$",
    r"  \+ MemoryStore/incident-knowledge +create$",
    r"  \+ Agent/communications +create, version 1$",
    r"  \+ Team/incident +create, version 1$",
    r"Plan: 7 to create, 0 to update, 0 to re-pin, 0 to remove; 0 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Applied: 7 done\.$",
    r"No changes\. 7 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Logs: version 1 → 2, model claude-haiku-5-5 → claude-opus-5-5$",
    r"  ! Agent/logs +update, version 2 → 3: changed on the target since the last apply$",
    r"      description\b.*\[drift\]  agents\.d/logs\.yaml:\d+$",
    r"        -Finds everything\. Ask it anything\.$",
    r"        \+Finds the first error and what is new in the logs\.",
    r"      model\.id: live claude-opus-5-5 → wanted claude-haiku-5-5  \[drift\]  agents\.d/logs\.yaml:\d+$",
    r"Applied: 2 done\.$",
    r"No drift\.$",
    r"  ~ Agent/communications +update, version 1 → 2: the manifest changed$",
    r"        -.*At most 60 words\.",
    r"        \+.*At most 40 words\.",
    r"  \^ Team/incident +re-pin, version \d → \d: an agent that it pins gets a new version$",
    r"Plan: 0 to create, 1 to update, 1 to re-pin, 0 to remove; 5 unchanged\. Plan [0-9a-f]{12}\.$",
    r"Applied: 2 done\.$",
    r"No changes\. 7 unchanged\. Plan [0-9a-f]{12}\.$",
)
"""What a reader of the demo has to see, in this order."""


def test_the_demo_runs_on_the_embedded_engine(tmp_path: Path) -> None:
    assert_told(demo(bare_environment(tmp_path)))


def test_the_demo_runs_against_a_server_with_two_settings(tmp_path: Path, database_url: str) -> None:
    bare = bare_environment(tmp_path)
    path = f"{shims(tmp_path / 'bin')}{os.pathsep}{bare['PATH']}"
    with serving(tmp_path / "server", database_url) as server:
        said = demo({**bare, "PATH": path, **server.settings})
    assert_told(said)
    assert server.key not in said
    assert f"incident-response → {server.url}" in said


def demo(environment: dict[str, str]) -> str:
    """Run the demo as a person would and return what it prints."""
    ran = subprocess.run(
        [DEMO],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "Traceback" not in ran.stdout
    assert "\x1b" not in ran.stdout
    return ran.stdout


def assert_told(said: str) -> None:
    """Find every essential line, one after the other."""
    lines: Iterator[str] = iter(said.splitlines())
    for wanted in ESSENTIAL:
        assert any(re.match(wanted, line) for line in lines), f"no line like {wanted!r} where it should be in\n{said}"
