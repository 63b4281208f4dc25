from dataclasses import replace

from agentops.memory.moves import is_error, moves, retried
from tests.dreaming.told import agent, call, recalled, session


def test_calls_have_their_results_though_an_id_comes_twice() -> None:
    told = session("s1", call("look", "one"), agent("again"), call("look", "two"))
    told = replace(told, events=tuple(replace(each, call="c1" if each.call else "") for each in told.events))
    assert [(each.tool, each.result.text if each.result else "") for each in moves(told)] == [
        ("look", "one"),
        ("look", "two"),
    ]


def test_a_call_that_nobody_answered_has_no_result() -> None:
    told = session("s1", call("look", "one")[:1])
    assert [each.result for each in moves(told)] == [None]


def test_what_was_recalled_is_no_move() -> None:
    assert list(moves(session("s1", recalled("a note")))) == []


def test_another_command_is_no_retry() -> None:
    def next_of(**arguments: str) -> bool:
        told = session("s1", call("bash", "Error: no", command="rg -n needle"), call("bash", "fine", **arguments))
        return next(retried(told))[1] is not None

    assert next_of(command="grep -rn needle")
    assert not next_of(command="ls /tmp")
    assert next_of(command="rg -n needle")


def test_errors_are_marked_or_say_so() -> None:
    marked, said, fine = (
        call("look", text, is_error=flag)[1]
        for text, flag in (("no", True), ("Error: no", False), ("errors: 0", False))
    )
    assert is_error(marked)
    assert is_error(said)
    assert not is_error(fine)
