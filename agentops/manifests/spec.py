"""From a draft's spec to its shape: texts fetched, secrets set aside, every problem at its place."""

import re
from dataclasses import replace
from typing import Any

from agentops.base.diagnostics import Code, Diagnostic
from agentops.base.names import Kind
from agentops.base.paths import Path, dotted
from agentops.manifests.codes import files, security
from agentops.manifests.draft import Draft, Judged, Mention
from agentops.manifests.fetching import replaced, seeded
from agentops.manifests.folders import HEADER_FILE, header_of, named
from agentops.manifests.kinds import NAME_FIELDS, SPECS
from agentops.manifests.kinds.names import SELF
from agentops.manifests.sites import sites
from agentops.manifests.texts import Files, Refused
from agentops.manifests.verdicts import code_of, diagnosed, meant, subject
from agentops.manifests.wording import MOST_TOLD
from agentops.wire.problems import Problem, check
from agentops.wire.shape import IdOf, LongText, WriteOnly

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN = "•••"
"""Stands for a secret while its request is checked: a secret has no form that a manifest could break."""


def judged(draft: Draft, reachable: Files) -> Judged:
    """Return the draft's spec in the shape of its kind.

    Reports: the manifest codes of request problems, the file codes of `{file: …}`, security.plain-secret,
    security.secret-form, security.secret-in-tree.
    """
    if not draft.sound:
        mentions = _mentions(draft.address.kind, draft.data)
        return Judged(is_right=False, data=draft.data, mentions=mentions, diagnostics=())
    judge = _Judge(draft, reachable)
    judge.fetch_folder()
    judge.fetch_texts()
    judge.set_secrets_aside()
    return judge.verdict()


class _Judge:
    def __init__(self, draft: Draft, reachable: Files) -> None:
        self._draft = draft
        self._files = reachable
        self._shape = SPECS[draft.address.kind]
        self._data = draft.data
        self._request = draft.data
        self._settled: set[Path] = set()
        self._text_paths: list[Path] = []
        self._is_lasting = True
        self._diagnostics: list[Diagnostic] = []

    def fetch_texts(self) -> None:
        """Put the file's text where a `{file: …}` stands."""
        if not self._draft.text.names_files:
            return
        for path, _, value in list(sites(self._shape, self._data, LongText)):
            if isinstance(value, dict) and "file" in value and len(self._diagnostics) < MOST_TOLD:
                self._data = replaced(self._data, path, self._fetched(path, value))
                self._text_paths.append(path)
        self._request = self._data

    def fetch_folder(self) -> None:
        """Put the texts of its files where a MemoryStore names a folder; look into a Skill's folder."""
        folder = named(self._draft)
        if folder is None:
            return
        path = ("folder",) if self._draft.address.kind is Kind.SKILL else ("seed", "folder")
        try:
            if self._draft.address.kind is Kind.SKILL:
                self._judge_skill(path, folder)
            else:
                self._data = self._request = seeded(self._data, self._files, self._draft.text.file, folder)
        except Refused as error:
            self._report(error.code, f"{subject(self._draft.address, path)}: {error.message}", path, error.label)
            self._settled.add(path)

    def _judge_skill(self, path: Path, folder: str) -> None:
        from agentops.manifests.headers import header_problems  # noqa: PLC0415 - a parser that plain texts need not load

        for problem in header_problems(header_of(self._files, self._draft.text.file, folder)):
            what = f"{HEADER_FILE}: {dotted(problem.path)}" if problem.path else HEADER_FILE
            message = f"{subject(self._draft.address, path)}: {what} {problem.message}"
            self._report(code_of(problem), message, path, f"mend it in {folder}/{HEADER_FILE}")

    def _fetched(self, path: Path, value: dict[str, Any]) -> Any:
        name = value["file"]
        if len(value) > 1 or not isinstance(name, str) or not name:
            label = "write {file: path}, with nothing beside it"
            self._report(
                files.FILE_FORM, f"{subject(self._draft.address, path)} is not of the form {{file: path}}", path, label
            )
        else:
            try:
                return self._files.text(self._draft.text.file, name).text
            except Refused as error:
                self._report(error.code, f"{subject(self._draft.address, path)}: {error.message}", path, error.label)
        self._settled.add(path)
        return value

    def set_secrets_aside(self) -> None:
        """Put a stand-in where a secret belongs, and refuse a secret that is written out."""
        for path, _, value in list(sites(self._shape, self._request, WriteOnly)):
            if value is not None and len(self._diagnostics) < MOST_TOLD:
                self._judge_secret(path, value)
                self._request = replaced(self._request, path, _STAND_IN)

    def _judge_secret(self, path: Path, value: Any) -> None:
        label = "write {env: NAME}, or {file: path} of a file outside the tree"
        kind, name = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
        if isinstance(value, str):
            self._draft.marks.hide(("spec", *path))
            self._report(
                security.PLAIN_SECRET, f"{subject(self._draft.address, path)} is a secret in plain text", path, label
            )
        elif kind == "env" and isinstance(name, str) and _VARIABLE.fullmatch(name):
            pass
        elif kind == "file" and isinstance(name, str) and name:
            self._is_lasting = False
            if self._files.is_inside(self._draft.text.file, name):
                message = f"{subject(self._draft.address, path)} is read from a file inside the tree"
                self._report(security.SECRET_IN_TREE, message, path, "name a file that is never committed")
        else:
            self._report(
                security.SECRET_FORM,
                f"{subject(self._draft.address, path)} does not say where the secret is",
                path,
                label,
            )

    def verdict(self) -> Judged:
        field = NAME_FIELDS.get(self._draft.address.kind)
        request = self._request
        if field is not None and field not in request:
            request = {**request, field: self._draft.address.name}
        shape, problems = check(self._shape, request)
        if len(self._diagnostics) >= MOST_TOLD:
            self._draft.marks.hide(("spec",))  # not every secret in it was looked at
        problems, rest = problems[:MOST_TOLD], problems[MOST_TOLD:]
        # What a misspelt field stands for is not missing as well.
        self._settled |= {(*each.path[:-1], name) for each in problems if (name := meant(each, request))}
        for problem in problems:
            if problem.path not in self._settled and not is_metadata_count(problem):
                self._diagnostics.append(diagnosed(problem, self._draft.address, request, self._draft.marks))
        if rest and self._diagnostics:
            last = self._diagnostics[-1]
            more = f"{self._draft.address} has {len(rest)} more problems"
            self._diagnostics[-1] = replace(last, notes=(*last.notes, more))
        return Judged(
            is_right=shape is not None and not self._diagnostics,
            data=self._data,
            mentions=_mentions(self._draft.address.kind, self._data),
            diagnostics=tuple(self._diagnostics),
            text_paths=tuple(self._text_paths),
            is_lasting=self._is_lasting,
        )

    def _report(self, code: Code, message: str, path: Path, label: str) -> None:
        self._diagnostics.append(Diagnostic(code, message, self._draft.marks.span(("spec", *path)), label))


def _mentions(kind: Kind, data: Any) -> tuple[Mention, ...]:
    found = sites(SPECS[kind], data, IdOf)
    return tuple(
        Mention(path, marker.kinds, text)
        for path, marker, text in found
        if isinstance(text, str) and not (kind is Kind.TEAM and text == SELF)
    )


def is_metadata_count(problem: Problem) -> bool:
    """Tell whether it is the API's count of metadata pairs; a manifest may set fewer, which `rules.limits` says."""
    return problem.path == ("metadata",) and problem.kind == "too-many"
