from agentops.memory.comparing.bm25 import Index

TEXTS = ("the database listens on port 5433", "the search index is rebuilt", "backups of the database run at night")


def test_the_text_with_the_rarer_words_comes_first() -> None:
    assert [place for place, _ in Index(TEXTS).best("which port has the database", 3)] == [0, 2]


def test_what_shares_no_word_is_not_found() -> None:
    assert Index(TEXTS).best("payments", 3) == []


def test_equals_keep_their_order() -> None:
    assert [place for place, _ in Index(["a port", "a port"]).best("port", 2)] == [0, 1]


def test_an_index_of_nothing_answers() -> None:
    assert Index([]).best("port", 3) == []
    assert Index(["", "the"]).best("port", 3) == []


def test_endings_do_not_matter() -> None:
    assert Index(["payments are signed"]).best("sign a payment", 1)
