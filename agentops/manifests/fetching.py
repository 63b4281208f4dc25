"""The texts that a spec does not hold itself, put where the spec names them."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentops.base.names import Kind
from agentops.base.paths import Path
from agentops.manifests.draft import Draft
from agentops.manifests.folders import header_of, named, texts_of
from agentops.manifests.texts import Files


def fetched(draft: Draft, reachable: Files, text_paths: Iterable[Path]) -> tuple[dict[str, Any], str]:
    """Return the spec with every text that it names, and the header of the skill that it names.

    The places of `{file: …}` are known from an earlier judgement of the same draft.

    Raises:
        Refused: something that was there is not there any more.
    """
    data, header, manifest = draft.data, "", draft.text.file
    folder = named(draft)
    if folder and draft.address.kind is Kind.SKILL:
        header = header_of(reachable, manifest, folder).text
    elif folder:
        data = seeded(data, reachable, manifest, folder)
    for path in text_paths:
        data = replaced(data, path, reachable.text(manifest, _at(data, path)["file"]).text)
    return data, header


def seeded(data: dict[str, Any], reachable: Files, manifest: str, folder: str) -> dict[str, Any]:
    """Return a store's spec with the texts of the folder as its first memories; its own files say it without one.

    Raises:
        Refused: with a file code.
    """
    seed: Mapping[str, Any] = data["seed"]
    if "files" in seed:
        return data
    rest = {key: each for key, each in seed.items() if key != "folder"}
    return {**data, "seed": {**rest, "files": texts_of(reachable, manifest, folder)}}


def replaced(data: Any, path: Path, value: Any) -> Any:
    """Return the data with another value at a path; what is not on the way is shared, nothing is changed."""
    if not path:
        return value
    step, *rest = path
    copy = data.copy()
    copy[step] = replaced(data[step], tuple(rest), value)
    return copy


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data
