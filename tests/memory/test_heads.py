"""The head of a file of notes follows from its records; what a person wrote into it stays."""

from datetime import date

from agentops.memory import front_matter
from agentops.memory.evidence import Origin
from agentops.memory.notes import Memory, NoteKind, Support, Trust
from agentops.memory.operations import Verb
from tests.memory.given import BORNE, LATER, PITFALL, add, after, cited, note, operation, record, store

PATH = "/pitfalls/booking.md"
MINE = "---\nkind: wrong\ndescription: Mine\n# said by me\nowner: anna\nlist:\n  - one\n  - two\n---\n"


def head(memory: Memory, path: str = PATH) -> dict[str, object]:
    said = front_matter.split(memory.files[path])[0]
    assert isinstance(said, dict)
    return said


def test_a_head_says_what_the_notes_have_in_common() -> None:
    memory = after(
        store(), add("`pay` wants cents", evidence=cited("sesn_0#e1"), support=Support(1, 1), origin=Origin.TOOL)
    )

    assert list(head(memory).items()) == [
        ("id", "pitfalls/booking"),
        ("kind", "pitfall"),
        ("description", PITFALL),
        ("status", "active"),
        ("trust", "observed"),
        ("origin", "tool"),
        ("first_seen", date(2026, 11, 21)),
        ("last_seen", date(2026, 11, 21)),
        ("valid_from", date(2026, 11, 21)),
        ("valid_to", None),
        ("review_after", date(2027, 2, 19)),
        ("support", {"sessions": 3, "days": 2, "against": 0}),
        ("evidence", ["sesn_0#e1", "sesn_1#e1", "sesn_2#e7"]),
        ("tokens", 21),
    ]


def test_a_head_cites_three_events_at_most() -> None:
    memory = after(store(), add("other", evidence=cited("a#1", "b#1", "c#1", "d#1")))

    assert head(memory)["evidence"] == ["a#1", "b#1", "c#1"]


def test_a_head_follows_when_only_the_ledger_changes() -> None:
    memory = store()
    more = operation(Verb.REINFORCE, targets=(note(memory).anchor,), evidence=cited("sesn_9#e1"), support=Support(1, 1))

    later = after(memory, more, today=LATER)

    assert head(later)["last_seen"] == LATER
    assert later.files[PATH].partition("---\n- ")[2] == memory.files[PATH].partition("---\n- ")[2]


def test_keys_and_comments_of_a_person_stay_behind_codes_own() -> None:
    memory = after(Memory({PATH: f"{MINE}- by hand\n"}), add())

    theirs = "# said by me\nowner: anna\nlist:\n  - one\n  - two\n---\n- by hand\n"
    assert memory.files[PATH].endswith(f"tokens: 19\n{theirs}- {PITFALL} ^{note(memory).anchor}\n")
    assert head(memory)["kind"] == "pitfall"


def test_a_description_of_a_person_stays_and_codes_own_follows_the_notes() -> None:
    mine = after(Memory({PATH: f"{MINE}- by hand\n"}), add())
    ours = after(store(), operation(Verb.REWORD, "`pay` wants cents", targets=(note(store()).anchor,)))

    assert head(mine)["description"] == "Mine"
    assert head(ours)["description"] == "`pay` wants cents"


def test_a_description_names_what_the_other_notes_speak_of() -> None:
    memory = after(store(), add("`pay` wants cents"), add("`bags` are counted"))

    assert head(memory)["description"] == f"{PITFALL} (`bags`, `pay`)"


def test_a_scope_that_all_notes_share_is_the_files() -> None:
    assert head(after(Memory(), add(scope="agent:desk")))["scope"] == "agent:desk"
    assert "scope" not in head(after(Memory(), add(scope="agent:desk"), add("other")))


def test_a_head_that_is_not_yaml_is_left_alone() -> None:
    broken = "---\nkind: [\n---\n- by hand\n"

    text = after(Memory({PATH: broken}), add()).files[PATH]

    assert text.startswith(broken)


def test_a_file_without_notes_goes_unless_a_person_wrote_more_into_it() -> None:
    ours = after(store(), operation(Verb.RETIRE, targets=(note(store()).anchor,)))
    mine = Memory({PATH: f"{MINE}- by hand ^hand\n"})
    theirs = after(mine, operation(Verb.RETIRE, targets=("hand",)))

    assert PATH not in ours.files
    assert "owner: anna" in theirs.files[PATH]


def test_lines_end_as_they_did() -> None:
    memory = after(Memory({PATH: "---\r\nowner: anna\r\n---\r\n- by hand\r\n"}), add())

    assert memory.files[PATH].count("\n") == memory.files[PATH].count("\r\n")
    assert head(memory)["owner"] == "anna"


def test_a_free_file_has_no_head() -> None:
    assert after(Memory({"/notes.md": "- by hand\n"}), add(path="/notes.md")).files["/notes.md"].startswith("- by hand")


def test_a_file_is_trusted_as_its_least_trusted_note() -> None:
    memory = after(
        Memory(),
        add("stated", NoteKind.FACT, trust=Trust.STATED, origin=Origin.USER),
        add("inferred", NoteKind.FACT, trust=Trust.INFERRED, support=BORNE),
    )

    assert head(memory, "/facts/booking.md")["trust"] == "inferred"
    assert head(memory, "/facts/booking.md")["origin"] == "agent"
    assert record(memory, "stated").trust is Trust.STATED
