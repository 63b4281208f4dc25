"""Trees on disk for the tests of manifests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agentops.manifests.document import Tree
from agentops.manifests.load import load
from tests.manifests.given import PROJECT, Loads


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Writes files below a fresh folder with a Project, stands in it, and loads it."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(files: Mapping[str, str | bytes]) -> Tree:
        for path, content in {"agents.d/project.yaml": PROJECT, **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(Path())

    return write_and_load
