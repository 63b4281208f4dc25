"""Who is alive: by signs of life elsewhere, and on this machine by looking."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agentops.engine.runner import life
from agentops.engine.store.runners import Runner

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWN = "runner_01own"


def a_runner(name: str = "runner_01other", **changed: str) -> Runner:
    return replace(life.born(name, NOW), **changed)


def test_a_process_of_this_machine_that_runs_is_alive() -> None:
    assert life.dead([a_runner()], OWN, NOW) == frozenset()


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once() -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    other = a_runner(process=f"{gone.stdout.decode().strip()} 12345")
    assert life.dead([other], OWN, NOW) == {other.id}


def test_a_number_that_is_used_again_is_another_process() -> None:
    number, _, began = a_runner().process.partition(" ")
    other = a_runner(process=f"{number} {int(began) - 1}")
    assert life.dead([other], OWN, NOW) == {other.id}


def test_a_process_of_another_machine_is_dead_after_a_silence() -> None:
    other = a_runner(host="elsewhere", process="1 1")
    assert life.dead([other], OWN, NOW) == frozenset()
    assert life.dead([other], OWN, NOW + life.SILENCE) == frozenset()
    assert life.dead([other], OWN, NOW + life.SILENCE + timedelta(seconds=1)) == {other.id}


def test_nobody_holds_himself_for_dead() -> None:
    assert life.dead([a_runner(OWN)], OWN, NOW + timedelta(hours=1)) == frozenset()


def test_where_the_kernel_does_not_tell_the_silence_decides() -> None:
    assert life.dead([a_runner(process="1 -")], OWN, NOW) == frozenset()
