"""What was turned down is recognised with other counts and in another file, and nothing else is."""

import pytest

from agentops.memory.notes import NoteKind
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.rejecting import is_among, names


def adding(text: str, path: str = "/pitfalls/book.md", verb: Verb = Verb.ADD) -> Operation:
    return Operation(verb, Author("lexical"), texts=(text,), path=path, kind=NoteKind.PITFALL)


OUT = adding("`book` can fail with `off`; 1 of 2 retries worked after changing `total` (8 times in 3 sessions).")


@pytest.mark.parametrize(
    "again",
    [
        OUT,
        adding(OUT.texts[0].replace("8 times in 3", "9 times in 4")),
        adding(
            "`book` can fail with `off`; 2 of 3 retries worked after changing `total` and `id` (9 times in 4 sessions)."
        ),
        adding("`book` can fail with `off` (1 time in 1 session)."),
        adding(OUT.texts[0], "/pitfalls/book-2.md"),
    ],
)
def test_the_same_is_recognised(again: Operation) -> None:
    assert is_among(again, names([OUT]))


@pytest.mark.parametrize(
    "other",
    [
        adding("`book` can fail with `odd` (8 times in 3 sessions)."),
        adding("`book` can fail with `off`; 1 of 2 retries worked with `b` instead of `a` (8 times in 3 sessions)."),
        adding(OUT.texts[0], verb=Verb.REWORD),
        Operation(Verb.REINFORCE, Author("lexical"), ("n7k2",)),
    ],
)
def test_another_one_is_not(other: Operation) -> None:
    assert not is_among(other, names([OUT]))


def test_numbers_that_are_no_counts_stay() -> None:
    assert not is_among(adding("Uploads above 50 MB fail"), names([adding("Uploads above 60 MB fail")]))


def test_a_ledger_that_knows_ids_alone_is_understood() -> None:
    assert is_among(OUT, frozenset({OUT.id}))
