"""The operator's file: what it may say, and how what is wrong with it is told."""

import re
from pathlib import Path

import pytest

from agentops.base.errors import EXIT_USAGE, UsageError, WrongSettings
from agentops.controller.config import Config, Repository, SecretFrom
from agentops.controller.reading import Secrets, read_config

LEAST = "repositories:\n  - name: shop\n    url: https://forge.example/shop.git\n"


GUIDE = Path(__file__).parents[2] / "docs" / "controller.md"


def read(folder: Path, text: str) -> Config:
    file = folder / "controller.yaml"
    file.write_text(text)
    return read_config(file)


def wrongs(folder: Path, text: str) -> list[tuple[int, str, str]]:
    """Return line, sentence and way out of everything that is wrong."""
    with pytest.raises(WrongSettings) as caught:
        read(folder, text)
    assert caught.value.exit_code == EXIT_USAGE, "what keeps a server up does not start it again for it"
    found = caught.value.report.diagnostics
    assert all(each.span and caught.value.source_line(each.span.file, each.span.line) for each in found)
    return [(each.span.line, each.message, each.label) for each in found if each.span]


def test_a_name_and_an_address_are_enough_and_the_rest_is_careful(tmp_path: Path) -> None:
    found = read(tmp_path, LEAST).repositories[0]
    assert (found.branch, found.heal, found.prune.enabled, found.memory, found.dreams) == (
        "main",
        True,
        False,
        False,
        False,
    )
    assert found.policy.actions.archive == "ask"
    assert found.push_secret is None


def test_everything_that_is_wrong_is_told_at_its_place(tmp_path: Path) -> None:
    text = (
        f"{LEAST}    branhc: next\n    path: ../other\n    every: 1\n    notify: [ops]\n"
        "    target: {url: http://127.0.0.1:8700, api_key: {env: A, file: b}}\n"
        f"  - name: shop\n    url: y\n"
    )
    found = wrongs(tmp_path, text)
    assert (4, "repositories[0] has no field `branhc`", "did you mean branch?") in found
    assert any(line == 5 and "must not lead out of the repository" in message for line, message, _ in found)
    assert any(line == 6 and "must be at least 5" in message for line, message, _ in found)
    assert any(line == 8 and "must have either env or file" in message for line, message, _ in found)


def test_names_that_stand_twice_or_for_nothing_are_told(tmp_path: Path) -> None:
    found = wrongs(tmp_path, f"{LEAST}    notify: [ops]\n  - name: shop\n    url: y\n")
    assert any(line == 5 and "must be unique" in message for line, message, _ in found)
    assert any(line == 4 and "names `ops`, which `notify` does not define" in message for line, message, _ in found)


@pytest.mark.parametrize("text", ["", "---\na: 1\n---\nb: 2\n"])
def test_a_file_holds_one_document(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="YAML documents instead of one"):
        read(tmp_path, text)


def test_a_secret_written_out_is_no_address_of_one(tmp_path: Path) -> None:
    found = wrongs(tmp_path, f"{LEAST}    push_secret: hunter2\n")
    assert "hunter2" not in str(found)


def test_secrets_are_read_where_the_file_says_and_anew_each_time(tmp_path: Path) -> None:
    secrets = Secrets({"KEY": "in the environment"}, tmp_path)
    assert secrets.get(SecretFrom(env="KEY")).reveal() == "in the environment"
    (tmp_path / "key").write_text("one\n")
    assert secrets.get(SecretFrom(file="key")).reveal() == "one"
    (tmp_path / "key").write_text("two\n")
    assert secrets.get(SecretFrom(file="key")).reveal() == "two"
    with pytest.raises(UsageError, match="the variable OTHER is not set"):
        secrets.get(SecretFrom(env="OTHER"))
    with pytest.raises(UsageError, match="nowhere cannot be read: No such file"):
        secrets.get(SecretFrom(file="nowhere"))


def test_every_example_of_the_guide_is_right(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(examples) == 2
    fields = [read(tmp_path, each).repositories[0].model_fields_set for each in examples]
    assert fields[1] == set(Repository.model_fields) - {"token"}
