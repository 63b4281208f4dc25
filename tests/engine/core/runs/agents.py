"""The agents of a session run by hand: a lead with a roster and an advisor, and what those have who work for it."""

from dataclasses import replace

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.engine.core.rosters import ADVISOR_NAME
from agentops.engine.core.runs.grants import Grants
from agentops.engine.core.runs.setting import Bounds, Setting
from agentops.engine.core.runs.team import NOBODY, REPORT, Team

SMALL = Bounds(requests=8, attempts=2, compactions=2, context_tokens=1_000)
LARGE = Bounds()

ALLOW, ASK, AUTO = ({"type": each} for each in ("always_allow", "always_ask", "auto"))


def _config(name: str, policy: Json, *, enabled: bool = True) -> Json:
    return {"name": name, "enabled": enabled, "permission_policy": policy}


TOOLS: list[Json] = [
    {
        "type": "agent_toolset_20260401",
        "default_config": {"enabled": True, "permission_policy": ALLOW},
        "configs": [_config("write", ASK), _config("edit", AUTO), _config("glob", ALLOW, enabled=False)],
    },
    {"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": {"type": "object"}},
    {
        "type": "mcp_toolset",
        "mcp_server_name": "tickets",
        "default_config": {"enabled": True, "permission_policy": ASK},
        "configs": [],
    },
]
"""`bash` runs, `read` too and is harmless, `write` asks, `edit` is judged and asks, `glob` is disabled."""


def _agent(name: str, **more: str) -> Json:
    return {"type": "agent", "name": name, "description": f"Does {name}.", "model": {"id": "claude-opus-5-5"}, **more}


TEAM = Team(
    members={each: _agent(each) for each in ("writer", "tester", "reader")},
    template={"type": "inline", "description": None, "model": {"id": "claude-opus-5-5"}},
    advisor={"type": "advisor", "model": "claude-fable-5-1"},
    delegates=True,
)

_LONE = {hosted: Grants(TOOLS, is_self_hosted=hosted) for hosted in (False, True)}
_LEAD = {hosted: Grants(TOOLS, is_self_hosted=hosted, of_team=TEAM.names) for hosted in (False, True)}
_CHILD = {hosted: Grants(TOOLS, is_self_hosted=hosted, of_team=[REPORT]) for hosted in (False, True)}
_ADVISOR = Grants((), is_self_hosted=False)


def setting(
    *, is_self_hosted: bool = False, budget: int | None = None, bounds: Bounds = SMALL, team: Team = NOBODY
) -> Setting:
    return Setting(
        thread_id="sthr_1",
        agent_name="Reviewer",
        grants=(_LEAD if team.names else _LONE)[is_self_hosted],
        cost_cents=_cents,
        budget={"type": "limit", "max_list_cost": {"amount": str(budget), "currency": "USD"}} if budget else None,
        team=team,
        bounds=bounds,
    )


def _cents(usage: Usage, _searches: int, _seconds: float) -> float:
    return usage.output_tokens / 10


def team_setting(*, is_self_hosted: bool = False, budget: int | None = None) -> Setting:
    return setting(is_self_hosted=is_self_hosted, budget=budget, team=TEAM, bounds=LARGE)


def setting_of(thread_id: str, agent: Json, lead: Setting) -> Setting:
    """Return the surroundings of a thread that the lead began."""
    is_self_hosted = lead.grants in (_LEAD[True], _LONE[True])
    if agent.get("type") == "advisor":
        return replace(lead, thread_id=thread_id, agent_name=ADVISOR_NAME, grants=_ADVISOR, team=NOBODY)
    return replace(lead, thread_id=thread_id, agent_name=agent["name"], grants=_CHILD[is_self_hosted], team=NOBODY)
