"""Every play that a stage can give."""

from . import outcome_plays, plays

PLAYS = {**plays.PLAYS, **outcome_plays.PLAYS}
