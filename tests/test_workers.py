"""Workers forked from the run: what they say of the tests is what the run would say by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGIN = "from tests.workers import pytest_addoption, take_over as pytest_configure"
TESTS = """
import os, warnings
import pytest

@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    yield tmp_path_factory.mktemp("shared")
    with open("put_away", "a") as file:
        file.write(os.environ.get("AGENTOPS_TESTS_WORKER", "the run") + "\\n")

@pytest.mark.parametrize("row", range(40))
def test_each(row, shared, tmp_path):
    print("this is row", row)
    assert row != 7

@pytest.mark.filterwarnings("default")
def test_that_warns():
    warnings.warn("take care")

@pytest.mark.skip(reason="there is nothing to see")
def test_nothing():
    pass

@pytest.fixture
def broken():
    yield
    raise ValueError("not put away")

def test_that_leaves_something(broken):
    pass
"""
DEATH = """
import os

def test_death():
    os._exit(3)
"""

STOP = """
import signal, threading

def test_that_never_ends():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    threading.Event().wait()
"""


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text(PLUGIN)
    (folder / "test_all.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.parametrize("workers", ["0", "3"])
def test_a_run_is_told_the_same_by_any_number_of_workers(tmp_path: Path, workers: str) -> None:
    told = run(tmp_path, "--workers", workers)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "this is row 7" in told.stdout
    assert "FAILED test_all.py::test_each[7] - assert 7 != 7" in told.stdout
    assert "ERROR test_all.py::test_that_leaves_something - ValueError: not put away" in told.stdout
    assert "UserWarning: take care" in told.stdout
    assert "1 failed, 41 passed, 1 skipped, 1 warning, 1 error" in told.stdout.splitlines()[-1]
    each = ["worker0", "worker1", "worker2"] if workers == "3" else ["the run"]
    assert sorted((tmp_path / "put_away").read_text().splitlines()) == each


def test_a_worker_that_dies_or_is_stuck_has_failed_the_test_it_was_at_and_another_goes_on(tmp_path: Path) -> None:
    (tmp_path / "test_a_death.py").write_text(DEATH)
    (tmp_path / "test_a_stop.py").write_text(STOP)
    told = run(tmp_path, "--workers", "2", "--stuck", "0.5")
    assert "FAILED test_a_death.py::test_death - " in told.stdout
    assert "ended with status 3 in the middle of this test" in told.stdout
    assert "FAILED test_a_stop.py::test_that_never_ends - " in told.stdout
    assert "in test_that_never_ends" in told.stderr
    assert "3 failed, 41 passed, 1 skipped, 1 warning, 1 error" in told.stdout.splitlines()[-1]


def test_a_run_stops_at_the_first_failure_if_it_is_told_to(tmp_path: Path) -> None:
    told = run(tmp_path, "--workers", "2", "-x")
    assert told.returncode == 1
    assert "1 failed" in told.stdout.splitlines()[-1]
    assert "stopping after 1 failures" in told.stdout


def test_few_tests_are_no_trouble_for_many_workers(tmp_path: Path) -> None:
    assert (
        "2 passed" in run(tmp_path, "--workers", "3", "test_all.py::test_each[0]", "test_all.py::test_each[1]").stdout
    )
