import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.dreaming.distilling.errors import candidates, failures
from agentops.dreaming.distilling.templates import GAP, shown, template
from agentops.memory.comparing.literals import missing
from tests.dreaming.told import call, session


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Error: order 4711 is closed", "Error: order 4712 is closed"),
        ("no seats on 2026-11-02", "no seats on 2026-12-24"),
        ("amount is $4,875.00, but 1625 was paid", "amount is 12, but 7 was paid"),
        ("file '/tmp/a b.txt' not found", "file '/etc/hosts' not found"),
        ("cannot open /srv/data/a.csv", "cannot open ./b.csv"),
        ("user mia_li_3668 is unknown", "user tom_9 is unknown"),
        ("GET https://a.example/x failed", "GET https://b.example/y?z=1 failed"),
        ('{"error": {"message": "no row 5"}}', '{"error": {"message": "no row 6"}}'),
        (
            "Traceback (most recent call last):\n  File 'a.py'\nKeyError: 'a'",
            "Traceback (most recent call last):\n x\nKeyError: 'b'",
        ),
        ("no object <Foo at 0x7f3a>", "no object <Bar at 0x11>"),
    ],
)
def test_errors_that_differ_in_ids_dates_and_amounts_are_one(one: str, other: str) -> None:
    assert template(one) == template(other)
    assert GAP in template(one)


def test_errors_that_say_other_things_are_two() -> None:
    assert template("order 4711 is closed") != template("order 4711 is unknown")


@given(st.text(max_size=200))
def test_any_text_has_a_template_that_it_holds(text: str) -> None:
    quoted = shown(template(text)).strip()
    if quoted and not text.lstrip().startswith("{") and "`" not in quoted:
        assert missing(f"`{quoted}`", [text]) == ()


def test_the_next_call_of_the_same_tool_is_the_retry_whatever_came_between() -> None:
    told = session("s1", call("pay", "Error: too little", sum=1), call("look", "12"), call("pay", "paid", sum=12))
    (failure,) = failures(told)
    assert failure.has_recovered
    assert failure.changed == {"sum"}


def test_an_error_becomes_a_pitfall_with_its_way_out_and_its_counts() -> None:
    told = [
        session(f"s{each}", call("pay", f"Error: {each} is too little", sum=each), call("pay", "paid", sum=12))
        for each in (1, 2)
    ]
    (found,) = candidates(told)
    assert (
        found.text
        == "`pay` can fail with `is too little`; 2 of 2 retries worked after changing `sum` (2 times in 2 sessions)."
    )
    assert found.path == "/pitfalls/pay.md"
    assert found.about == "pay: … is too little"
    assert [str(each) for each in found.evidence] == ["s1#e1", "s1#e2", "s2#e1", "s2#e2"]


def test_one_session_is_enough_where_it_found_the_way_out_or_none_at_all() -> None:
    found_out = session("s1", call("pay", "Error: too little", sum=1), call("pay", "paid", sum=12))
    found_none = session("s2", *(call("pay", "Error: closed", sum=each) for each in range(3)))
    once = session("s3", call("pay", "Error: odd", sum=1))
    again = session("s4", *(call("pay", "Error: busy", sum=1) for _ in range(3)))
    certain = {each.about: each.is_certain for each in candidates([found_out, found_none, once, again])}
    assert certain == {"pay: too little": True, "pay: closed": True, "pay: odd": False, "pay: busy": False}


def test_a_program_that_works_in_place_of_another_is_named() -> None:
    told = [
        session(
            f"s{each}",
            call("bash", "bash: rg: command not found", is_error=True, command=f"rg needle{each}"),
            call("bash", "found", command=f"grep -rn needle{each}"),
        )
        for each in range(2)
    ]
    (found,) = candidates(told)
    assert found.text == (
        "`bash` can fail with `bash: rg: command not found`; 2 of 2 retries worked with `grep` instead of `rg` "
        "(2 times in 2 sessions)."
    )


def test_values_of_one_run_are_not_named() -> None:
    told = [
        session(
            "s1",
            call("pay", "Error: unknown card", card="card_7334", by="ann"),
            call("pay", "paid", card="card_9074", by="ann"),
        )
    ]
    (found,) = candidates(told)
    assert (
        found.text
        == "`pay` can fail with `unknown card`; 1 of 1 retries worked after changing `card` (1 time in 1 session)."
    )


def test_one_session_of_a_shell_does_not_fill_a_store() -> None:
    words = ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "theta")
    steps = [
        step
        for word in words
        for step in (call("sh", f"Error: no {word}", run=word), call("sh", "fine", run=f"{word} two"))
    ]
    found = list(candidates([session("s1", *steps)]))
    assert (len(found), sum(each.is_certain for each in found)) == (8, 5)


def test_threads_of_a_team_do_not_retry_for_each_other() -> None:
    from dataclasses import replace

    told = session("s1", call("pay", "Error: too little", sum=1), call("pay", "paid", sum=12))
    told = replace(
        told, events=tuple(replace(each, thread="a" if place < 2 else "b") for place, each in enumerate(told.events))
    )
    (failure,) = failures(told)
    assert failure.retry is None


def test_an_error_without_words_teaches_nothing() -> None:
    assert list(candidates([session("s1", call("pay", "Error: 4711", is_error=True))])) == []
