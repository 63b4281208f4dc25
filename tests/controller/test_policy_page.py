"""`docs/policy.md` says what the code does: its tables have every word with its default, and its example is valid."""

import re
from pathlib import Path
from typing import Any

import yaml

from agentops.controller.policy import Actions, Policy, PolicyBrakes, Risks
from agentops.controller.windows import Window
from agentops.wire.problems import check

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")


def rows(section: str) -> dict[str, str]:
    """Return the second column of a section's table by its first."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", text, re.MULTILINE))


def defaults(shape: Any) -> dict[str, str]:
    return {name: str("none" if each.default is None else each.default) for name, each in shape.model_fields.items()}


def test_the_tables_are_those_of_the_code() -> None:
    assert rows("Actions") == defaults(Actions)
    assert rows("Risks") == defaults(Risks)
    assert rows("Brakes") == defaults(PolicyBrakes)


def test_the_example_is_valid() -> None:
    example = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])["repositories"][0]
    assert check(Policy, example["policy"])[1] == ()
    assert [check(Window, each)[1] for each in example["windows"]] == [(), (), ()]
