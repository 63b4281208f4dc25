"""Where things are mounted."""

from typing import Any

import pytest

from agentops.engine.core import session_resources

UPLOADS = "/mnt/session/uploads"


def a_file(path: str | None = None) -> dict[str, Any]:
    return {"type": "file", "file_id": "file_1", "mount_path": path}


def a_repository(path: str | None = None) -> dict[str, Any]:
    return {"type": "github_repository", "url": "https://github.com/acme/tools.py", "mount_path": path}


PLACES = {
    "a file by its id": (a_file(), f"{UPLOADS}/file_1"),
    "a bare name": (a_file("data.csv"), f"{UPLOADS}/data.csv"),
    "from the root": (a_file("/data.csv"), f"{UPLOADS}/data.csv"),
    "already there": (a_file(f"{UPLOADS}/a/data.csv"), f"{UPLOADS}/a/data.csv"),
    "there only in spelling": (a_file(f"{UPLOADS}2/data.csv"), f"{UPLOADS}{UPLOADS}2/data.csv"),
    "more than one slash": (a_file("a//b/./c/"), f"{UPLOADS}/a/b/c"),
    "a repository by its name": (a_repository(), "/workspace/tools.py"),
    "a repository elsewhere": (a_repository("/workspace//src/"), "/workspace/src"),
}


@pytest.mark.parametrize(("sent", "place"), PLACES.values(), ids=PLACES)
def test_a_place_is_found(sent: dict[str, Any], place: str) -> None:
    assert session_resources.place(sent) == place


STORES = {
    "Shopper Preferences": "shopper-preferences",
    "a_b  c": "a-b-c",
    "Größe 1": "gr-e-1",
    "日本": "-",
}


@pytest.mark.parametrize(("name", "slug"), STORES.items(), ids=STORES)
def test_a_store_is_mounted_by_its_name(name: str, slug: str) -> None:
    assert session_resources.place_of_store(name, []) == f"/mnt/memory/{slug}"


def test_stores_whose_names_read_the_same_are_numbered() -> None:
    taken = ["/mnt/memory/notes", "/mnt/memory/notes-2"]
    assert session_resources.place_of_store("Notes", taken) == "/mnt/memory/notes-3"
