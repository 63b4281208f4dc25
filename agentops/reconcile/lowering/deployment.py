"""Deployment → the API's deployment: rubrics become text, and tokens are fetched from where they are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.document import Document
from agentops.reconcile import codes
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.outside import sealed
from agentops.reconcile.lowering.rubric import rendered_rubric
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Resource

_EVENTS, _RESOURCES, _TOKEN = "initial_events", "resources", "authorization_token"


def deployment(document: Document, setting: Setting) -> Iterator[Resource]:
    """Yield the deployment.

    Reports:
        plan.rubric-too-long: the text of a rubric is longer than the API takes.
    """
    fields = declared(document)
    events = [_event(document, setting, *each) for each in enumerate(fields[_EVENTS].value)]
    fields[_EVENTS] = replace(fields[_EVENTS], value=events)
    if fields.get(_RESOURCES) and fields[_RESOURCES].value:
        mounted = [_mounted(document, setting, *each) for each in enumerate(fields[_RESOURCES].value)]
        fields[_RESOURCES] = replace(fields[_RESOURCES], value=mounted)
    yield resource(document, fields)


def _event(document: Document, setting: Setting, place: int, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event; an outcome that names a rubric carries its text, and works as often as the rubric says."""
    named = event.get("rubric", {})
    rubric = setting.tree.get(named["name"].address) if named.get("type") == "rubric" else None
    if rubric is None:
        return event
    from agentops.wire.rubrics import RUBRIC_MAX  # noqa: PLC0415 - shapes that a tree without rubrics need not load

    text = rendered_rubric(rubric).text
    if len(text) > RUBRIC_MAX:
        fact = f"{document.address} names {rubric.address}, whose text has {len(text):,} characters"
        span = document.span((_EVENTS, place, "rubric", "name"))
        label = f"the API takes {RUBRIC_MAX:,}: shorten its criteria"
        setting.diagnostics.append(Diagnostic(codes.RUBRIC_TOO_LONG, fact, span, label))
    rounds = event.get("max_iterations") or rubric.data.get("max_iterations")
    given = {key: value for key, value in event.items() if key != "max_iterations"}
    limited = {"max_iterations": rounds} if rounds else {}
    return {**given, "rubric": {"type": "text", "content": text}, **limited}


def _mounted(document: Document, setting: Setting, place: int, mounted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a resource, its token in place of where the token is."""
    where = mounted.get(_TOKEN)
    if where is None:
        return mounted
    secret = sealed(document, setting, (_RESOURCES, place, _TOKEN), where, mounted["url"], _TOKEN)
    return {**mounted, _TOKEN: secret}
