"""A proof run as JUnit XML: a suite for each section, a case for each claim.

A verdict that is not the expected one is a failure. UNDETERMINED is an error and never skipped, be
it let pass elsewhere. There is no official schema; this keeps to what the schemas of Jenkins and of
Ant's JUnit task have in common, so a suite's properties and output hold what is known of its cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from statecheck.claims.results import Report, Result, Verdict
from statecheck.reports.words import account, answer, by_section, evidence, remark

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_text(report: Report, began: datetime) -> str:
    """The XML document. ``report`` has a result for every claim that was asked for."""
    root = ET.Element("testsuites")
    for number, (section, results) in enumerate(by_section(report.results, lambda r: r.claim)):
        failures = [bool(remark(result)) for result in results]
        errors = [result.verdict is Verdict.UNDETERMINED for result in results]
        suite = _element(
            root,
            "testsuite",
            id=str(number),
            name=section,
            package="proofs",
            hostname="localhost",
            timestamp=began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            tests=str(len(results)),
            failures=str(sum(failures)),
            errors=str(sum(errors)),
            skipped="0",
            time=f"{sum(result.seconds for result in results):.3f}",
        )
        properties = _element(suite, "properties")
        for name, value in _properties(report, results):
            _element(properties, "property", name=name, value=value)
        for result in results:
            _case(suite, result)
        lines = [line for result in results for line in _lines(result)]
        _element(suite, "system-out").text = _printable("\n".join(lines))
        _element(suite, "system-err")
    ET.indent(root)
    text: str = ET.tostring(root, encoding="us-ascii").decode("ascii")
    return text + "\n"


def _case(suite: ET.Element, result: Result) -> None:
    claim = result.claim
    time = f"{result.seconds:.3f}"
    case = _element(suite, "testcase", name=claim.title, classname=claim.body.__module__, time=time)
    wrong = remark(result)
    if wrong:
        outcome = _element(case, "failure", type=result.verdict.value, message=wrong)
    elif result.verdict is Verdict.UNDETERMINED:
        outcome = _element(case, "error", type=result.verdict.value, message=evidence(result))
    else:
        return
    outcome.text = _printable("\n".join(_lines(result)))


def _properties(report: Report, results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    yield "model", report.digest
    for sentence in report.environment:
        yield "assumed", sentence
    for result in results:
        title = result.claim.title
        yield f"{title} verdict", result.verdict.value
        yield f"{title} expected", result.claim.expected
        yield f"{title} evidence", evidence(result)
        if result.assumptions:
            yield f"{title} assumes", "; ".join(result.assumptions)


def _lines(result: Result) -> Iterator[str]:
    yield f"{result.claim.title}: {result.verdict}, {evidence(result) or result.detail}"
    yield f"  {result.claim.text}"
    yield from (f"  {line}" for line in answer(result))
    if result.run is not None:
        yield from (f"  {line}" for line in account(result.run))


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    values = {name: _printable(value) for name, value in attributes.items()}
    return ET.SubElement(parent, tag, values)


def _printable(text: str) -> str:
    """The text without characters that XML 1.0 has no way to write."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
