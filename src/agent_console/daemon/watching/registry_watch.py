"""Follows Claude Code's session registry and the processes behind it.

Rule: reads `<config dir>/sessions/<pid>.json` and nothing else there; what it sees becomes
observations for the actor, which owns all meaning.

A file whose process died before this daemon saw it alive is no session: it does not say when that
was, nor whether the session went on elsewhere, and a board would begin with what nobody can use.
"""

import math
import os
import re
import stat
import time
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

import anyio
from anyio.abc import TaskGroup, TaskStatus

from agent_console.claude_code.registry import MAX_ENTRY_BYTES, RegistryEntry, read_registry_entry
from agent_console.daemon.process_identity import is_alive
from agent_console.daemon.serving.actor import Actor, Observation
from agent_console.daemon.watching.folder_watch import watch_folders

FOREIGN_ENTRY_SECONDS = 12 * 3600
"""An entry of another pid namespace (a container that shares the home) this old counts as gone."""

_ENTRY_NAME = re.compile(r"([1-9][0-9]{0,9})\.json\Z")


class RegistryWatch:
    """The registry folders of all config dirs.

    Args:
        config_dirs: The ones that are known from the start.
        actor: Hears of what is seen.

    Attributes:
        foreign: Process ids of another kernel namespace, which mean nothing in ours, with the file
            of each and the time at which it will be too old; infinite when it is.
        registered: Process ids whose file has been seen: only who had one can take it away.
    """

    def __init__(self, config_dirs: list[Path], actor: Actor) -> None:
        self._lasting = _registries(config_dirs)
        self._named: list[Path] = []
        self._followed: dict[Path, anyio.CancelScope] = {}
        self._tasks: TaskGroup | None = None
        self._actor = actor
        self._namespace = _pid_namespace()
        self.foreign: dict[int, tuple[Path, float]] = {}
        self._foreign_seen = anyio.Event()
        self.registered: set[int] = set()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever; started when all that is there already has been handed in."""
        async with anyio.create_task_group() as tasks:
            if self._lasting:
                await tasks.start(self._follow, self._lasting)
            for folder in self._named:
                await tasks.start(self._follow_named, folder)
            tasks.start_soon(self._age_foreign)
            self._tasks = tasks
            self._follow_what_is_named()
            task_status.started()
            await anyio.sleep_forever()

    @property
    def folders(self) -> list[Path]:
        """The folders that are followed, there or not."""
        return [*self._lasting, *self._named]

    def follow_also(self, config_dirs: Iterable[Path]) -> None:
        """From now on follow these, and none that were named before; the lasting ones remain."""
        self._named = [folder for folder in _registries(config_dirs) if folder not in self._lasting]
        self._follow_what_is_named()

    def _follow_what_is_named(self) -> None:
        if self._tasks is None:
            return  # the first look is still to come
        for folder in self._followed.keys() - set(self._named):
            self._followed.pop(folder).cancel()
        for folder in self._named:
            if folder not in self._followed:
                self._tasks.start_soon(self._follow_named, folder)

    async def _follow_named(
        self, folder: Path, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        if folder in self._followed:
            task_status.started()
            return
        with anyio.CancelScope() as scope:
            self._followed[folder] = scope
            await self._follow([folder], task_status=task_status)

    async def _follow(
        self, folders: list[Path], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        unread = len(folders)
        async with aclosing(watch_folders(folders)) as changes:
            async for change in changes:
                if not change.names:
                    self._read_all(change.folder)
                for name in change.names:
                    self._read(change.folder, name)
                unread -= 1
                if unread == 0:
                    task_status.started()

    def _read_all(self, folder: Path) -> None:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return
        for name in names:
            self._read(folder, name)

    def _read(self, folder: Path, name: str) -> None:
        match = _ENTRY_NAME.match(name)
        if match is None:
            return
        pid = int(match[1])
        try:
            document, modified = _read_small_file(folder / name)
        except FileNotFoundError:
            self.foreign.pop(pid, None)
            self.registered.discard(pid)
            self._actor.observe(_unregistered(pid))
            return
        except OSError:
            return
        entry = read_registry_entry(document)
        if entry is None or entry.pid != pid:
            return  # half-written: its next change tells
        if self._is_alive(entry, folder / name, modified):
            self.registered.add(pid)
            self._actor.observe(_seen(entry))
        else:
            self._actor.observe(_exited(pid))

    def _is_alive(self, entry: RegistryEntry, file: Path, modified: float) -> bool:
        domain = entry.pid_domain
        if domain is not None and self._namespace is not None and self._namespace not in domain:
            expires = modified + FOREIGN_ENTRY_SECONDS
            is_fresh = time.time() < expires
            self.foreign[entry.pid] = (file, expires if is_fresh else math.inf)
            self._foreign_seen.set()
            return is_fresh
        self.foreign.pop(entry.pid, None)
        return is_alive(entry.pid, entry.proc_start)

    async def _age_foreign(self) -> None:
        """Look again at foreign entries when they are too old; idle while there are none."""
        while True:
            due = min((expires for _, expires in self.foreign.values()), default=math.inf)
            self._foreign_seen = anyio.Event()
            with anyio.move_on_after(max(0.0, due - time.time())):
                await self._foreign_seen.wait()
            now = time.time()
            for pid, (file, expires) in list(self.foreign.items()):
                if expires <= now:
                    self.foreign[pid] = (file, math.inf)
                    self._read(file.parent, file.name)

    def process_ended(self, pid: int) -> None:
        """A watched process is gone: in good order when it took its file away first."""
        if pid in self.foreign:
            return  # it never was one of ours
        had_file = pid in self.registered and any(map(os.path.isdir, self.folders))
        has_file = any(os.path.exists(folder / f"{pid}.json") for folder in self.folders)
        self.registered.discard(pid)
        self._actor.observe(_unregistered(pid) if had_file and not has_file else _exited(pid))


def _registries(config_dirs: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(directory / "sessions" for directory in config_dirs))


def _seen(entry: RegistryEntry) -> Observation:
    return lambda state, at_ms: state.observe_entry(entry, at_ms)


def _unregistered(pid: int) -> Observation:
    return lambda state, at_ms: state.observe_unregistered(pid, at_ms)


def _exited(pid: int) -> Observation:
    return lambda state, at_ms: state.observe_exit(pid, at_ms)


def _read_small_file(path: Path) -> tuple[bytes, float]:
    # Not through a link, which may lead to a `.key` file, and never waiting for a pipe's writer.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return b"", found.st_mtime
        return file.read(MAX_ENTRY_BYTES), found.st_mtime


def _pid_namespace() -> str | None:
    """`pid:[…]`, the kernel's name of the namespace that our process ids are of."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return None
