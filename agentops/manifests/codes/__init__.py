"""Every code that loading a tree can report, by stage; `agentops explain` prints them from here."""

from collections.abc import Mapping

from agentops.base.diagnostics import Code
from agentops.manifests.codes import files, manifests, references, rules, security, trees, yamls

_STAGES = (trees, files, yamls, manifests, references, security, rules)

CODES: Mapping[str, Code] = {
    each.slug: each for stage in _STAGES for each in vars(stage).values() if isinstance(each, Code)
}
"""The codes by their slugs, in the order of the stages."""
