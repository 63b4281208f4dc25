"""What people see for each way to get a manifest wrong; `UPDATE_GOLDEN=1` writes the expected files anew."""

import json
import os
import shutil
from pathlib import Path

import pytest

from agentops.base.views.json import report_json
from agentops.base.views.text import report_text
from agentops.manifests.codes import CODES
from agentops.manifests.load import load

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics"
CASES = sorted(each.name for each in GOLDEN.iterdir() if each.is_dir())

GENERATED = {"tree.not-found", "file.too-large", "file.name", "yaml.too-deep", "policy.no-library"}
"""Codes whose input is made by a test: it is too large, nothing at all, or cannot be had on every machine."""

SECRETS = {
    "@ANTHROPIC-KEY@": "sk-ant-" + "api03-Zx8Qv2Lk9Rt4Wm7Np1Bs6",
    "@RANDOM@": "f3a9c17e5b2d48f0" + "a6c1e97d30b4825f",
}
"""Put together here, so that no scanner finds a key in this repository."""


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all cases, with secrets in the place of their names."""
    copy = tmp_path_factory.mktemp("golden") / "diagnostics"
    shutil.copytree(GOLDEN, copy, symlinks=True, ignore=shutil.ignore_patterns("expected.*"))
    for file in (each for each in (copy / "security.plain-secret").rglob("*") if each.is_file()):
        text = file.read_text()
        for name, secret in SECRETS.items():
            text = text.replace(name, secret)
        file.write_text(text)
    return copy


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_manifest_is_told_as_written(case: str, trees: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trees / case)
    tree = load(Path())
    document = report_json(tree.report, tree.source_line)
    text = report_text(document) + "\n"
    codes = document.pop("codes")
    machine = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / case / "expected.txt").write_text(text, "utf-8")
        (GOLDEN / case / "expected.json").write_text(machine, "utf-8")
    assert text == (GOLDEN / case / "expected.txt").read_text("utf-8")
    assert machine == (GOLDEN / case / "expected.json").read_text("utf-8")
    assert case in codes or case not in CODES
    assert set(codes) <= set(CODES)
    assert not any(secret in text + machine for secret in SECRETS.values())


def test_every_code_has_a_case() -> None:
    assert set(CODES) - GENERATED <= set(CASES)


def test_every_code_says_what_it_means_and_the_way_out() -> None:
    for slug, code in CODES.items():
        stage, _, problem = slug.partition(".")
        assert stage in ("tree", "file", "yaml", "manifest", "reference", "security", "policy")
        assert problem == problem.lower()
        assert code.title
        assert not code.title.endswith(".")
        assert len(code.explanation) > 80, slug
        assert all(len(line) <= 120 for line in code.explanation.splitlines()), slug
