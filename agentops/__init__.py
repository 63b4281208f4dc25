"""Agents, teams, rubrics and memory as YAML in git, reconciled by plan and apply.

The words of this project, one for each thing, in YAML, Python, REST and on the command line:

manifest
    One YAML document: `apiVersion`, `kind`, `metadata`, `spec`.
tree
    A folder of manifests (`agents.d/`) with one `Project` document.
kind
    What a manifest declares: `Agent`, `Team`, `Rubric`, `Environment`, ...
address
    The identity of a declared thing, `Kind/name`. Never its path, never its display name.
target
    A server that speaks the Managed Agents API: a base URL and a credential.
resource
    What should exist on a target: a manifest after its kind was lowered to the API's objects.
observation
    What does exist on a target.
mark
    One of five reserved metadata keys on a live object that say what we did last.
plan
    A value: the steps that take the target from what is to what is wanted.
step
    One change of one object: create, update, re-pin, archive, delete, ...
lease
    The right to apply a project to a target, held by one run at a time. It lies on the target and expires.
drift
    A field that changed on the target since we last wrote it.
engine
    The self-hosted server in this package that speaks the same API.
note
    One claim on one line of a memory store, with an anchor that stays; what is known about it is its record.
operation
    One change to notes, with evidence, a reason and a verdict: add, reinforce, supersede, dispute, ...
dream
    A reading of sessions that ends in operations; who dreams is its engine.
gate
    What judges a proposed change of memory before a person does.
memory repository
    The git repository in which what agents learn is reviewed: a folder for each store, and a ledger beside it.
proposal
    What a dream and the agents wrote, on a store's one branch and in its one pull request.
controller
    What follows git repositories: what is merged there is applied, within the operator's policy.
phase
    How a followed repository stands: in sync, out of sync, drifted, waiting, refused, failed.
risk
    A word on a step of a plan that says what it allows more than before; a policy weighs it.
firing
    A run of a deployment at a moment of its schedule.
delivery
    One event on its way to one webhook endpoint, with a line for each attempt.
notice
    What a controller tells people of a change of phase.
diagnostic
    One thing wrong with what a person wrote, with its place and the way out.
"""

__version__ = "0.1.0"
