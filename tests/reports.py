"""What a worker of pytest-xdist tells of a test: how it ended.

That it begins, and that its fixtures came and went well, nobody reads; to write it down, to send it and to read it
again takes longer than many a test.
"""

import pytest
from _pytest.runner import runtestprotocol  # what pytest's own protocol runs, and those of its plugins


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test, and tell the end of it and every trouble."""
    if not _is_of_a_worker(item.config):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def _is_of_a_worker(config: pytest.Config) -> bool:
    """Return whether somebody else shows the reports, and asked for no more than what became of the tests."""
    return hasattr(config, "workerinput") and not (config.option.durations or config.option.xmlpath)
