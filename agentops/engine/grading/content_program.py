"""Patterns and schemas over the content of one file, in a process of its own: it has limits, and it can be killed.

What it is given was written by others, the pattern as well as the content: one can take for ever on the other. It is
started by its path, reads one line of JSON and then the content, and writes one object of JSON.
"""

import json
import re
import resource
import sys
from itertools import islice
from typing import Any

_MEMORY_BYTES = 1024 * 1024 * 1024
_ERRORS_SHOWN = 5
_MESSAGE_MAX = 300


def main() -> None:
    """Read a request and the content, and write what was found."""
    request = json.loads(sys.stdin.buffer.readline())
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, request["seconds"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value, value) if hard == resource.RLIM_INFINITY else (min(value, hard), hard))
    content = sys.stdin.buffer.read()
    try:
        found = _by_schema(request, content) if "schema" in request else _by_pattern(request, content)
    except MemoryError:
        found = {"problem": "it takes more memory than a check may have"}
    except RecursionError:
        found = {"problem": "it is nested too deeply"}
    sys.stdout.write(json.dumps(found))


def _by_pattern(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Count the matches, at most as many as are asked for, and tell in which line the first one is."""
    try:
        expression = re.compile(request["pattern"], re.MULTILINE)
    except (re.error, OverflowError) as error:
        return {"problem": f"the pattern is not a regular expression: {error}"}
    text = content.decode(errors="replace")
    found = list(islice(expression.finditer(text), request["most"]))
    line = text.count("\n", 0, found[0].start()) + 1 if found else None
    return {"count": len(found), "line": line}


def _by_schema(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Tell what keeps the content from being an instance of the schema; nothing is fetched for it."""
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - patterns are looked for without it
    from referencing import Registry  # noqa: PLC0415 - likewise
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - likewise

    try:
        data = json.loads(content, parse_constant=_refused)
    except (ValueError, UnicodeDecodeError) as error:
        return {"errors": [f"it is not JSON: {str(error)[:_MESSAGE_MAX]}"]}
    try:
        Draft202012Validator.check_schema(request["schema"])
        validator = Draft202012Validator(request["schema"], registry=Registry())
        errors = list(islice(validator.iter_errors(data), _ERRORS_SHOWN + 1))
    except SchemaError as error:
        return {"problem": f"the schema is not valid: {error.message[:_MESSAGE_MAX]}"}
    except (Unresolvable, re.error) as error:
        return {"problem": f"the schema cannot be used: {str(error)[:_MESSAGE_MAX]}"}
    said = [f"{each.json_path[:_MESSAGE_MAX]}: {each.message[:_MESSAGE_MAX]}" for each in errors[:_ERRORS_SHOWN]]
    return {"errors": [*said, "and more"] if len(errors) > _ERRORS_SHOWN else said}


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


if __name__ == "__main__":
    main()
