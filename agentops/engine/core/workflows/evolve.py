"""How each event changes a run: the only place that reads what the engine keeps of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.workflows import events
from agentops.engine.core.workflows.plan import Phase, Plan
from agentops.engine.core.workflows.state import Agent, Answer, Run, Visit


def run_of(entry: Entry) -> str | None:
    """Return the id of the run that an event belongs to; None for one of no run."""
    is_thread_over = entry.type == events.THREAD_TERMINATED
    found = _kept(entry).get("run") if is_thread_over else entry.body.get("workflow_run_id")
    return str(found) if found is not None else None


def _kept(entry: Entry) -> Json:
    """Return what the engine keeps of an event; events of threads keep what other parts need beside it."""
    is_of_thread = entry.type in (events.THREAD_CREATED, events.THREAD_TERMINATED)
    kept = parsed(entry.kept or "{}")
    return kept.get("workflow", {}) if is_of_thread else kept


def fold(entries: Iterable[Entry]) -> Mapping[str, Run]:
    """Return every run of a session's log by its id, as the log says that it is."""
    runs: dict[str, Run] = {}
    for entry in entries:
        run_id = run_of(entry)
        if run_id is not None:
            run = evolve(runs.get(run_id), entry)
            if run is not None:
                runs[run_id] = run
    return runs


def evolve(run: Run | None, entry: Entry) -> Run | None:
    """Return the run after one of its events; None for events before it was created."""
    if entry.type == events.CREATED:
        return _created(entry)
    return run if run is None else _evolved(run, entry)


def _created(entry: Entry) -> Run:
    body, kept = entry.body, _kept(entry)
    phases = tuple(Phase(each["id"], each["name"], each["description"]) for each in body["phases"])
    plan = Plan(body["name"], body["description"], phases, kept["program"])
    return Run(body["workflow_run_id"], plan, kept["expires_at"])


def _evolved(run: Run, entry: Entry) -> Run:
    body, kept = entry.body, _kept(entry)
    match entry.type:
        case events.STATUS_IDLE:
            return replace(run, pause=kept["why"])
        case events.STATUS_RUNNING:
            return replace(run, pause=None)
        case events.PHASE_STARTED:
            visit = Visit(body["workflow_run_phase_id"], entry.id)
            visits = MappingProxyType({**run.visits, kept["number"]: visit})
            return replace(run, visits=visits, recorded=max(run.recorded, kept["number"]))
        case events.PHASE_ENDED:
            visit = replace(run.visits[kept["number"]], is_over=True)
            return replace(run, visits=MappingProxyType({**run.visits, kept["number"]: visit}))
        case events.THREAD_CREATED:
            agent = Agent(body["session_thread_id"], body["agent_name"], kept["asked"])
            agents = MappingProxyType({**run.agents, kept["number"]: agent})
            return replace(run, agents=agents, recorded=max(run.recorded, kept["number"]))
        case events.THREAD_TERMINATED:
            return _terminated(run, kept["number"], kept.get("answer"))
        case events.STATUS_ENDED:
            return replace(run, result=body["result"], notice=kept["notice"])
        case _:
            return run


def _terminated(run: Run, number: int, said: Mapping[str, object] | None) -> Run:
    answer = Answer(str(said["text"]), bool(said["is_error"])) if said is not None else None
    agent = replace(run.agents[number], is_over=True, answer=answer)
    agents = MappingProxyType({**run.agents, number: agent})
    return replace(run, agents=agents, answers=(*run.answers, number) if answer else run.answers)
