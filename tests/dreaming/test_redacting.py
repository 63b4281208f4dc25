"""A transcript after redaction: typed placeholders, one number a value, nothing found in it any more."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.canonical import canonical_json
from agentops.dreaming import redacting
from agentops.dreaming.redacting import cleaned, redacted
from agentops.memory.evidence import Origin
from agentops.memory.scanning import personal, secrets
from agentops.memory.transcripts import Event, Sort, Transcript

AWS = "AKIA" + "Q3EGRIEXAMPLE7QZ"
KEY = "ghp" + "_" + "a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6"


def said(text: str, number: int = 0) -> Event:
    return Event(f"evt_{number}", Sort.MESSAGE, Origin.USER, text)


def called(**arguments: object) -> Event:
    return Event("call_1", Sort.CALL, Origin.AGENT, canonical_json(arguments), tool="run", arguments=arguments)


def texts(*events: Event) -> list[str]:
    return [each.text for each in redacted(Transcript("s", "openai-chat", events)).events]


def test_a_value_has_one_number_all_through_a_transcript() -> None:
    assert texts(
        said(f"the keys are {AWS} and {KEY}"), said(f"again {AWS}", 1), said("write to a.b@acme.org or c@acme.org", 2)
    ) == [
        "the keys are ⟨secret:aws-key:1⟩ and ⟨secret:github-token:1⟩",
        "again ⟨secret:aws-key:1⟩",
        "write to ⟨personal:email:1⟩ or ⟨personal:email:2⟩",
    ]


def test_a_value_that_a_word_gave_away_once_is_replaced_where_it_stands_alone_too() -> None:
    assert texts(said("now hunter2-prod works"), said("the password is hunter2-prod", 1)) == [
        "now ⟨secret:password:1⟩ works",
        "the password is ⟨secret:password:1⟩",
    ]


def test_arguments_and_their_spelling_stay_the_same_thing() -> None:
    event = called(command=f"deploy --key {KEY}", password="s3cr3t", deep=[{"mail": "a.b@acme.org"}])
    (found,) = redacted(Transcript("s", "x", (event,))).events
    assert json.loads(found.text) == found.arguments
    assert found.arguments == {
        "command": "deploy --key ⟨secret:github-token:1⟩",
        "password": "⟨secret:password:1⟩",
        "deep": [{"mail": "⟨personal:email:1⟩"}],
    }


def test_a_name_of_an_argument_is_not_a_hiding_place() -> None:
    (found,) = redacted(Transcript("s", "x", (called(**{KEY: 1}),))).events
    assert found.arguments == {"⟨secret:github-token:1⟩": 1}


def test_numbers_go_on_after_placeholders_that_were_there() -> None:
    assert texts(said(f"⟨secret:aws-key:4⟩ was replaced by {AWS}")) == [
        "⟨secret:aws-key:4⟩ was replaced by ⟨secret:aws-key:5⟩"
    ]


def test_what_is_neither_text_nor_argument_stays() -> None:
    event = Event("evt_9", Sort.RESULT, Origin.EXTERNAL, f"key {AWS}", tool="bash", call="c", is_error=True, thread="t")
    before = Transcript("s", "x", (event,), agent="a", task="refund a.b@acme.org", principal="p@acme.org", outcome=0.5)
    after = redacted(before)
    assert (after.session, after.agent, after.outcome) == ("s", "a", 0.5)
    assert (after.task, after.principal) == ("refund ⟨personal:email:1⟩", "p@acme.org")
    assert after.events[0].is_error
    assert after.evidence(after.events[0]) == before.evidence(event)


PIECES = st.sampled_from(
    [
        AWS,
        KEY,
        "password: ",
        "password=",
        "hunter2-prod",
        "the api key is ",
        "9f8e7d6c5b4a39281706",
        "Bearer ",
        "code ",
        "OTP ",
        "482 913",
        "a.b@acme.org",
        "+44 20 7946 0958",
        "4111 1111 1111 1111",
        "⟨secret:aws-key:2⟩",
        "⟨",
        "⟩",
        "token",
        " ",
        "\n",
        "postgres://app:k9Xw77pq@db/app",
        "=",
        ":",
        '"',
        "aB3dE5gH7jK9mN1pQ3sT5vW7x",
        "plain words",
    ]
)
LINES = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4), st.dictionaries(LINES, LINES, max_size=2))
def test_redacting_twice_is_redacting_once(lines: list[str], arguments: dict[str, str]) -> None:
    events = [*(said(each, number) for number, each in enumerate(lines)), called(**arguments)]
    once = redacted(Transcript("s", "x", tuple(events)))
    assert redacted(once) == once


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4))
def test_nothing_is_found_in_what_was_redacted(lines: list[str]) -> None:
    for text in cleaned(lines).values():
        for find in (secrets.find, personal.find):
            for hit in find(text):
                assert set("⟨⟩").intersection(text[hit.start : hit.end])  # half a placeholder, which was there before


@pytest.mark.parametrize("few", [0, 10**9], ids=["of many", "of few"])
def test_many_values_are_found_again_wherever_they_stand(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacting, "_FEW", few)
    mails = [f"first.last{number}@example{number % 3}.com" for number in range(40)]
    keys = [f"tR7vXw2mPq9kLz4n{number}" for number in range(12)]  # each is the beginning of another, or begins like it
    told = [f"mail {each}" for each in mails] + [f"api_key={each}" for each in keys]
    again = ["x".join(keys), *(f"<{each}>" for each in mails), keys[11][:-1], "nothing"]
    clean = cleaned([*told, *again])
    assert not [each for each in (*mails, *keys) for text in clean.values() if each in text]
    assert clean["nothing"] == "nothing"
    assert clean[again[0]].count("\N{MATHEMATICAL LEFT ANGLE BRACKET}") == len(keys)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["a@example.com", "bb@example.com", "b@example.com", "api_key=tR7vXw2m9kLz4n7", "x"])))
def test_few_and_many_values_are_looked_for_alike(words: list[str]) -> None:
    texts = [" ".join(words), "".join(words), *words, "tR7vXw2m9kLz4n7 and bb@example.com!"]
    with pytest.MonkeyPatch.context() as patch:
        few = cleaned(texts)
        patch.setattr(redacting, "_FEW", 0)
        assert cleaned(texts) == few
