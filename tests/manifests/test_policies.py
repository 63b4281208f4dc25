"""A Project's policy as it is read: files, patterns, words, and what a machine without the library says."""

import sys
from datetime import date
from pathlib import Path

import pytest

from agentops.manifests.document import Tree
from agentops.manifests.load import load
from agentops.manifests.policies.policy import Policy, Price

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n"
RULE = "rules:\n  - {name: NAME, require: 'size(plan.steps) < 9', message: Few at a time.}\n"


def loaded(folder: Path, spec: str, caches: Path | None = None, **files: str) -> Tree:
    tree = folder / "agents.d"
    tree.mkdir(exist_ok=True)
    (tree / "project.yaml").write_text(PROJECT + spec)
    for name, text in files.items():
        path = tree / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load(tree, caches)


def codes(tree: Tree) -> list[str]:
    return [each.code.slug for each in tree.report.diagnostics]


def test_a_tree_that_says_nothing_of_plans_has_an_empty_policy(tmp_path: Path) -> None:
    policy = loaded(tmp_path, "  {}\n").policy
    assert policy == Policy()


def test_off_is_a_word_and_needs_no_quotes(tmp_path: Path) -> None:
    tree = loaded(tmp_path, "  policy: {risks: {model_changed: off}, actions: {update: off}}\n")
    assert codes(tree) == []
    assert (tree.policy.risks["model_changed"].level, tree.policy.actions["update"].level) == ("off", "off")


def test_elsewhere_off_still_looks_like_a_truth_value(tmp_path: Path) -> None:
    allow = "allow: [{risk: model_changed, address: Agent/one, reason: off, until: 2026-12-31}]"
    tree = loaded(tmp_path, f"  policy:\n    risks: {{model_changed: off}}\n    {allow}\n")
    assert codes(tree) == ["yaml.look-alike"]


def test_rules_and_prices_among_the_manifests_are_no_manifests(tmp_path: Path) -> None:
    spec = "  policy: {rules: {file: 'policies/*.yaml'}}\n  prices: {file: prices.yaml}\n"
    prices = "as_of: 2026-11-01\nmodels: {claude-opus-5-5: {input: 5, output: 25.5}}\n"
    rules = {f"policies/{name}": RULE.replace("NAME", name) for name in ("one", "two")}
    tree = loaded(tmp_path, spec, prices=prices, **rules)
    assert codes(tree) == []
    assert [each.name for each in tree.policy.rules] == ["one", "two"]
    assert tree.policy.prices
    assert tree.policy.prices.as_of == date(2026, 11, 1)
    assert tree.policy.prices.currency == "USD"
    assert tree.policy.prices.models == {"claude-opus-5-5": Price(5, 25.5, 5, 5)}


def test_a_policy_is_the_same_from_the_cache(tmp_path: Path) -> None:
    spec = "  policy:\n    risks: {model_changed: error}\n    rules: {file: ../rules.yaml}\n"
    (tmp_path / "rules.yaml").write_text(RULE.replace("NAME", "few"))
    cold = loaded(tmp_path, spec, tmp_path / "caches")
    warm = load(tmp_path / "agents.d", tmp_path / "caches")
    assert warm.policy == cold.policy
    (tmp_path / "rules.yaml").write_text(RULE.replace("NAME", "fewer"))
    assert [each.name for each in load(tmp_path / "agents.d", tmp_path / "caches").policy.rules] == ["fewer"]


def test_a_pattern_that_means_no_file_is_a_mistake(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, "  policy: {rules: {file: 'policies/*.yaml'}}\n")) == ["file.missing"]
    (tmp_path / "policies").mkdir()
    assert codes(loaded(tmp_path, "  policy: {rules: {file: '../policies/*.yaml'}}\n")) == ["file.missing"]


@pytest.mark.parametrize("path", ["/etc/*.yaml", "../../*.yaml", "../../rules.yaml"])
def test_no_rule_comes_from_outside_the_tree(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "rules.yaml").write_text(RULE.replace("NAME", "few"))
    assert codes(loaded(folder, f"  policy: {{rules: {{file: '{path}'}}}}\n")) == ["file.outside-tree"]


@pytest.mark.parametrize("text", ["", "rules: []\n---\nrules: []\n"], ids=["nothing", "two documents"])
def test_a_file_of_rules_is_one_document(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    assert codes(loaded(tmp_path, "  policy: {rules: {file: ../rules.yaml}}\n")) == ["file.form"]


@pytest.mark.parametrize("text", ["- a\n", "words\n", "7\n", "[]\n"])
def test_files_that_hold_no_fields_are_told_what_they_hold(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    for spec in ("policy: {rules: {file: ../odd.yaml}}", "prices: {file: ../odd.yaml}"):
        assert codes(loaded(tmp_path, f"  {spec}\n")) == ["manifest.wrong-type"]


def test_a_project_has_a_number_of_rules_that_people_can_know(tmp_path: Path) -> None:
    every = ["rules:", *(f"  - {{name: rule-{each}, require: 'true', message: Hm.}}" for each in range(150))]
    rules = {f"policies/{name}": "\n".join(every).replace("rule-", f"{name}-") for name in ("one", "two")}
    tree = loaded(tmp_path, "  policy: {rules: {file: 'policies/*.yaml'}}\n", **rules)
    assert codes(tree) == ["manifest.too-many"]


def test_a_machine_without_the_library_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    tree = loaded(tmp_path, "  policy: {rules: {file: rules.yaml}}\n", rules=RULE.replace("NAME", "few"))
    (found,) = tree.report.diagnostics
    assert found.code.slug == "policy.no-library"
    assert "pip install 'agentops-gitops[rules]'" in found.label


def test_without_the_library_every_other_policy_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    (tmp_path / "shape.yaml").write_text("required: [owner]\n")
    rules = "rules: [{name: shape, schema: {file: ../shape.yaml}, message: Whose?}]"
    tree = loaded(tmp_path, f"  policy:\n    risks: {{model_changed: error}}\n    {rules}\n")
    assert codes(tree) == []
    assert tree.policy.rules[0].schema == {"required": ["owner"]}


def test_no_rules_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("cel_expr_python")]:
        monkeypatch.delitem(sys.modules, name)
    loaded(tmp_path, "  policy: {risks: {model_changed: error}}\n")
    assert not any(each.startswith("cel_expr_python") for each in sys.modules)
