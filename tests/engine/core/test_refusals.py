"""Problems said as one error."""

from agentops.engine.core.refusals import invalid
from agentops.wire.problems import Problem


def test_every_problem_is_said_with_its_path() -> None:
    error = invalid(
        [
            Problem(("tools", 0, "configs", 1, "name"), "x", "must be shorter"),
            Problem((), "x", "holds too much"),
        ]
    )
    assert error.message == "tools.0.configs.1.name: must be shorter; holds too much"
    assert error.details is None


def test_a_crowd_of_problems_is_counted() -> None:
    error = invalid([Problem((index,), "x", "is wrong") for index in range(50)])
    assert error.message.endswith("19: is wrong; and 30 more")


def test_problems_with_metadata_alone_have_a_code() -> None:
    one = Problem(("metadata", "k"), "x", "is wrong")
    assert invalid([one]).details == {"error_code": "invalid_metadata"}
    assert invalid([one, Problem(("name",), "x", "is wrong")]).details is None
