"""Where notes live."""

import pytest

from agentops.memory import layout
from agentops.memory.notes import NoteKind


@pytest.mark.parametrize("kind", NoteKind)
def test_every_kind_has_a_folder_and_an_archive(kind: NoteKind) -> None:
    path = layout.path_for(kind, "Book Réservation: pay!")

    assert path == f"{layout.folder_of(kind)}/book-reservation-pay.md"
    assert layout.kind_at(path) is kind
    assert layout.is_note_file(path)
    assert layout.path_trouble(path) == ""
    assert layout.is_archived(layout.archive_of(kind))


def test_nothing_usable_is_general() -> None:
    assert layout.slug("¡!") == layout.slug("") == "general"


@pytest.mark.parametrize("path", ["/facts.md", "/free/facts/a.md", "/facts/a.txt", "/MEMORY.md"])
def test_other_paths_are_no_files_of_notes(path: str) -> None:
    assert not layout.is_note_file(path)


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("/a.md", True),
        ("/a.txt", True),
        ("/a", True),
        ("/a.json", False),
        ("/MEMORY.md", False),
        ("/archive/a.md", False),
    ],
)
def test_text_is_read_wherever_it_stands(path: str, *, is_read: bool) -> None:
    assert layout.is_read(path) is is_read


def test_parts_of_a_file_are_known() -> None:
    parts = [layout.continued("/facts/a.md", part) for part in (1, 2, 13)]

    assert parts == ["/facts/a.md", "/facts/a-2.md", "/facts/a-13.md"]
    assert all(layout.is_part(part, "/facts/a.md") for part in parts)
    assert not layout.is_part("/facts/a-b.md", "/facts/a.md")
    assert not layout.is_part("/facts/b.md", "/facts/a.md")
