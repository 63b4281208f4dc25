"""Trees on disk for the tests of manifests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agentops.manifests.document import Tree
from agentops.manifests.load import load
from tests.manifests.given import PROJECT, Loads


def assert_same(tree: Tree, other: Tree) -> None:
    """A cache changes no outcome: not a value, not a diagnostic, not a place."""
    assert other.report == tree.report
    assert other.documents == tree.documents
    assert other.files == tree.files
    for one, two in zip(tree.documents, other.documents, strict=True):
        assert list(one.data) == list(two.data)
        for path in ((), *((field,) for field in one.data)):
            assert one.span(path) == two.span(path)
            assert one.key_span(path) == two.key_span(path)


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Writes files below a fresh folder with a Project, stands in it, and loads it."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(files: Mapping[str, str | bytes]) -> Tree:
        for path, content in {"agents.d/project.yaml": PROJECT, **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        tree = load(Path())
        for _ in ("fills the cache", "uses it"):
            assert_same(tree, load(Path(), tmp_path / "caches"))
        return tree

    return write_and_load
