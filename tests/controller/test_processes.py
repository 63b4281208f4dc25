"""A command may use what it is given and no more, and nothing that it started outlives it."""

import asyncio
import sys
from pathlib import Path

import pytest

from agentops.controller.processes import Bounds, Done, Order, run

pytestmark = pytest.mark.anyio

PATIENCE_S = 10


async def python(code: str, folder: Path, **bounds: float) -> Done:
    """Run some Python that knows nothing of this environment."""
    order = Order([sys.executable, "-IS", "-c", code], folder, {"KNOWN": "yes"}, bounds=Bounds(**bounds))  # type: ignore[arg-type]  # whole numbers where they are wanted
    return await run(order)


async def test_a_command_gets_its_folder_and_its_environment_and_nothing_beside(tmp_path: Path) -> None:
    done = await python("import os; print(os.getcwd(), *sorted(os.environ))", tmp_path)
    names = set(done.out.decode().split()) - {"LC_CTYPE"}
    assert (done.status, done.broke) == (0, "")
    assert names == {str(tmp_path), "KNOWN"}


async def test_what_takes_too_long_says_too_much_or_wants_too_much_ends(tmp_path: Path) -> None:
    slow, loud, busy, large = await asyncio.gather(
        python("import time; time.sleep(60)", tmp_path, time_s=0.5),
        python("while True: print('x' * 1000)", tmp_path, output=100_000),
        python("while True: pass", tmp_path, cpu_s=1),
        python("x = bytearray(1 << 30)", tmp_path, memory=512 << 20),
    )
    assert slow.broke == "took longer than 0.5 s"
    assert loud.broke == "said more than 100,000 bytes"
    assert busy.broke == "used more than 1 s of processor time"
    assert large.status == 1
    assert "MemoryError" in large.err


async def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    code = "import os, time\nchild = os.fork()\nif child: print(child)\nelse: time.sleep(60)"
    # The child holds the pipe: the command is not over before its time is.
    done = await python(code, tmp_path, time_s=1)
    assert done.broke
    async with asyncio.timeout(PATIENCE_S):
        # It was killed, and dies in its own time.
        while is_running(int(done.out)):  # noqa: ASYNC110 - another process's end is no event of ours
            await asyncio.sleep(0)


def is_running(pid: int) -> bool:
    """Tell whether a process lives: one that ended may wait for somebody to look at its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_what_takes_too_long_is_asked_to_stop_before_it_is_ended(tmp_path: Path) -> None:
    code = "import pathlib, time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: pathlib.Path('stopped').touch()"
    done = await python(code, tmp_path, time_s=1)
    assert done.broke == "took longer than 1 s"
    assert (tmp_path / "stopped").exists()


async def test_who_is_cancelled_asks_its_command_to_stop_first(tmp_path: Path) -> None:
    code = (
        "import pathlib, time\ntry: pathlib.Path('began').touch(); time.sleep(60)\n"
        "except KeyboardInterrupt: pathlib.Path('stopped').touch()"
    )
    task = asyncio.create_task(python(code, tmp_path))
    while not (tmp_path / "began").exists():
        assert not task.done()
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (tmp_path / "stopped").exists()
