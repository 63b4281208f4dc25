"""Checks in a real sandbox: what is met, what is not, and that what was made does not decide about it."""

import asyncio
from typing import Any

import pytest

from agentops.engine.core.outcomes.rubric import Criterion
from agentops.engine.core.outcomes.verdict import Degree
from agentops.engine.grading.checks import FILE_MAX, settled
from agentops.engine.sandbox.elsewhere import Elsewhere
from agentops.engine.sandbox.port import SandboxSpec
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.port import ToolsUnavailable
from agentops.wire.rubrics import Check
from tests.toolboxes import plain_web

pytestmark = pytest.mark.anyio

PATH = "/mnt/session/outputs/report.json"
SCHEMA = {"type": "object", "required": ["cause"], "properties": {"cause": {"type": "string"}}}
CATASTROPHE = "(a+)+$"


@pytest.fixture(autouse=True)
def _report(walled: Any) -> None:
    walled.clear()
    walled.write("report.json", '{"cause": "disk",\n "TODO": 1}\n')


@pytest.mark.parametrize(
    ("check", "is_met", "why"),
    [
        ({"run": "true"}, True, "`true` ended with status 0. It printed nothing."),
        ({"run": "echo seen; exit 3", "exit": 3}, True, "`echo seen; exit 3` ended with status 3. It printed:\nseen"),
        ({"run": "false"}, False, "`false` ended with status 1, 0 is wanted. It printed nothing."),
        ({"run": "kill -9 $$"}, False, "`kill -9 $$` ended with status 137, 0 is wanted. It printed nothing."),
        ({"run": "sleep 60", "timeout_s": 1}, False, "`sleep 60` took longer than 1 seconds. It printed nothing."),
        ({"run": "pwd; ls -A $HOME"}, True, "`pwd; ls -A $HOME` ended with status 0. It printed:\n/workspace"),
        ({"exists": PATH}, True, f"{PATH} is there."),
        ({"exists": "/mnt/session/outputs"}, True, "/mnt/session/outputs is there."),
        ({"exists": "/mnt/no"}, False, "/mnt/no: there is no such file or directory."),
        ({"path": PATH, "present": "disk"}, True, f"{PATH} holds the pattern 'disk'."),
        ({"path": PATH, "present": '^ "TODO'}, True, f"{PATH} holds the pattern '^ \"TODO'."),
        ({"path": PATH, "present": "tape"}, False, f"{PATH} does not hold the pattern 'tape'."),
        ({"path": PATH, "absent": "TODO"}, False, f"{PATH} holds the pattern 'TODO' in line 2."),
        ({"path": PATH, "absent": "FIXME"}, True, f"{PATH} holds the pattern 'FIXME' nowhere."),
        ({"path": PATH, "present": '"', "min_count": 6}, True, f"{PATH} holds the pattern '\"' 6 times or more."),
        (
            {"path": PATH, "present": '"', "min_count": 7}, False,
            f"{PATH} holds the pattern '\"' 6 times, 7 times are wanted.",
        ),
        ({"path": PATH, "json_schema": SCHEMA}, True, f"{PATH} is as the schema has it."),
        (
            {"path": PATH, "json_schema": {"required": ["owner"]}}, False,
            f"{PATH} is not as the schema has it: $: 'owner' is a required property.",
        ),
        (
            {"path": PATH, "json_schema": {"type": 1}}, False,
            f"{PATH} could not be judged: the schema is not valid: 1 is not valid under any of the given schemas.",
        ),
        ({"path": "/mnt/no", "absent": "x"}, False, "/mnt/no: there is no such file or directory."),
        ({"path": "/mnt/no", "json_schema": {}}, False, "/mnt/no: there is no such file or directory."),
        ({"path": "/workspace", "absent": "x"}, False, "/workspace: it is a directory, not a file."),
    ],
)  # fmt: skip
async def test_a_check_says_whether_it_is_met_and_what_it_saw(walled: Any, check: Any, is_met: bool, why: str) -> None:
    found = await walled.found(check)
    assert (found.degree is Degree.MET, found.reason, found.settled_by) == (is_met, why, "check")


async def test_a_command_that_is_not_there_is_told_with_what_was_printed(walled: Any) -> None:
    found = await walled.found({"run": "no-such-tool"})
    assert found.degree is Degree.NOT
    assert "status 127" in found.reason
    assert "no-such-tool: command not found" in found.reason


async def test_output_is_told_from_its_end_without_control_characters(walled: Any) -> None:
    found = await walled.found({"run": r"seq 100000; printf 'red\a\b\rend\n'; exit 1"})
    assert found.reason.endswith(r"red\x07\x08\rend")
    assert len(found.reason) < 1200


async def test_a_huge_file_is_not_looked_into(walled: Any) -> None:
    walled.write("report.json", b" " * (FILE_MAX + 1))
    found = await walled.found({"path": PATH, "absent": "x"})
    assert found.degree is Degree.NOT
    assert found.reason == f"{PATH} has more than {FILE_MAX} bytes, more than a check looks into."


async def test_a_pattern_that_takes_for_ever_is_stopped_and_is_not_met(walled: Any) -> None:
    walled.write("report.json", f'"{"a" * 60}b"')
    for check in ({"absent": CATASTROPHE}, {"json_schema": {"pattern": CATASTROPHE}}):
        found = await walled.found({"path": PATH, **check}, 0.4)
        assert found.degree is Degree.NOT
        assert found.reason == f"{PATH} could not be judged: it took longer than 0.4 seconds."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("NaN", "it is not JSON: NaN is not JSON"),
        (b"\xff\xfe\xff", "it is not JSON"),
        ("[" * 200_000, "it is nested too deeply"),
    ],
)
async def test_what_is_no_json_is_not_as_a_schema_has_it(walled: Any, content: str | bytes, why: str) -> None:
    walled.write("report.json", content)
    found = await walled.found({"path": PATH, "json_schema": {}})
    assert found.degree is Degree.NOT
    assert why in found.reason


async def test_a_schema_may_refer_to_itself_and_to_nothing_else(walled: Any) -> None:
    within = {"$ref": "#/$defs/it", "$defs": {"it": {"required": ["cause"]}}}
    assert (await walled.found({"path": PATH, "json_schema": within})).degree is Degree.MET
    outside = Criterion("it", "It.", check=Check(path=PATH, json_schema={"$ref": "https://example.test/schema"}))
    (found,) = await settled((outside,), walled.inspection)
    assert found.degree is Degree.NOT
    assert "the schema cannot be used" in found.reason
    endless = {"$ref": "#"}
    found = await walled.found({"path": PATH, "json_schema": endless})
    assert "nested too deeply" in found.reason


async def test_links_and_pipes_are_read_as_what_they_are_inside(walled: Any) -> None:
    await walled.bash("cd /mnt/session/outputs; ln -s report.json link; ln -s /no dangling; mkfifo pipe")
    base = "/mnt/session/outputs"
    assert (await walled.found({"path": f"{base}/link", "present": "disk"})).degree is Degree.MET
    assert (await walled.found({"exists": f"{base}/dangling"})).degree is Degree.NOT
    found = await walled.found({"path": f"{base}/pipe", "absent": "x"})
    assert found.reason == f"{base}/pipe: it is a named pipe, not a file."


TRAPS = r"""
cd /workspace
for name in grep python3 test cat; do printf '#!/bin/sh\nexit 0\n' > $name; chmod +x $name; done
mkdir -p ~/bin ~/.local/bin; cp grep python3 ~/bin; cp grep python3 ~/.local/bin
echo 'grep() { return 0; }; export -f grep; exit 0' | tee ~/.bashrc ~/.bash_profile ~/.profile ~/.bash_login > traps.sh
export BASH_ENV=/workspace/traps.sh ENV=/workspace/traps.sh PATH=/workspace:$HOME/bin:$PATH
export PYTHONPATH=/workspace PYTHONSTARTUP=/workspace/traps.py LD_PRELOAD=
grep() { return 0; }; export -f grep; alias grep=true
echo 'import os; os._exit(0)' | tee sitecustomize.py usercustomize.py json.py traps.py > /dev/null
user=$(/usr/bin/python3 -I -c 'import site; print(site.getusersitepackages())'); mkdir -p "$user"
cp sitecustomize.py usercustomize.py "$user"
"""


@pytest.mark.parametrize(
    "command",
    [
        "grep -q zebra /mnt/session/outputs/report.json",
        "cat /mnt/session/outputs/report.json | grep zebra",
        "bash -c 'grep -q zebra /mnt/session/outputs/report.json'",
        "bash -lic 'grep -q zebra /mnt/session/outputs/report.json'",
        'python3 -c \'import json; assert "zebra" in json.load(open("/mnt/session/outputs/report.json"))\'',
        "test -e /mnt/session/outputs/zebra",
    ],
)
async def test_what_an_agent_leaves_behind_does_not_change_what_a_command_means(walled: Any, command: str) -> None:
    await walled.bash(f"test -e /workspace/traps.sh || {{ {TRAPS} }}")
    found = await walled.found({"run": command})
    assert found.degree is Degree.NOT, found.reason


KILLER = r"""
import os, time
while True:
    for each in os.listdir("/proc"):
        try:
            if open(f"/proc/{each}/comm").read() == "grep\n":
                os.kill(int(each), 9)
        except (OSError, ValueError):
            pass
    open("/workspace/alive", "a").write(".")
    time.sleep(0.001)
"""


async def test_what_an_agent_left_running_stands_still_while_a_check_runs(walled: Any) -> None:
    walled.write("killer.py", KILLER)
    await walled.bash("/usr/bin/python3 -I -S /mnt/session/outputs/killer.py &")
    await walled.bash("until test -s /workspace/alive; do :; done")
    found = await walled.found({"run": "! (sleep 0.2 | grep -q TODO - /mnt/session/outputs/report.json)"})
    assert found.degree is Degree.NOT, found.reason
    # It goes on afterwards, as if nothing had been.
    await walled.bash(": > /workspace/alive; until test -s /workspace/alive; do :; done; kill $!")


async def test_what_a_check_leaves_running_does_not_outlive_it(walled: Any) -> None:
    assert (await walled.found({"run": "setsid sleep 77 & sleep 78 &"})).degree is Degree.MET
    assert (await walled.found({"run": "ps -ef | grep 'sleep 7[78]'", "exit": 1})).degree is Degree.MET


async def test_a_check_that_is_cancelled_leaves_nothing_running(walled: Any) -> None:
    async with asyncio.timeout(20):
        task = asyncio.create_task(walled.found({"run": "touch /workspace/begun; sleep 79"}))
        while await walled.inspection.kind("/workspace/begun") is None:
            pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await walled.found({"run": "ps -ef | grep 'sleep 7[9]'", "exit": 1})).degree is Degree.MET


async def test_a_machine_that_fails_is_no_result(tmp_path: Any) -> None:
    tools = BuiltinTools(Elsewhere(), SandboxSpec("sesn_1", tmp_path), plain_web)
    for check in ({"run": "true"}, {"exists": "/a"}, {"path": "/a", "absent": "x"}):
        criterion = Criterion("it", "It.", check=Check(**check))
        with pytest.raises(ToolsUnavailable, match="with the workers of its environment"):
            await settled((criterion,), tools.inspection())
