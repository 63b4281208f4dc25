"""Which folders are watched, and what counts as a change in them."""

from pathlib import Path

import pytest

from agentops.cli.watching.ground import Folder, base, covered, files, signature


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("agents.d/deep/deeper").mkdir(parents=True)
    return tmp_path


def test_a_project_is_watched_through_its_manifests_alone(here: Path) -> None:
    expected = (Folder(str(here), is_deep=False), Folder(str(here / "agents.d"), is_deep=True))
    assert base(Path()) == base(Path("agents.d")) == expected
    assert base(Path("elsewhere"))[1] == Folder(str(here / "elsewhere" / "agents.d"), is_deep=True)


def test_a_folder_of_manifests_or_one_file_can_be_watched(here: Path) -> None:
    Path("lone").mkdir()
    Path("lone/a.yaml").touch()
    assert base(Path("lone")) == (Folder(str(here), is_deep=False), Folder(str(here / "lone"), is_deep=True))
    assert base(Path("lone/a.yaml")) == (Folder(str(here / "lone"), is_deep=False),)


def test_what_is_watched_already_is_not_watched_twice_and_nothing_outside(here: Path) -> None:
    deep = Folder(str(here / "agents.d"), is_deep=True)
    inner = {Folder(str(here / "agents.d" / "deep"), is_deep=each) for each in (True, False)}
    others = {Folder("/", is_deep=False), Folder(str(here / "gone"), is_deep=True), Folder(deep.path, is_deep=False)}
    assert covered({deep, *inner, *others}, here) == {deep}


def test_what_every_file_is_tells_changes(here: Path) -> None:
    folders = [Folder(str(here / "agents.d"), is_deep=True)]
    Path("agents.d/deep/a.yaml").write_text("1")
    Path("agents.d/b.yaml").write_text("1")
    before = signature(folders)
    assert signature(folders) == before
    Path("agents.d/.hidden").write_text("1")
    assert signature(folders) == before
    Path("agents.d/deep/a.yaml").write_text("22")
    Path("agents.d/b.yaml").unlink()
    assert [Path(each).name for each in files(before, signature(folders))] == ["b.yaml", "a.yaml"]
