"""Plugins of pydantic: none that lies about runs in our process, unless the user says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
sys.argv[1:] = ["validate"]
from agentops.cli.main import main
try:
    main()
except SystemExit as left:
    print(left.code, "importlib.metadata" in sys.modules, "stranger" in sys.modules)
"""
MANIFEST = "apiVersion: agentops/v1\nkind: Project\nmetadata:\n  name: ours\n"


@pytest.mark.parametrize(
    ("settings", "last"), [({}, "0 False False"), ({"PYDANTIC_DISABLE_PLUGINS": "another"}, "0 True True")]
)
def test_a_plugin_that_lies_about_runs_only_where_the_user_lets_it(
    tmp_path: Path, settings: dict[str, str], last: str
) -> None:
    described = tmp_path / "stranger-1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[pydantic]\nstranger = stranger:plugin\n")
    (tmp_path / "stranger.py").write_text("class plugin:\n    new_schema_validator = lambda *_: (None, None, None)\n")
    (tmp_path / "project.yaml").write_text(MANIFEST)
    kept = {name: value for name, value in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == last, ran.stderr
