"""What became of tests, in lines, JSON and JUnit."""

from pathlib import Path
from xml.etree import ElementTree as ET

from agentops.base.names import Address, Kind
from agentops.base.paint import Paint
from agentops.cli.testing import report
from agentops.cli.testing.judging import Failure, Happened
from agentops.cli.testing.reading import Case
from agentops.cli.testing.shape import Test
from agentops.cli.testing.stage import Verdict
from agentops.manifests.marks import Text
from agentops.manifests.yaml import read

TEXT = "agent: logs\ntask: Look.\nmodel: {turns: [{say: hi}]}\nexpect:\n  says: [bye]\n"


def verdict(*failures: Failure, name: str = "says bye") -> Verdict:
    parsed = read(Text("agents.d/logs.test.yaml", TEXT)).documents[0]
    agent, environment = Address(Kind.AGENT, "logs"), Address(Kind.ENVIRONMENT, "sandbox")
    case = Case(name, Test.model_validate(parsed.data), agent, environment, None, Path(), parsed.marks)
    events = [{"type": "span.model_request_start"}]
    return Verdict(case, Happened(events, "end_turn", {}), failures, 0.25)


FAILED = verdict(Failure(("expect", "says", 0), "the agent never said 'bye'", ("- 'bye'", "+ hi\x1b[1A")))


def test_a_test_has_a_line_and_a_failure_its_place() -> None:
    assert report.line(verdict(), Paint()) == "✓ says bye  agents.d/logs.test.yaml:1  1 request, 0.2 s"
    assert report.line(FAILED, Paint()).startswith("✗ says bye  agents.d/logs.test.yaml:1")
    assert list(report.explanations(FAILED, Paint())) == [
        "  agents.d/logs.test.yaml:5:10 the agent never said 'bye'",
        "    - 'bye'",
        "    + hi\\x1b[1A",
    ]
    assert report.summary([verdict(), FAILED]) == "1 passed, 1 failed"
    assert report.summary([verdict()]) == "1 passed"


def test_json_holds_the_same() -> None:
    told = report.as_json([verdict(), FAILED])["tests"]
    assert [each["passed"] for each in told] == [True, False]
    assert told[1]["failures"][0] | {"details": []} == {
        "message": "the agent never said 'bye'",
        "details": [],
        "file": "agents.d/logs.test.yaml",
        "line": 5,
        "column": 10,
    }


def test_junit_is_xml_whatever_was_said() -> None:
    suite = ET.fromstring(report.junit([verdict(name="<&\x00>"), FAILED]))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, bad = suite.findall("testcase")
    assert good.find("failure") is None
    failure = bad.find("failure")
    assert failure is not None
    assert failure.get("message") == "the agent never said 'bye'"
    assert "agents.d/logs.test.yaml:5:10" in (failure.text or "")
