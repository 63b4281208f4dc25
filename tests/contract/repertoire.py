"""Every play that a stage can give."""

from . import outcome_plays, plays, team_plays

PLAYS = {**plays.PLAYS, **outcome_plays.PLAYS, **team_plays.PLAYS}
