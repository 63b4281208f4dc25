"""`docs/policies.md` shows what is right: its Project, its rules and its prices are read without a word."""

import re
from pathlib import Path

from agentops.manifests.load import load

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
PROJECT, RULES, PRICES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_what_the_page_shows_is_right(tmp_path: Path) -> None:
    for name, text in (
        ("agents.d/project.yaml", PROJECT),
        ("policies/agents.yaml", RULES),
        ("policies/agent.schema.json", '{"required": ["wanted"]}'),
        ("prices.yaml", PRICES),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    tree = load(tmp_path / "agents.d")
    assert [(str(each.span), each.message) for each in tree.report.diagnostics] == []
    assert len(tree.policy.rules) == 5
    assert tree.policy.prices


def test_the_rules_of_the_page_are_asked_of_what_they_name(tmp_path: Path) -> None:
    test_what_the_page_shows_is_right(tmp_path)
    about = {each.name: each.about for each in load(tmp_path / "agents.d").policy.rules}
    assert about == {
        "no-unasked-bash": "step",
        "production-budgets": "step",
        "few-models": "plan",
        "team-names": "step",
        "agent-shape": "step",
    }
