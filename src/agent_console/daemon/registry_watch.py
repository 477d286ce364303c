"""Follows Claude Code's session registry and the processes behind it.

Rule: reads `<config dir>/sessions/<pid>.json` and nothing else there; what it sees becomes
observations for the actor, which owns all meaning.

A file whose process died before this daemon saw it alive is no session: it does not say when that
was, nor whether the session went on elsewhere, and a board would begin with what nobody can use.
"""

import os
import re
import stat
import time
from contextlib import aclosing
from pathlib import Path

import anyio
from anyio.abc import TaskStatus

from agent_console.claude_code.registry import RegistryEntry, read_registry_entry
from agent_console.daemon.actor import Actor, Observation
from agent_console.daemon.folder_watch import watch_folders
from agent_console.daemon.process_watch import is_alive

MAX_ENTRY_BYTES = 64 * 1024
FOREIGN_ENTRY_SECONDS = 12 * 3600
"""An entry of another pid namespace (a container that shares the home) this old counts as gone."""

_ENTRY_NAME = re.compile(r"([1-9][0-9]{0,9})\.json\Z")


class RegistryWatch:
    """The registry folders of all config dirs.

    Attributes:
        folders: Where they are, there or not.
        foreign: Process ids of another kernel namespace, which mean nothing in ours.
        registered: Process ids whose file has been seen: only who had one can take it away.
    """

    def __init__(self, config_dirs: list[Path], actor: Actor) -> None:
        self.folders = list(dict.fromkeys(directory / "sessions" for directory in config_dirs))
        self._actor = actor
        self._namespace = _pid_namespace()
        self.foreign: set[int] = set()
        self.registered: set[int] = set()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever; started when all that is there already has been handed in."""
        unread = len(self.folders)
        if not unread:
            task_status.started()
            return
        async with aclosing(watch_folders(self.folders)) as changes:
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
            self.registered.discard(pid)
            self._actor.observe(_unregistered(pid))
            return
        except OSError:
            return
        entry = read_registry_entry(document)
        if entry is None or entry.pid != pid:
            return  # half-written: its next change tells
        if self._is_alive(entry, modified):
            self.registered.add(pid)
            self._actor.observe(_seen(entry))
        else:
            self._actor.observe(_exited(pid))

    def _is_alive(self, entry: RegistryEntry, modified: float) -> bool:
        domain = entry.pid_domain
        if domain is not None and self._namespace is not None and self._namespace not in domain:
            self.foreign.add(entry.pid)
            return time.time() - modified < FOREIGN_ENTRY_SECONDS
        self.foreign.discard(entry.pid)
        return is_alive(entry.pid, entry.proc_start)

    def process_ended(self, pid: int) -> None:
        """A watched process is gone: in good order when it took its file away first."""
        had_file = pid in self.registered and any(folder.is_dir() for folder in self.folders)
        has_file = any((folder / f"{pid}.json").exists() for folder in self.folders)
        self.registered.discard(pid)
        self._actor.observe(_unregistered(pid) if had_file and not has_file else _exited(pid))


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
