"""Skill → the skill, with the bytes of its folder."""

from collections.abc import Iterator
from functools import partial

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.document import Document
from agentops.manifests.folders import contents_of, header_of
from agentops.manifests.texts import Files, Refused
from agentops.reconcile.bundles import Bundle
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Field, Resource

_FOLDER = "folder"


def skill(document: Document, setting: Setting) -> Iterator[Resource]:
    """Yield the skill.

    Reports: the file codes, for a folder that changed while it was read.
    """
    from agentops.manifests.headers import skill_name  # noqa: PLC0415 - a YAML parser: few trees have a skill

    reachable, folder = Files(setting.tree.root), document.data[_FOLDER]
    try:
        name = skill_name(header_of(reachable, document.file, folder))
        contents = contents_of(reachable, document.file, folder)
    except Refused as error:
        span = document.span((_FOLDER,))
        setting.diagnostics.append(Diagnostic(error.code, f"{document.address}: {error.message}", span, error.label))
        return
    files = {path: each.data for path, each in contents.items()}
    bundle = Bundle(name, files, frozenset(path for path, each in contents.items() if each.is_program))
    place = partial(document.span, (_FOLDER,))
    fields = declared(document, leave_out=(_FOLDER,))
    said = {"name": Field(name, place, is_plain=True), "files": Field(bundle, place, is_plain=True)}
    yield resource(document, {**fields, **said})
