"""Secrets that a manifest names and that are not there when a plan is made: what that means for the plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import Address
from agentops.reconcile import codes
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Step
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.write_only import missing_in

_HOLDERS = frozenset({ObjectKind.CREDENTIAL, ObjectKind.DEPLOYMENT})


def unset(desired: Desired, owned: Mapping[str, Sequence[Live]], steps: Mapping[Address, Step]) -> Iterator[Diagnostic]:
    """Yield what is to be said of each secret that is not there: it stops the plan, unless nobody would send it.

    That is so for an object that was taken over with the secret that it has, as long as nothing else of it changes.

    Reports:
        plan.missing-secret, plan.kept-secret.
    """
    for resource in desired.resources:
        if resource.object not in _HOLDERS:
            continue
        for name, field in resource.fields.items():
            for missing in missing_in(field.value):
                is_kept = resource.address not in steps and _was_never_sent(resource, name, owned)
                yield _kept(missing) if is_kept else missing


def _was_never_sent(resource: Resource, name: str, owned: Mapping[str, Sequence[Live]]) -> bool:
    code = OBJECTS[resource.object].fields[name].code
    lives = owned.get(str(resource.address), ())
    return bool(lives) and all(each.marks is not None and code not in each.marks.fields for each in lives)


def _kept(missing: Diagnostic) -> Diagnostic:
    label = f"the target keeps the one that it has; {missing.label} to manage it from here"
    return replace(missing, code=codes.KEPT_SECRET, label=label)
