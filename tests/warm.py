"""Shapes built and everything settled, in a process that others are forked from: what it has done, none does again.

A shape is built when it is first needed, which costs a process that serves one session more than all else it does.
Import it last: what is loaded by then is taken out of the collector's sight, so that forks share its memory for good.
"""

import gc
from collections.abc import Iterator

from pydantic import BaseModel


def _below(shape: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in shape.__subclasses__():
        yield each
        yield from _below(each)


for _each in tuple(_below(BaseModel)):
    if _each.__module__.startswith("agentops."):
        _each.model_rebuild()
gc.collect()
gc.freeze()
