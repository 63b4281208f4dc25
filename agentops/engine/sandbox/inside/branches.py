"""A plan's branches: as many as it wants, of which one runs at a time, so that the plan is the same each time it runs.

Who runs next is decided by nothing but the order in which answers came: branches that are ready go first, in the order
in which they became so; when none is, the next answer is read and its branch goes on. Each branch has a thread because
plain functions can only wait in one; the threads hand a baton on and never run side by side.
"""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import Any, Callable

from .fields import Json
from .lines import Line

_THREADS = 100
"""What has no thread runs in its caller's, one after the other."""
_STACK = 512 * 1024


class _Branch:
    """Something that runs or waits."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.answer: Json = {}


class _Group:
    """Branches that begin together, and who waits for all of them."""

    def __init__(self, parent: _Branch, size: int) -> None:
        self.parent = parent
        self.results: list[Any] = [None] * size
        self.errors: dict[int, BaseException] = {}
        self.left = size
        self.is_awaited = False


class Branches:
    """Everything that a plan does at the same time."""

    def __init__(self, line: Line) -> None:
        """Begin with the branch that calls this."""
        threading.stack_size(_STACK)
        self._line = line
        self._ready: deque[_Branch] = deque()
        self._waiting: dict[int, _Branch] = {}
        self._threads = _THREADS
        self._here = threading.local()
        self._here.branch = _Branch()

    def ask(self, **fields: Any) -> Json:
        """Return the answer to a request; other branches run meanwhile."""
        me = self._me()
        number = self._line.number()
        self._line.say(op="ask", n=number, **fields)
        self._waiting[number] = me
        self._switch(me)
        return me.answer

    def together(self, functions: list[Callable[[], Any]]) -> list[Any]:
        """Return what the functions return, in their order; when all have ended, raise the first of their errors."""
        me = self._me()
        group = _Group(me, len(functions))
        for index, function in enumerate(functions):
            run = partial(self._run, group, index, function)
            if self._threads:
                self._begin(run)
            else:
                run()
        group.is_awaited = True
        if group.left:
            self._switch(me)
        if group.errors:
            raise group.errors[min(group.errors)]
        return group.results

    def _me(self) -> _Branch:
        branch: _Branch | None = getattr(self._here, "branch", None)
        if branch is None:
            raise RuntimeError("a plan has no threads of its own: use parallel")
        return branch

    def _begin(self, run: Callable[[], None]) -> None:
        branch = _Branch()
        threading.Thread(target=self._live, args=(branch, run), daemon=True).start()
        self._threads -= 1
        self._ready.append(branch)

    def _live(self, branch: _Branch, run: Callable[[], None]) -> None:
        branch.gate.acquire()
        self._here.branch = branch
        run()
        self._threads += 1
        self._next().gate.release()

    def _run(self, group: _Group, index: int, function: Callable[[], Any]) -> None:
        try:
            group.results[index] = function()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the plan waits
            group.errors[index] = error
        group.left -= 1
        if not group.left and group.is_awaited:
            self._ready.append(group.parent)

    def _switch(self, me: _Branch) -> None:
        """Let others run until it is this one's turn."""
        other = self._next()
        if other is not me:
            other.gate.release()
            me.gate.acquire()

    def _next(self) -> _Branch:
        if self._ready:
            return self._ready.popleft()
        answer = self._line.hear_answer()
        branch = self._waiting.pop(answer["n"])
        branch.answer = answer
        return branch
