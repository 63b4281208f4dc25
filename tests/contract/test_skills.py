"""Skills: folders and archives, names that stay, versions that come and go, and agents that name them."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anthropic import APIStatusError, BadRequestError, NotFoundError
from anthropic.lib import files_from_dir

from agentops.base.clock import ManualClock

from .given import SKILL, a_skill, an_agent, ids, pages, refused, skill_files, the_agent_toolset
from .sdk import Api


def zipped(files: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> tuple[str, bytes]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return "skill.zip", stream.getvalue()


def downloaded(api: Api, skill_id: str, version: str = "latest") -> bytes:
    api.skills.versions.download(version, skill_id=skill_id)
    return bytes(api.last.content)


def test_a_skill_has_every_field(api: Api, clock: ManualClock) -> None:
    skill = a_skill(api)
    body = api.last.json()
    assert re.fullmatch(r"skill_01\w+", skill.id)
    assert re.fullmatch(r"skver_01\w+", skill.latest_version_id)
    assert body == {
        "id": skill.id,
        "type": "skill",
        "display_name": "pdf-forms",
        "latest_version_id": skill.latest_version_id,
        "source": {"type": "custom"},
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
    }
    assert skill.created_at == clock.now()
    assert api.skills.retrieve(skill.id) == skill
    assert api.skills.list(limit=1).data == [skill]


def test_a_version_has_every_field(api: Api, clock: ManualClock) -> None:
    skill = a_skill(api)
    clock.advance(timedelta(seconds=1))
    version = api.skills.versions.create(skill.id, files=skill_files(body="Better."))
    body = api.last.json()
    assert body == {
        "id": version.id,
        "type": "skill_version",
        "skill_id": skill.id,
        "name": "pdf-forms",
        "description": "Fills forms.",
        "created_at": body["created_at"],
    }
    after = api.skills.retrieve(skill.id)
    assert (after.latest_version_id, after.updated_at) == (version.id, clock.now())
    for address in (version.id, "latest"):
        assert api.skills.versions.retrieve(address, skill_id=skill.id) == version
    assert ids(api.skills.versions.list(skill.id).data) == [version.id, skill.latest_version_id]


def test_files_an_archive_and_their_download_are_one_skill(api: Api) -> None:
    files = skill_files(**{"scripts/fill.py": "print()", "REFERENCE.md": "0123456789" * 900})
    from_files = a_skill(api, files=files)
    from_zip = a_skill(api, files=[zipped(files[::-1])])
    archive = downloaded(api, from_files.id)
    assert api.last.headers["content-type"] == "application/zip"
    assert "pdf-forms.zip" in api.last.headers["content-disposition"]
    assert downloaded(api, from_zip.id) == archive
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        assert {each: read.read(each) for each in read.namelist()} == dict(files)
    again = a_skill(api, files=[("pdf-forms.zip", archive)])
    assert downloaded(api, again.id) == archive


@pytest.mark.stateless
def test_a_folder_is_uploaded_as_the_sdk_reads_it(api: Api, tmp_path: Path) -> None:
    for name, data in SKILL:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert a_skill(api, files=files_from_dir(tmp_path / "pdf-forms")).display_name == "pdf-forms"


@pytest.mark.stateless
@pytest.mark.parametrize("label", ["PDF forms", "名" * 255, "d" * 255])
def test_a_label_is_the_authors(api: Api, label: str) -> None:
    assert a_skill(api, display_name=label).display_name == label


@pytest.mark.stateless
@pytest.mark.parametrize("label", ["d" * 256, "two\nlines", ""], ids=["long", "lines", "empty"])
def test_a_label_beyond_its_rule_is_refused(api: Api, label: str) -> None:
    refused(BadRequestError, lambda: a_skill(api, display_name=label), "display_name")


@pytest.mark.stateless
def test_a_name_may_come_from_the_folder(api: Api) -> None:
    skill = a_skill(api, files=[("tidy/SKILL.md", b"---\ndescription: Tidies.\n---\n")])
    assert api.skills.versions.retrieve("latest", skill_id=skill.id).name == "tidy"


def header(text: str, folder: str = "a") -> list[tuple[str, bytes]]:
    return [(f"{folder}/SKILL.md", text.encode())]


BROKEN: dict[str, tuple[list[tuple[str, bytes]], tuple[str, ...]]] = {
    "no header file": ([("a/skill.md", b"")], ("SKILL.md",)),
    "at the top": ([("SKILL.md", b"---\nname: a\ndescription: d\n---\n")], ("one folder",)),
    "two folders": ([*SKILL, ("other/x", b"")], ("one folder", "other")),
    "another folder": (header("---\nname: b\ndescription: d\n---\n"), ("folder", "b")),
    "no front matter": (header("# Hello"), ("front matter",)),
    "no description": (header("---\nname: a\n---\n"), ("files.SKILL.md.description",)),
    "long description": (header(f"---\nname: a\ndescription: {'d' * 1025}\n---\n"), ("description", "1024")),
    "bad name": (header("---\nname: A B\ndescription: d\n---\n", "A B"), ("files.SKILL.md.name",)),
    "double hyphen": (header("---\nname: a--b\ndescription: d\n---\n", "a--b"), ("files.SKILL.md.name",)),
    "a way up": ([*SKILL, ("pdf-forms/../x", b"")], ("..",)),
    "an absolute path": ([*SKILL, ("/etc/passwd", b"")], ("skill's folder",)),
    "the same path twice": ([*SKILL, *SKILL], ("one path",)),
    "the same path in another case": ([*SKILL, ("pdf-forms/skill.MD", b"")], ("case",)),
    "no archive": ([("skill.zip", b"PK\x03\x04 is not enough")], ("zip",)),
    "an empty archive": ([("skill.zip", b"PK\x05\x06" + b"\0" * 18)], ("one folder",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("files", "words"), BROKEN.values(), ids=BROKEN)
def test_files_that_are_no_skill_are_refused(api: Api, files: Any, words: tuple[str, ...]) -> None:
    refused(BadRequestError, lambda: a_skill(api, files=files), *words)


@pytest.mark.stateless
def test_a_skill_must_stay_below_its_limit(api: Api) -> None:
    size = 30_000_000 - len(SKILL[0][1])
    error = refused(APIStatusError, lambda: a_skill(api, files=[*SKILL, ("pdf-forms/x", bytes(size))]), "30000000")
    assert (error.status_code, error.type) == (413, "request_too_large")
    bomb = zipped([*SKILL, ("pdf-forms/x", bytes(size))])
    refused(BadRequestError, lambda: a_skill(api, files=[bomb]), "hundredth")


@pytest.mark.stateless
def test_fields_that_nobody_knows_and_missing_files_are_refused(api: Api) -> None:
    skill = a_skill(api)
    refused(BadRequestError, lambda: a_skill(api, extra_body={"title": "x"}), "title")
    label = {"display_name": "x"}
    refused(
        BadRequestError, lambda: api.skills.versions.create(skill.id, files=SKILL, extra_body=label), "display_name"
    )
    content = b'--b\r\ncontent-disposition: form-data; name="display_name"\r\n\r\nx\r\n--b--\r\n'
    answer = api.send(
        "POST", "/v1/skills", headers={"content-type": "multipart/form-data; boundary=b"}, content=content
    )
    assert (answer.status_code, answer.json()["error"]["message"][:5]) == (400, "files")


def test_a_name_stays_over_the_versions(api: Api) -> None:
    skill = a_skill(api)
    other = skill_files("other")
    refused(BadRequestError, lambda: api.skills.versions.create(skill.id, files=other), "pdf-forms", "other")
    assert ids(api.skills.versions.list(skill.id).data) == [skill.latest_version_id]


def test_the_latest_is_the_newest_that_is_left(api: Api) -> None:
    skill = a_skill(api)
    second = api.skills.versions.create(skill.id, files=skill_files(body="second"))
    deleted = api.skills.versions.delete(second.id, skill_id=skill.id)
    assert (deleted.id, deleted.type) == (second.id, "skill_version_deleted")
    assert api.skills.retrieve(skill.id).latest_version_id == skill.latest_version_id
    versions = api.skills.versions
    for act in (versions.retrieve, versions.download, versions.delete):
        refused(NotFoundError, lambda act=act: act(second.id, skill_id=skill.id), second.id)
    refused(NotFoundError, lambda: versions.delete("latest", skill_id=skill.id), "latest")


def test_the_only_version_goes_with_its_skill(api: Api) -> None:
    skill = a_skill(api)
    only = skill.latest_version_id
    refused(BadRequestError, lambda: api.skills.versions.delete(only, skill_id=skill.id), "delete the skill")
    assert api.skills.versions.retrieve(only, skill_id=skill.id).id == only
    deleted = api.skills.delete(skill.id)
    assert (deleted.id, deleted.type) == (skill.id, "skill_deleted")
    for act in (
        lambda: api.skills.retrieve(skill.id),
        lambda: api.skills.delete(skill.id),
        lambda: api.skills.versions.list(skill.id),
        lambda: api.skills.versions.retrieve(only, skill_id=skill.id),
        lambda: api.skills.versions.create(skill.id, files=SKILL),
    ):
        refused(NotFoundError, act, skill.id)


def test_lists_are_newest_first_and_go_on(api: Api) -> None:
    made = [a_skill(api).id for _ in range(3)]
    assert [each for page in pages(api.skills.list(limit=2)) for each in ids(page)][:3] == made[::-1]
    uploaded = [api.skills.versions.create(made[0], files=SKILL).id for _ in range(2)]
    found = pages(api.skills.versions.list(made[0], limit=2))
    assert [ids(page) for page in found] == [uploaded[::-1], [api.skills.versions.list(made[0]).data[-1].id]]
    assert made[0] in ids(api.skills.list(source="custom", limit=1000).data)
    assert api.skills.list(source="anthropic").data == []


@pytest.mark.stateless
def test_list_parameters_have_their_limits(api: Api) -> None:
    refused(BadRequestError, lambda: api.skills.list(source="plugin"), "source")
    refused(BadRequestError, lambda: api.skills.list(limit=1001), "limit")
    refused(BadRequestError, lambda: api.skills.list(page="page_x"), "page")


@pytest.mark.stateless
def test_the_form_of_the_beta_is_refused(api: Api) -> None:
    refused(BadRequestError, lambda: api.skills.list(betas=["skills-2025-10-02"]), "skills-2025-10-02")


def custom(skill_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "custom", "skill_id": skill_id, **fields}


def a_skilled_agent(api: Api, skills: list[dict[str, Any]]) -> Any:
    return an_agent(api, tools=[the_agent_toolset()], skills=skills)


def test_an_agent_names_a_version_of_a_skill(api: Api) -> None:
    skill = a_skill(api)
    first = skill.latest_version_id
    agent = a_skilled_agent(api, [custom(skill.id)])
    assert [each.model_dump() for each in agent.skills] == [{**custom(skill.id), "version": first}]
    second = api.skills.versions.create(skill.id, files=SKILL).id
    assert api.agents.retrieve(agent.id).skills[0].version == first
    assert api.agents.update(agent.id, skills=[custom(skill.id, version="latest")]).skills[0].version == second
    assert api.agents.update(agent.id, skills=[custom(skill.id, version=first)]).skills[0].version == first
    same = api.agents.retrieve(agent.id)
    assert api.agents.update(agent.id, skills=[custom(skill.id, version=first)]).version == same.version
    assert api.agents.update(agent.id, name="Other").skills[0].version == first


def test_an_agent_cannot_name_what_is_not_there(api: Api) -> None:
    skill, other = a_skill(api), a_skill(api)
    gone = a_skill(api)
    api.skills.delete(gone.id)
    for reference in (
        custom("skill_01NoSuchSkill"),
        custom("no id at all"),
        custom(gone.id, version="latest"),
        custom(skill.id, version="skver_01NoSuchVersion"),
        custom(skill.id, version=other.latest_version_id),
    ):
        wrong = [{"type": "anthropic", "skill_id": "pdf"}, reference]
        refused(BadRequestError, lambda wrong=wrong: a_skilled_agent(api, wrong), "skills.1.skill_id")


def test_an_agent_outlives_its_skill(api: Api) -> None:
    skill = a_skill(api)
    agent = a_skilled_agent(api, [custom(skill.id)])
    api.skills.delete(skill.id)
    assert api.agents.update(agent.id, name="Other").skills[0].skill_id == skill.id
