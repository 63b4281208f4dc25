"""Names that things had before, and what is let go: what a Project may say of them."""

from pathlib import Path

import pytest

from agentops.manifests.load import load

_HEAD = "apiVersion: agentops/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def said(folder: Path, spec: str, *agents: str) -> list[tuple[str, str, int]]:
    """Return what is wrong with a Project beside those agents: code, message, line."""
    documents = [_HEAD.format(kind="Project", name="acme", spec=spec)]
    documents += [_HEAD.format(kind="Agent", name=each, spec="{model: claude-opus-5-5}") for each in agents]
    (folder / "all.yaml").write_text("---\n".join(documents))
    found = load(folder).report.diagnostics
    return [(each.code.slug, each.message, each.span.line if each.span else 0) for each in found]


@pytest.mark.parametrize(
    "spec",
    [
        "{moved: [{from: Agent/old, to: Agent/new}], prune: {grace: 3d}}",
        "{moved: [{from: Agent/older, to: Agent/old}, {from: Agent/old, to: Agent/new}]}",
        "{moved: [{from: Agent/old, to: Team/crew}]}",
        "{removed: [{address: Agent/old, keep: true}]}",
    ],
)
def test_what_makes_sense_is_taken(tmp_path: Path, spec: str) -> None:
    assert said(tmp_path, spec, "new") == []


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("{moved: [{from: old, to: Agent/new}]}", 'must be an address such as Agent/reviewer, is "old"'),
        ("{moved: [{from: Rubric/old, to: Rubric/new}]}", "must be a kind with objects on a target; a Rubric has none"),
        ("{moved: [{from: Agent/old, to: Agent/old}]}", "must be another address than `from`"),
        ("{moved: [{from: Agent/old, to: Vault/new}]}", "must be of the kind of `from`; no Agent becomes a Vault"),
        ("{moved: [{from: Vault/a/old, to: Vault/a/new}]}", "a credential is known by what it is for"),
        (
            "{moved: [{from: Agent/a, to: Agent/b}, {from: Agent/b, to: Agent/a}]}",
            "must not lead back to where it began",
        ),
        (
            "{moved: [{from: Agent/a, to: Agent/b}, {from: Agent/a, to: Agent/c}]}",
            "must be said once; Agent/a is in another entry too",
        ),
        (
            "{moved: [{from: Agent/a, to: Agent/c}, {from: Agent/b, to: Agent/c}]}",
            "must be said once; Agent/c is in another entry too",
        ),
        ("{removed: [{address: Agent/old, keep: false}]}", "must be true; what is to go needs no entry"),
        ("{removed: [{address: Agent/old}]}", "needs the field `keep`"),
        (
            "{moved: [{from: Agent/a, to: Agent/b}], removed: [{address: Agent/a, keep: true}]}",
            "must not be moved as well; Agent/a became Agent/b",
        ),
        ("{prune: {grace: soon}}", "a length of time"),
    ],
)
def test_what_makes_none_is_told_at_its_place(tmp_path: Path, spec: str, told: str) -> None:
    found = said(tmp_path, spec)
    assert any(told in message and line == 4 for _, message, line in found), found


def test_what_moved_away_or_was_let_go_is_not_declared(tmp_path: Path) -> None:
    spec = "{moved: [{from: Agent/old, to: Agent/new}], removed: [{address: Agent/gone, keep: true}]}"
    assert said(tmp_path, spec, "old", "new", "gone") == [
        ("manifest.bad-combination", "Agent/old became Agent/new, and is declared as well", 4),
        ("manifest.bad-combination", "Agent/gone is let go, and is declared as well", 4),
    ]
