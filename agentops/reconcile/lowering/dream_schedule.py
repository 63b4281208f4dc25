"""DreamSchedule → the schedule of our engine, which names agents whatever their version."""

from collections.abc import Iterator
from dataclasses import replace

from agentops.manifests.document import Document
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Resource


def dream_schedule(document: Document, _setting: Setting) -> Iterator[Resource]:
    """Yield the schedule."""
    fields = declared(document)
    if agents := fields.get("agents"):
        ids = [each["id"] if isinstance(each, dict) else each for each in agents.value]
        fields["agents"] = replace(agents, value=ids)
    yield resource(document, fields)
