"""What became of tests: lines for people, JSON for programs, JUnit for CI; pure."""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.cli.testing.stage import Verdict


def line(verdict: Verdict, paint: Paint) -> str:
    """Return a test's line."""
    symbol = paint("red", "✗") if verdict.failures else paint("green", "✓")
    span = verdict.case.span()
    took = f"{counted(verdict.happened.requests, 'request')}, {verdict.took_s:.1f} s"
    place = paint("dim", f"{span.file}:{span.line}  {took}")
    return f"{symbol} {printable(verdict.case.name)}  {place}"


def explanations(verdict: Verdict, paint: Paint) -> Iterator[str]:
    """Yield what was expected, where that stands, and what happened instead."""
    for each in verdict.failures:
        span = verdict.case.span(each.path)
        yield f"  {paint('bold', f'{span.file}:{span.line}:{span.column}')} {printable(each.message)}"
        for detail in each.details:
            colour = {"-": "red", "+": "green"}.get(detail[:1])
            said = printable(detail)
            yield f"    {paint(colour, said) if colour else said}"


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return the last line."""
    failed = sum(bool(each.failures) for each in verdicts)
    passed = len(verdicts) - failed
    return f"{passed} passed" + (f", {failed} failed" if failed else "")


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return the one JSON shape."""
    return {"format_version": 1, "tests": list(map(_one, verdicts))}


def junit(verdicts: Sequence[Verdict]) -> str:
    """Return JUnit's XML. Source: the schema that Jenkins and GitLab read, `testsuite/testcase/failure`."""
    failed = sum(bool(each.failures) for each in verdicts)
    total = f"{sum(each.took_s for each in verdicts):.3f}"
    suite = ET.Element("testsuite", name="agentops", tests=str(len(verdicts)), failures=str(failed), time=total)
    for each in verdicts:
        span = each.case.span()
        case = ET.SubElement(
            suite, "testcase", name=_xml(each.case.name), classname=_xml(span.file), time=f"{each.took_s:.3f}"
        )
        case.set("file", _xml(span.file))
        case.set("line", str(span.line))
        if each.failures:
            told = "\n".join(explanations(each, Paint()))
            failure = ET.SubElement(case, "failure", message=_xml(each.failures[0].message))
            failure.text = _xml(told)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _one(verdict: Verdict) -> dict[str, Any]:
    span = verdict.case.span()
    failures = []
    for each in verdict.failures:
        place = verdict.case.span(each.path)
        spot = {"file": place.file, "line": place.line, "column": place.column}
        failures.append({"message": each.message, "details": list(each.details), **spot})
    return {
        "name": verdict.case.name,
        "file": span.file,
        "line": span.line,
        "agent": str(verdict.case.agent),
        "passed": not verdict.failures,
        "requests": verdict.happened.requests,
        "seconds": round(verdict.took_s, 3),
        "failures": failures,
    }


def _xml(text: str) -> str:
    """Return text that XML can hold: it has no control characters."""
    return printable(text)
