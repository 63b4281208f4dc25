"""Secrets that are given to a server by a test, and every way in which one could come out again."""

import json
from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, get_args, get_origin
from urllib.parse import quote, quote_plus

import psycopg

from agentops.wire.shape import Shape, WriteOnly
from agentops.wire.walk import Path as Place
from agentops.wire.walk import fields, is_shape, is_union, stripped

from .bodies import Toward

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Marks:
    """Makes secrets that occur nowhere by chance, and remembers them."""

    def __init__(self) -> None:
        self._random = Random(7)
        self._numbers = count(1)
        self.made: list[str] = []

    def new(self) -> str:
        body = "".join(self._random.choices(LETTERS, k=24))
        self.made.append(f"mark-{next(self._numbers):02}/{body}+=")
        return self.made[-1]


class Marked(Toward):
    """Is a request toward one field, with a new secret in every field that takes one."""

    def __init__(self, shape: type[Shape], target: tuple[str, ...], marks: Marks) -> None:
        super().__init__(shape, target)
        self._secret = set(secret_paths(shape))
        self._marks = marks

    def text(self, path: Place, known: tuple[str, ...]) -> str:
        names = tuple(each for each in path if isinstance(each, str))
        return self._marks.new() if names in self._secret else super().text(path, known)


def secret_paths(hint: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of field names at which a shape takes secrets."""
    form, markers = stripped(hint)
    if any(isinstance(each, WriteOnly) for each in markers):
        yield path
    elif is_union(form) or get_origin(form) is list:
        for each in get_args(form):
            yield from secret_paths(each, path)
    elif is_shape(form):
        for name, each in fields(form).items():
            yield from secret_paths(each, (*path, name))


def spellings(secret: str) -> set[bytes]:
    """Return how a secret could stand in bytes: as it is, escaped, in hexadecimal, and inside of any base64."""
    raw = secret.encode()
    said = {
        raw,
        raw.hex().encode(),
        raw.hex().upper().encode(),
        quote(secret, safe="").encode(),
        quote(secret).encode(),
    }
    said |= {quote_plus(secret).encode(), json.dumps(secret)[1:-1].encode()}
    for before in range(3):
        whole = b64encode(b"\0" * before + raw)
        inside = whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        said |= {inside, inside.replace(b"+", b"-").replace(b"/", b"_")}
    return said


def where(secret: str, places: dict[str, bytes]) -> list[str]:
    """Return the places in which the secret occurs, however it is spelled."""
    said = spellings(secret)
    return [name for name, content in places.items() if any(each in content for each in said)]


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, a database's with its log and its index."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def tables(url: str) -> dict[str, bytes]:
    """Return every row of every table of a Postgres database, table by table."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        dumps = {}
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:  # type: ignore[arg-type]  # a name of our own
                dumps[f"table {name}"] = b"".join(map(bytes, copy))
        return dumps
