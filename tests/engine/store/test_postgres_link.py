"""Statements on a connection that is spoken to through libpq itself."""

from collections.abc import Iterator

import pytest
from psycopg import errors

from agentops.engine.store.postgres_link import _PREPARED_MAX, Link, translated

pytestmark = pytest.mark.postgres


@pytest.fixture
def link(postgres: str) -> Iterator[Link]:
    with Link.connect(postgres, autocommit=True) as connected:
        yield connected


def rows(link: Link, sql: str, **params: str | int | None) -> list[tuple[object, ...]]:
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
