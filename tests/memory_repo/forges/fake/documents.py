"""The vendors' OpenAPI documents, cut to what we use: what a request and an answer must look like."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FOLDER = Path(__file__).parents[3] / "data" / "openapi"
_DEPTH = 30
_TIME, _ADDRESS = "2026-11-21T08:30:00Z", "https://forge.example/something"


class Document:
    """One vendor's document."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Take the slice."""
        self._operations = told["operations"]
        self._definitions = told["definitions"]
        self._validators: dict[str, Draft202012Validator] = {}

    @property
    def operations(self) -> list[str]:
        """Return what the slice has, as `GET /path`."""
        return sorted(self._operations)

    def faults_of_request(self, operation: str, params: Mapping[str, str], body: Any) -> list[str]:
        """Return what a request has that the document has not, or the other way round."""
        said = self._operations[operation]
        found = [f"{operation} has no parameter {name}" for name in params if name not in said["query"]]
        for name, schema in said["query"].items():
            if name in params:
                found += self._faults(f"{operation}?{name}", schema, _typed(schema, params[name]))
        schema = said.get("body")
        if (schema is None) != (body is None):
            return [*found, f"{operation} {'takes no' if schema is None else 'wants a'} body"]
        if schema is not None:
            found += self._faults(f"{operation} body", schema, body)
            known = self._members(schema)
            found += [f"{operation} has no member {name} in its body" for name in body if name not in known]
        return found

    def faults_of_answer(self, operation: str, status: int, data: Any) -> list[str]:
        """Return what is wrong with an answer. A refusal of which the document says no shape may have any."""
        answers = self._operations[operation]["answers"]
        schema = answers.get(str(status))
        if schema is None and status >= 400:
            return []
        if str(status) not in answers:
            return [f"{operation} does not answer {status}"]
        if schema is None:
            return [] if data is None else [f"{operation} {status} has no body"]
        return self._faults(f"{operation} {status}", schema, data)

    def filled(self, operation: str, status: int, data: Any) -> Any:
        """Return an answer with all that the document requires and the fake forge does not keep."""
        schema = self._operations[operation]["answers"].get(str(status))
        return data if schema is None else self._filled(schema, data)

    def _faults(self, where: str, schema: Mapping[str, Any], value: Any) -> list[str]:
        validator = self._validators.get(where)
        if validator is None:
            validator = Draft202012Validator({**schema, "definitions": self._definitions})
            self._validators[where] = validator
        return [f"{where}{error.json_path[1:]}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                chosen = next((each for each in schema[choice] if _is_object(self._resolved(each))), schema[choice][0])
                return self._resolved(chosen)
        if "allOf" in schema:
            parts = [self._resolved(each) for each in schema["allOf"]]
            members = {name: each for part in parts for name, each in part.get("properties", {}).items()}
            required = [name for part in parts for name in part.get("required", [])]
            return {"type": "object", "properties": members, "required": required}
        return schema

    def _members(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        members: Mapping[str, Any] = self._resolved(schema).get("properties", {})
        return members

    def _filled(self, schema: Mapping[str, Any], data: Any) -> Any:
        schema = self._resolved(schema)
        if isinstance(data, list) and "items" in schema:
            return [self._filled(schema["items"], each) for each in data]
        if not isinstance(data, dict):
            return data
        members = schema.get("properties", {})
        known = {name: self._filled(members[name], each) if name in members else each for name, each in data.items()}
        missing = [name for name in schema.get("required", []) if name not in data]
        return {**known, **{name: self._made_up(members.get(name, {}), 0) for name in missing}}

    def _made_up(self, schema: Mapping[str, Any], depth: int) -> Any:
        """Return the smallest value that fits."""
        if _is_nullable(schema):
            return None
        schema = self._resolved(schema)
        if _is_nullable(schema):
            return None
        if "enum" in schema:
            return schema["enum"][0]
        kinds = schema.get("type", "object")
        match kinds if isinstance(kinds, str) else kinds[0]:
            case "object":
                assert depth < _DEPTH
                members = schema.get("properties", {})
                return {name: self._made_up(members.get(name, {}), depth + 1) for name in schema.get("required", [])}
            case "array":
                return []
            case "string":
                return {"date-time": _TIME, "uri": _ADDRESS}.get(schema.get("format", ""), "text")
            case "boolean":
                return False
            case _:
                return 1


def _typed(schema: Mapping[str, Any], value: str) -> Any:
    return int(value) if schema.get("type") == "integer" and value.isdecimal() else value


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    return "null" in schema.get("type", ()) and not isinstance(schema.get("type"), str)


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or "properties" in schema


@cache
def of(vendor: str) -> Document:
    """Return a vendor's document."""
    return Document(json.loads((_FOLDER / f"{vendor}.json").read_text("utf-8")))
