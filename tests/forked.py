"""Processes forked from one that has loaded what they need already: one such for a test run, whoever asks first."""

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "tests.crash.lives",
        "tests.crash.herd",
        "tests.crash.nights",
        "tests.crash.volleys",
        "tests.crash.storm",
        "tests.contract.hired",
        "tests.warm",
    ]
)
