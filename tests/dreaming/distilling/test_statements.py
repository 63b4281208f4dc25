from datetime import UTC, datetime

import pytest

from agentops.dreaming.distilling import preferences, statements
from agentops.dreaming.distilling.preferences import asked
from agentops.dreaming.distilling.sentences import dated, quoted, sentences, told
from agentops.dreaming.distilling.statements import statement
from agentops.memory.evidence import Origin
from agentops.memory.notes import NoteKind, Trust
from tests.dreaming.told import agent, booking_sessions, call, recalled, session, user


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("No, not npm, use pnpm.", "Use pnpm, not npm."),
        ("Please use `uv` instead of pip.", "Use `uv` instead of pip."),
        ("Always run the linter before you push.", "Always run the linter before you push."),
        ("From now on, please answer in German.", "Answer in German."),
        ("Never deploy on Fridays!", "Never deploy on Fridays."),
        ("Please use --no-cache when building", "Use `--no-cache` when building."),
        ("No, use the staging cluster instead of production.", "Use the staging cluster instead of production."),
    ],
)
def test_what_a_person_asks_for_is_a_preference(said: str, text: str) -> None:
    (found,) = preferences.candidates([session("s1", user("Hello."), agent("Hello."), user(said))])
    assert (found.text, found.kind, found.trust) == (text, NoteKind.PREFERENCE, Trust.STATED)


@pytest.mark.parametrize(
    "said",
    [
        "I prefer a window seat.",
        "Please use my gift card.",
        "Use the second one, not the first.",
        "I have always been a member.",
        "Can you always do that?",
        "Please use this card instead of that one.",
        "I never got an answer.",
        "Book the cheaper one.",
        "Never mind, thanks.",
        "Always the same error in foo.py.",
    ],
)
def test_what_holds_for_the_moment_is_none(said: str) -> None:
    assert list(preferences.candidates([session("s1", user(said))])) == []


def test_a_wish_in_the_task_itself_waits_for_another_session() -> None:
    (task,) = preferences.candidates([session("s1", user("Please use `pytest` for the tests."), agent("Yes."))])
    assert task.trust is Trust.OBSERVED


def test_a_wish_of_a_known_person_is_theirs() -> None:
    (found,) = preferences.candidates([session("s1", user("I prefer tabs over spaces."), principal="ann")])
    assert (found.text, found.scope, found.path) == (
        "The user prefers tabs over spaces.",
        "user:ann",
        "/preferences/ann.md",
    )
    assert asked("I prefer tabs over spaces", has_name=False) is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("The staging database listens on port 5433.", "The staging database listens on port `5433`."),
        ("Our API runs version 2.4.1.", "The API runs version `2.4.1`."),
        ("The deploy script lives in tools/deploy.sh.", "The deploy script lives in `tools/deploy.sh`."),
        ("The billing service is owned by Priya.", "The billing service is owned by Priya."),
        ("Actually, the backups are kept for 14 days.", "The backups are kept for `14` days."),
    ],
)
def test_what_a_person_states_of_lasting_things_is_a_fact(said: str, text: str) -> None:
    (found,) = statements.candidates([session("s1", user(said))])
    assert (found.text, found.kind, found.trust) == (text, NoteKind.FACT, Trust.STATED)


@pytest.mark.parametrize(
    "said",
    [
        "My user ID is mia_li_3668.",
        "The reservation number is 4WQ150.",
        "The database is slow.",
        "If the server listens on port 80, stop.",
        "I think the port is 5433.",
        "Is the database on port 5433?",
        "The database listens on port 5433 right now.",
        "It is on port 5433.",
        "The test is failing with 3 errors.",
        "The API is returning 500.",
    ],
)
def test_what_is_unsure_momentary_or_personal_is_none(said: str) -> None:
    assert list(statements.candidates([session("s1", user(said))])) == []


def test_tools_are_heard_too_and_agents_are_not() -> None:
    said = "The staging database listens on port 5433."
    shown = [session(f"s{each}", call("read_page", said)) for each in range(2)]
    (found,) = statements.candidates(shown)
    assert (found.trust, found.origin, found.support.sessions) == (Trust.OBSERVED, Origin.TOOL, 2)
    assert (
        list(statements.candidates([session("s1", agent(said)), session("s2", call("get", f'{{"a": "{said}"}}'))]))
        == []
    )


def test_what_memory_gave_is_not_learnt() -> None:
    from agentops.dreaming.collecting import collected
    from agentops.dreaming.port import Night
    from tests.dreaming.told import EMPTY, TODAY

    given = session("s1", recalled("The staging database listens on port 5433."))
    assert list(statements.candidates(collected(Night(EMPTY, (given,), TODAY)).transcripts)) == []


def test_days_become_dates_and_vague_times_are_no_notes() -> None:
    at = datetime(2026, 11, 12, 9, tzinfo=UTC)
    assert dated("The key was rotated yesterday", at) == "The key was rotated 2026-11-11"
    assert dated("The key was rotated yesterday", None) is None
    assert dated("The key was rotated last week", at) is None
    assert dated("From now on, rotate the key", at)


def test_sentences_are_short_and_no_questions() -> None:
    assert list(sentences("See v1.2.3 at a.example. Is it right?\n- Yes; it is!")) == [
        "See v1.2.3 at a.example",
        "Yes",
        "it is",
    ]
    assert list(sentences("word " * 100)) == []


def test_literals_are_quoted_once_and_people_are_told_of() -> None:
    assert quoted("run tools/deploy.sh on port 80") == "run `tools/deploy.sh` on port `80`"
    assert quoted("run `make` on port 80") == "run `make` on port 80"
    assert told("our key is safe") == "The team's key is safe."


def test_seventy_sessions_of_customers_leave_no_wish_and_no_fact() -> None:
    assert list(preferences.candidates(booking_sessions())) == []
    assert list(statements.candidates(booking_sessions())) == []


def test_a_statement_names_its_slot_without_its_value() -> None:
    one, other = (statement(f"The staging database listens on port {each}") for each in (5433, 5432))
    assert one
    assert other
    assert one.slot == other.slot
    assert one.value != other.value
