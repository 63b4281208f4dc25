"""Plugins of the library that checks values: none of them runs in our process."""

import os
import sys
from types import ModuleType

_VARIABLE = "PYDANTIC_DISABLE_PLUGINS"
_ALL = "__all__"
_LOADER = "pydantic.plugin._loader"


def refuse_plugins() -> None:
    """See that a plan of somebody else's pull request runs no code but ours: nothing that lies about beside us.

    Source: pydantic 2.14 `pydantic/plugin/_loader.py`, `pydantic/plugin/_schema_validator.py`.
    """
    if os.environ.setdefault(_VARIABLE, _ALL) == _ALL:
        # To find none, pydantic loads all that reads descriptions of packages: a tenth of the time of starting.
        loader = ModuleType(_LOADER, "Finds no plugin.")
        vars(loader)["get_plugins"] = tuple
        sys.modules.setdefault(_LOADER, loader)
