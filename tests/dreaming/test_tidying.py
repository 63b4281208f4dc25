from dataclasses import replace

from agentops.memory.applying import applied
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation, Verb
from tests.dreaming.told import TODAY, after, dream, session, user

LINE = "The staging database listens on port 5433."


def tidied(memory: Memory) -> tuple[Operation, ...]:
    return dream(memory=memory).operations


def done(memory: Memory) -> Memory:
    found = applied(memory, tidied(memory), dream="drm_1", today=TODAY)
    assert not found.unfit
    return found.memory


def test_lines_that_say_the_same_become_one() -> None:
    memory = Memory(
        {
            "/notes.md": f"{LINE}\n\nRefunds need approval.\n",
            "/more.md": "- the staging database listens on port `5433`\n",
        }
    )
    (found,) = tidied(memory)
    assert (found.verb, len(found.targets)) == (Verb.MERGE, 2)
    assert all(each.session == "memory" for each in found.evidence)
    after_ = done(memory)
    living = "".join(
        text for path, text in after_.files.items() if not path.startswith("/archive") and path != "/MEMORY.md"
    )
    assert living.count("5433") == 1
    assert "Refunds need approval." in living
    assert tidied(after_) == ()


def test_the_line_that_has_all_names_and_numbers_stays() -> None:
    memory = Memory(
        {
            "/notes.md": "The gateway rejects uploads above 50 MB.\n",
            "/more.md": "The gateway rejects uploads above 50 MB (status `413`).\n",
        }
    )
    assert [each.texts for each in tidied(memory)] in (
        [],
        [("The gateway rejects uploads above 50 MB (status `413`).",)],
    )


def test_lines_that_contradict_each_other_are_a_question() -> None:
    memory = Memory({"/notes.md": f"{LINE}\nThe staging database listens on port 5432.\n"})
    (found,) = tidied(memory)
    assert (found.verb, found.texts, found.reason) == (Verb.DISPUTE, (), "which holds? 5433 against 5432")
    assert tidied(done(memory)) == ()


def test_where_lines_are_dated_the_newer_one_holds() -> None:
    older, newer = (
        f"2026-11-{day}: the staging database listens on port {port}" for day, port in (("02", 5433), (20, 5432))
    )
    memory = Memory({"/notes.md": f"{older}\n{newer}\n"})
    (found,) = tidied(memory)
    assert (found.verb, found.texts) == (Verb.SUPERSEDE, (newer,))
    assert tidied(done(memory)) == ()


def test_notes_about_two_things_are_left_alone() -> None:
    told = session("s1", user(LINE), user("The production database listens on port 5433."))
    assert tidied(after(told)) == ()


def test_a_pinned_note_is_asked_about_not_replaced() -> None:
    memory = after(session("s1", user(LINE)))
    pinned = {anchor: replace(each, pinned=True) for anchor, each in memory.ledger.records.items()}
    files = {**memory.files, "/notes.md": "The staging database listens on port 5432. (2026-11-29)\n"}
    (found,) = tidied(Memory(files, replace(memory.ledger, records=pinned)))
    assert found.verb is Verb.DISPUTE


def test_a_store_in_order_is_left_as_it_is() -> None:
    memory = Memory({"/notes.md": f"{LINE}\nRefunds need approval.\nBackups run at night.\n"})
    assert tidied(memory) == ()
    assert dream(memory=memory).words == "nothing to learn: 0 sessions read, 0 errors, 0 corrections"


def test_lines_too_long_for_a_lesson_are_not_held_against_each_other() -> None:
    long = " ".join(["up", "ok", "up"] * 10_000)  # to compare two of them would take a minute
    memory = Memory({"/a.md": f"{long}\n", "/b.md": f"{long} ok\n", "/c.md": f"{LINE}\n", "/d.md": f"- {LINE}\n"})
    assert [each.verb for each in tidied(memory)] == [Verb.MERGE]
