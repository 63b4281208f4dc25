"""Time zones by their IANA names."""

import re
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from agentops.wire.problems import Problem, obeying
from agentops.wire.wording import quoted

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,254}")
_NOT_ZONES = ("localtime", "posixrules", "Factory")
_COPIES = ("posix/", "right/")


def is_timezone(name: str) -> bool:
    """Tell whether the IANA database has a zone of this name. Source: the zone files of the machine or of `tzdata`."""
    if not _NAME.fullmatch(name) or name in _NOT_ZONES or name.startswith(_COPIES):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _problems(name: str) -> Iterator[Problem]:
    if not is_timezone(name):
        message = f'must be an IANA time zone such as "Europe/Berlin" or "UTC", is {quoted(name)}'
        yield Problem((), "invalid-value", message)


Timezone = Annotated[str, AfterValidator(lambda name: obeying(name, _problems(name)))]
"""Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule_params.py`."""
