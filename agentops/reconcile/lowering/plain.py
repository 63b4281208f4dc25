"""A document whose spec is the request that creates its one object."""

from collections.abc import Iterator

from agentops.manifests.document import Document
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Resource


def plain(document: Document, _setting: Setting) -> Iterator[Resource]:
    """Yield the object."""
    yield resource(document, declared(document))
