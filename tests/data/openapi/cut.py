"""Cut a vendor's OpenAPI 3.0 document to the operations that we use, as plain JSON Schema.

python tests/data/openapi/cut.py api.github.com.json 'GET /repos/{owner}/{repo}/pulls' ... > github.json

Kept are names, types, what is required, and bounds; words and examples go. `nullable` becomes a type. Where an object
goes deeper than anybody reads (`_DEEP`), its members are left out: the document's repository and user alone are 200 KB.
"""

import json
import sys
from pathlib import Path
from typing import Any

_KEPT = {
    "type", "properties", "required", "items", "enum", "anyOf", "oneOf", "allOf", "additionalProperties", "format",
    "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "nullable",
}  # fmt: skip
_DEEP = {"repository", "simple-user", "nullable-simple-user", "team", "team-simple", "nullable-milestone"}


def main(path: str, *operations: str) -> None:
    """Print the slice."""
    told = json.loads(Path(path).read_text("utf-8"))
    wanted: set[str] = set()
    found = {each: _operation(told, *each.split(" "), wanted) for each in operations}
    definitions: dict[str, Any] = {}
    while missing := sorted(wanted - set(definitions)):
        for name in missing:
            whole = told["components"]["schemas"][name]
            definitions[name] = _shallow(whole) if name in _DEEP else _schema(whole, wanted)
    info = told["info"]
    about = {"document": info["title"], "version": info["version"], "openapi": told["openapi"]}
    json.dump({"about": about, "operations": found, "definitions": definitions}, sys.stdout, indent=1, sort_keys=True)
    print()


def _operation(told: Any, method: str, path: str, wanted: set[str]) -> dict[str, Any]:
    said = told["paths"][path][method.lower()]
    params = [_resolved(told, each) for each in said.get("parameters", [])]
    answers = {status: _resolved(told, each) for status, each in said["responses"].items()}
    body = _content(_resolved(told, said.get("requestBody", {})))
    return {
        "query": {each["name"]: _schema(each["schema"], wanted) for each in params if each["in"] == "query"},
        "body": None if body is None else _schema(body, wanted),
        "answers": {
            status: _schema(each, wanted) if (each := _content(answer)) else None for status, answer in answers.items()
        },
    }


def _content(said: Any) -> Any:
    return next((each["schema"] for each in said.get("content", {}).values() if "schema" in each), None)


def _resolved(told: Any, said: Any) -> Any:
    while "$ref" in said:
        _, *names = said["$ref"].split("/")
        said = told
        for name in names:
            said = said[name]
    return said


def _shallow(schema: Any) -> Any:
    kind = schema.get("type", "object")
    return {"type": [kind, "null"] if schema.get("nullable") else kind}


def _schema(schema: Any, wanted: set[str]) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        wanted.add(name)
        return {"$ref": f"#/definitions/{name}"}
    kept = {key: value for key, value in schema.items() if key in _KEPT}
    is_nullable = kept.pop("nullable", False)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in kept:
            kept[key] = [_schema(each, wanted) for each in kept[key]]
    if "properties" in kept:
        kept["properties"] = {name: _schema(each, wanted) for name, each in kept["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _schema(kept[key], wanted)
    if not is_nullable:
        return kept
    if "type" in kept:
        kept["type"] = [kept["type"], "null"]
        if "enum" in kept and None not in kept["enum"]:
            kept["enum"] = [*kept["enum"], None]
        return kept
    return {"anyOf": [kept, {"type": "null"}]}


if __name__ == "__main__":
    main(*sys.argv[1:])
