"""MemoryStore → a store, and the memories that the tree brings along."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from agentops.base.canonical import text_digest
from agentops.manifests.document import Document
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Field, Resource, Seed, SeedMode
from agentops.reconcile.verdicts import SEED


def memory_store(document: Document, _setting: Setting) -> Iterator[Resource]:
    """Yield the store with its own fields, and `seed` where it has memories to bring."""
    fields = declared(document, leave_out=("policy", SEED))
    if document.data.get(SEED):
        fields[SEED] = Field(None, document.span((SEED,)))
    yield resource(document, fields, seeds(document))


def seeds(document: Document) -> dict[str, Seed]:
    """Return the memories by path, each with who has the last word on it: the first policy that matches."""
    policies = [(each["path"], SeedMode(each["mode"])) for each in document.data.get("policy") or []]
    return {
        path: Seed(
            text, text_digest(text), next((mode for glob, mode in policies if fnmatchcase(path, glob)), SeedMode.BOTH)
        )
        for path, text in ((document.data.get(SEED) or {}).get("files") or {}).items()
    }
