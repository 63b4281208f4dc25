"""Manifests, plans and controllers have the same words for risks and actions."""

from typing import get_args

from agentops.controller.policy import Actions, Risks
from agentops.manifests.kinds.policy import ActionLevels, Allowance, RiskLevels, RiskName
from agentops.reconcile.plan import Action
from agentops.reconcile.risks import RiskKind


def test_every_risk_can_be_weighed_exempted_and_asked_for() -> None:
    words = {each.value for each in RiskKind}
    assert {*get_args(RiskName)} == words
    assert {*RiskLevels.model_fields} == words
    assert {*Risks.model_fields} == words
    assert RiskName in get_args(Allowance.model_fields["risk"].annotation)


def test_every_action_can_be_weighed_and_asked_for() -> None:
    words = {each.value for each in Action}
    assert {*ActionLevels.model_fields} == words
    assert {*Actions.model_fields} == words
