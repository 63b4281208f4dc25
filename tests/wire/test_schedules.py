import pytest

from agentops.wire.problems import check
from agentops.wire.schedules import CRON_FIELDS, Schedule, cron_problems, cron_values
from agentops.wire.timezones import is_timezone

TIMED = {"type": "cron", "timezone": "UTC"}


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "0 9 * * 1-5",
        "*/15 0-23/2 1,15 1-12 0,7",
        "59 23 31 12 7",
        "0  9 * *\t1",
        "0 0 29 2 *",
        "0 0 30 2 1",
    ],
)
def test_five_posix_fields_are_a_schedule(expression: str) -> None:
    assert list(cron_problems(expression)) == []


def test_an_expression_is_bounded_before_it_is_read() -> None:
    def said(expression: str) -> list[str]:
        return [each.kind for each in check(Schedule, {**TIMED, "expression": expression})[1]]

    everything = " ".join(",".join(map(str, each)) for each in CRON_FIELDS.values())
    assert said(everything) == []
    assert said("0," * 7_000_000 + "0 9 * * *") == ["too-long"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("@daily", 'shortcuts such as "@daily" do not count'),
        ("0 9 * *", "has 4"),
        ("0 0 9 * * 1", "has 6"),
        ("", "has 0"),
        ("60 * * * *", 'minute that cannot be: "60" is not within 0-59'),
        ("* 24 * * *", '"24" is not within 0-23'),
        ("* * 0 * *", '"0" is not within 1-31'),
        ("* * * 13 *", '"13" is not within 1-12'),
        ("* * * * 8", '"8" is not within 0-7'),
        ("* * L * *", "L is not part of POSIX cron"),
        ("* * 1W * *", "W is not part of POSIX cron"),
        ("* * * * 1#2", "# is not part of POSIX cron"),
        ("* * ? * *", "? is not part of POSIX cron"),
        ("5-1 * * * *", '"5-1" is empty'),
        ("*/0 * * * *", '"*/0" is empty'),
        ("5/10 * * * *", "write 5-59/10"),
        ("1,,2 * * * *", '"" is not a number'),
        ("-1 * * * *", '"-1" is not a number'),
        ("٣ * * * *", "is not a number"),
        ("0 0 30 2 *", "no month in 2 has a day 30"),
        ("0 0 31 2,4,6-6 */2", "no month in 2,4,6-6 has a day 31"),
    ],
)
def test_what_is_no_schedule_is_told_why(expression: str, words: str) -> None:
    [problem] = cron_problems(expression)
    assert words in problem.message


@pytest.mark.parametrize(
    ("field", "name", "values"),
    [
        ("*", "month", set(range(1, 13))),
        ("*/20", "minute", {0, 20, 40}),
        ("1-7/3", "day-of-month", {1, 4, 7}),
        ("5,1-2", "hour", {1, 2, 5}),
    ],
)
def test_a_field_stands_for_its_values(field: str, name: str, values: set[int]) -> None:
    assert cron_values(field, CRON_FIELDS[name]) == values


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_zone_of_the_database_is_known(name: str) -> None:
    assert is_timezone(name)


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "Europe/Berlln", "../etc/passwd", "/etc/passwd", "localtime", "posix/UTC", "UTC\x00", "+01:00"],
)
def test_anything_else_is_no_zone(name: str) -> None:
    assert not is_timezone(name)


def test_both_parts_of_a_schedule_are_judged_at_once() -> None:
    problems = check(Schedule, {"type": "cron", "expression": "@daily", "timezone": "Mars"})[1]
    assert [each.path for each in problems] == [("expression",), ("timezone",)]
