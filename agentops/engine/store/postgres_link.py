"""A connection to Postgres, spoken to through libpq itself: psycopg's cursors cost four times what a statement does.

A statement is one call that waits without the interpreter's lock, so that the event loop goes on meanwhile and a worker
thread does not have to win the lock back in the middle of it.
"""

import re
import select
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from agentops.engine.store.port import Params, Row

_PREPARED_MAX = 200
"""Statements that a connection keeps ready; those that were not used for longest make room. Some 10 KB each there."""

_UNDERSTOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

_PARAMETER = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


@dataclass(slots=True)
class _Asked:
    """A statement that waits for another to go along with, and its answer."""

    sql: str
    values: list[Any]
    result: PGresult | None = None


class Link(psycopg.Connection[tuple[Any, ...]]):
    """One connection, used by one thread at a time."""

    def __init__(self, pgconn: PGconn, row_factory: Any = psycopg.rows.tuple_row) -> None:
        """Take over a connection that is there."""
        super().__init__(pgconn, row_factory)
        self._ready: OrderedDict[str, bytes] = OrderedDict()
        self._count = 0
        self._loader = Transformer(self)
        self._beginning = ""
        self._ahead: list[_Asked] = []

    def begin(self, sql: str) -> None:
        """Have a transaction begin on the way to its first statement, which then takes no way of its own."""
        self._beginning = sql

    def end(self) -> None:
        """Commit, if anything was begun.

        Raises:
            psycopg.Error: it is not committed, or nobody knows.
        """
        self._ahead = []
        if self._beginning:
            self._beginning = ""
        else:
            self.command(b"COMMIT")

    def undo(self) -> None:
        """Take back what was done since the beginning, unless the connection is lost, and that with it."""
        self._beginning, self._ahead = "", []
        if not self.closed:
            self.rollback()

    def command(self, sql: bytes) -> None:
        """Run a statement that has no parameters and answers nothing.

        Raises:
            psycopg.Error: it cannot be run.
        """
        _understood(self.pgconn.exec_(sql))

    def ask(self, sql: str, params: Params) -> PGresult:
        """Return what the server answers to a statement.

        Raises:
            psycopg.Error: it cannot be run.
        """
        values = _values(sql, params)
        if not (self._beginning or self._ahead):
            return _understood(self.pgconn.exec_prepared(self._name(sql), values))
        first = [_Asked(self._beginning, [])] if self._beginning else []
        going = [*first, *self._ahead, _Asked(sql, values)]
        self._beginning, self._ahead = "", []
        # Few enough that no name is forgotten over the others.
        results = self._together(*[(self._name(each.sql), each.values) for each in going])
        for each, result in zip(going, results, strict=True):
            each.result = result
        return results[-1]

    def ahead(self, sql: str, params: Params) -> Callable[[], PGresult]:
        """Have a statement go on the way of the next one, and return what tells the answer, if need be by asking."""
        asked = _Asked(sql, _values(sql, params))
        self._ahead.append(asked)

        def answer() -> PGresult:
            if asked.result is not None:
                return asked.result
            self._ahead.remove(asked)
            return self.ask(sql, params)

        return answer

    def _together(self, *statements: tuple[bytes, list[Any]]) -> list[PGresult]:
        """Send statements in one go, and return what they are answered."""
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        for name, values in statements:
            pgconn.send_query_prepared(name, values)
        pgconn.pipeline_sync()
        results = []
        while (result := self._next()) is None or result.status != ExecStatus.PIPELINE_SYNC:
            if result is not None:
                results.append(result)
        pgconn.exit_pipeline_mode()
        return [_understood(each) for each in results]

    def _next(self) -> PGresult | None:
        """Return what came next. libpq itself would wait for it with the interpreter's lock."""
        while self.pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
        while self.pgconn.is_busy():
            self._wait(select.POLLIN)
        result = self.pgconn.get_result()
        # After the last words of a connection that broke, no end of the answers comes.
        if result is not None and self.pgconn.status != ConnStatus.OK:
            raise errors.error_from_result(result)
        return result

    def _wait(self, events: int) -> None:
        ready = select.poll()
        ready.register(self.pgconn.socket, events)
        ready.poll()
        self.pgconn.consume_input()

    def rows(self, result: PGresult) -> list[Row]:
        """Return the rows of an answer."""
        self._loader.set_pgresult(result)
        return self._loader.load_rows(0, result.ntuples, tuple)

    def _name(self, sql: str) -> bytes:
        """Return under which name the connection knows the statement, which it learns if it must."""
        if (name := self._ready.get(sql)) is not None:
            self._ready.move_to_end(sql)
            return name
        if len(self._ready) >= _PREPARED_MAX:
            _, forgotten = self._ready.popitem(last=False)
            self.command(b"DEALLOCATE " + forgotten)
        self._count += 1
        name = b"agentops_%d" % self._count
        # The types of parameters are left to the server, which knows those of the columns.
        _understood(self.pgconn.prepare(name, translated(sql)[0]))
        self._ready[sql] = name
        return name


@lru_cache(maxsize=512)
def translated(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the SQL with Postgres' own spelling of parameters, and their names in its order."""
    names: dict[str, int] = {}
    text = _PARAMETER.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", sql)
    return text.encode(), tuple(names)


def _values(sql: str, params: Params) -> list[Any]:
    # psycopg's own types forget that a parameter may be NULL.
    return [_spelt(params[name]) for name in translated(sql)[1]]


def _spelt(value: str | int | None) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str) and "\0" in value:
        raise errors.DataError("PostgreSQL text cannot contain NUL")
    return str(value).encode()


def _understood(result: PGresult) -> PGresult:
    if result.status not in _UNDERSTOOD:
        raise errors.error_from_result(result)
    return result
