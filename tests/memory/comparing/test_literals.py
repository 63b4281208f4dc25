import pytest

from agentops.memory.comparing.literals import literals, missing


def test_what_is_quoted_comes_first_then_the_numbers() -> None:
    assert list(literals("`uv` needs 3.11, since 2026-11-02, 40 times")) == ["uv", "3.11", "2026-11-02", "40"]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("the total was 4875", "total price is 4,875"),
        ("port `5433`", "it listens on 5433."),
        ("fails with `price is …, but paid`", "Error: price is 4875, but paid 1625"),
        ("on 2026-11-02", "2026-11-02T08:00:00Z"),
        ("`Config/Flags.yaml`", "see config/flags.yaml"),
        ("the flag `--no-cache`", "run with --no-cache please"),
    ],
)
def test_what_stands_in_the_source_is_not_missing(text: str, source: str) -> None:
    assert missing(text, [source]) == ()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("port 5432", "port 5433"),
        ("port 543", "port 5433"),
        ("1 error", "version 1.5"),
        ("`pip`", "pipeline"),
        ("fails with `paid … price`", "price is 4875, but paid 1625"),
        ("40 of them", ""),
    ],
)
def test_what_stands_there_otherwise_is_missing(text: str, source: str) -> None:
    assert missing(text, [source])


def test_literals_may_stand_in_several_sources_but_none_across_two() -> None:
    assert missing("`uv` and `pip`", ["uv", "pip"]) == ()
    assert missing("`uv sync`", ["uv", "sync"]) == ("uv sync",)
