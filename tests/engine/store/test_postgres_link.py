"""Statements on a connection that is spoken to through libpq itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import errors
from psycopg.pq import TransactionStatus

from agentops.engine.store.postgres_link import _PREPARED_MAX, Link, translated

pytestmark = pytest.mark.postgres


@pytest.fixture
def link(postgres: str) -> Iterator[Link]:
    with Link.connect(postgres, autocommit=True) as connected:
        yield connected


def rows(link: Link, sql: str, **params: str | int | None) -> list[tuple[Any, ...]]:
    return link.rows(link.ask(sql, params))


def test_a_parameter_is_named_once_and_a_cast_is_none() -> None:
    assert translated("SELECT :b, :a_1, :b::text, '%'") == (b"SELECT $1, $2, $1::text, '%'", ("b", "a_1"))


def test_values_come_back_as_they_went(link: Link) -> None:
    said: dict[str, str | int | None] = {"whole": 2**62, "text": "é 50% :x ' \\ \n", "none": None, "empty": ""}
    sql = "SELECT :whole::bigint, :text::text, :none::text, :empty::text, COUNT(*), SUM(1::bigint)::bigint"
    for _ in range(2):
        assert rows(link, sql, **said) == [(*said.values(), 1, 1)]


def test_text_with_a_nul_is_refused_and_not_cut_off(link: Link) -> None:
    with pytest.raises(errors.DataError):
        rows(link, "SELECT :text::text", text="a\0b")
    assert rows(link, "SELECT :text::text", text="ab") == [("ab",)]


@pytest.mark.parametrize(
    ("sql", "kind"), [("SELECT nonsense", errors.UndefinedColumn), ("SELECT 1 / :zero", errors.DivisionByZero)]
)
def test_an_error_is_psycopgs_own_and_the_connection_stays_good(link: Link, sql: str, kind: type[errors.Error]) -> None:
    for _ in range(2):
        with pytest.raises(kind):
            rows(link, sql, zero=0)
    assert rows(link, "SELECT 1") == [(1,)]


def test_no_more_statements_are_kept_than_there_is_room_for(link: Link) -> None:
    for number in (*range(_PREPARED_MAX + 5), 0):
        assert rows(link, f"SELECT {number}") == [(number,)]
    assert rows(link, "SELECT COUNT(*) FROM pg_prepared_statements") == [(_PREPARED_MAX,)]


def status(link: Link) -> TransactionStatus:
    return link.info.transaction_status


def test_a_transaction_begins_with_its_first_statement(link: Link) -> None:
    link.begin("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY")
    assert status(link) == TransactionStatus.IDLE
    assert rows(link, "SHOW transaction_isolation") == [("serializable",)]
    assert rows(link, "SHOW transaction_read_only") == [("on",)]
    assert status(link) == TransactionStatus.INTRANS
    link.end()
    assert status(link) == TransactionStatus.IDLE


def test_a_transaction_without_statements_never_was(link: Link) -> None:
    for finish in (link.end, link.undo):
        link.begin("BEGIN")
        finish()
        assert rows(link, "SELECT 1") == [(1,)]
        assert status(link) == TransactionStatus.IDLE


@pytest.mark.parametrize("sql", ["SELECT nonsense", "SELECT 1 / :zero"])
def test_a_transaction_whose_first_statement_fails_is_undone(link: Link, sql: str) -> None:
    for _ in range(2):
        link.begin("BEGIN")
        with pytest.raises(errors.Error):
            rows(link, sql, zero=0)
        link.undo()
        assert status(link) == TransactionStatus.IDLE
    assert rows(link, "SELECT 1") == [(1,)]


def test_a_first_statement_may_be_longer_than_what_a_socket_holds(link: Link) -> None:
    text = "x" * 5_000_000
    link.begin("BEGIN")
    assert rows(link, "SELECT :text::text", text=text) == [(text,)]
    link.end()


def test_a_question_goes_along_with_the_next_statement(link: Link) -> None:
    for number in range(2):
        link.begin("BEGIN")
        found = link.ahead("SELECT :number::bigint", {"number": number})
        assert status(link) == TransactionStatus.IDLE
        assert rows(link, "SELECT 7") == [(7,)]
        assert link.rows(found()) == link.rows(found()) == [(number,)]
        link.end()


def test_a_question_that_nothing_comes_after_is_asked_when_the_answer_is_wanted(link: Link) -> None:
    link.begin("BEGIN")
    found = link.ahead("SELECT 7", {})
    assert link.rows(found()) == [(7,)]
    assert status(link) == TransactionStatus.INTRANS
    link.end()


def test_a_question_whose_answer_nobody_wants_is_not_asked(link: Link) -> None:
    for finish in (link.end, link.undo):
        link.begin("BEGIN")
        link.ahead("SELECT nonsense", {})
        finish()
        assert rows(link, "SELECT 1") == [(1,)]
        assert status(link) == TransactionStatus.IDLE


def test_a_question_that_cannot_be_answered_fails_what_it_goes_along_with(link: Link) -> None:
    link.begin("BEGIN")
    link.ahead("SELECT 1 / :zero", {"zero": 0})
    with pytest.raises(errors.DivisionByZero):
        rows(link, "SELECT 1")
    link.undo()
    assert rows(link, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("before", [True, False])
def test_a_connection_that_breaks_under_a_statement_is_an_error_and_closed(
    link: Link, postgres: str, *, before: bool
) -> None:
    (pid,) = rows(link, "SELECT pg_backend_pid()")[0]
    rows(link, "SELECT 1")
    with Link.connect(postgres, autocommit=True) as other:
        if before:
            rows(other, "SELECT pg_terminate_backend(:pid, 10000)", pid=pid)
    link.begin("BEGIN")
    with pytest.raises(errors.Error):
        rows(link, "SELECT 1" if before else "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(10)")
    assert link.closed
    link.undo()
