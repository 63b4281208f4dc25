"""Secrets, fetched from where a manifest says they are: the environment, or a file outside the tree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from agentops.base.canonical import canonical_json
from agentops.base.diagnostics import Diagnostic
from agentops.base.paths import Path, dotted
from agentops.base.secrets import Secret
from agentops.manifests.document import Document
from agentops.reconcile import codes
from agentops.reconcile.lowering.setting import Setting, owner_of
from agentops.reconcile.write_only import UNREAD, WriteOnly, write_only

KEY_VARIABLE = "AGENTOPS_SECRET_KEY"
"""What an operator may keep so that digests of short secrets tell nothing to those who do not have it."""

FILES_VARIABLE = "AGENTOPS_SECRET_FILES"
"""Set to `refused` where manifests are a stranger's: they must not name files of the machine that plans."""

_LARGEST = 64 * 1024
"""Units: bytes. No token is near it; a path to something else may well be."""


@dataclass(frozen=True, slots=True)
class _Missing:
    """There is no secret: the fact, and what to do."""

    fact: str
    label: str


def sealed(document: Document, setting: Setting, path: Path, where: Mapping[str, str], *place: str) -> WriteOnly:
    """Return the secret at a path with a tag for its place in the project; one that is not there says why."""
    if setting.environ is None:
        return UNREAD
    secret = fetched(document, path, where, setting.environ)
    if isinstance(secret, Diagnostic):
        return replace(UNREAD, missing=secret)
    context = canonical_json([owner_of(setting.tree), str(document.address), *place])
    sent = write_only(secret, context, Secret(setting.environ.get(KEY_VARIABLE, "")))
    return replace(sent, origin=f"the variable {where['env']}" if "env" in where else f"the file {where['file']}")


def fetched(
    document: Document, path: Path, where: Mapping[str, str], environ: Mapping[str, str]
) -> Secret | Diagnostic:
    """Return the secret that `{env: NAME}` or `{file: path}` stands for, or why there is none.

    Reports:
        plan.missing-secret: the variable is not set, the file cannot be read, or there is nothing in it.
    """
    if "env" in where:
        found = _variable(environ, where["env"])
    elif environ.get(FILES_VARIABLE) == "refused":
        found = _Missing(f"is in the file {where['file']}, and no file is read here", "write {env: NAME} instead")
    else:
        found = _file(document, where["file"])
    if isinstance(found, Secret):
        return found
    fact = f"{document.address}: `{dotted(path)}` {found.fact}"
    return Diagnostic(codes.MISSING_SECRET, fact, document.span(path), found.label)


def _variable(environ: Mapping[str, str], name: str) -> Secret | _Missing:
    text = environ.get(name)
    if text:
        return Secret(text)
    state = "not set" if text is None else "empty"
    return _Missing(f"is in the variable {name}, which is {state}", f"set {name} where agentops runs")


def _file(document: Document, name: str) -> Secret | _Missing:
    """Return the file's text without the line end that editors put there."""
    path = FilePath(document.file).parent / name
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text in UTF-8"
        return _Missing(f"is in the file {path}, which cannot be read: {reason}", "put the secret there")
    if text and len(content) <= _LARGEST:
        return Secret(text)
    state = f"has more than {_LARGEST:,} bytes" if text else "is empty"
    return _Missing(f"is in the file {path}, which {state}", "put the secret there, and nothing else")
