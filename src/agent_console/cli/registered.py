"""What live processes of Claude Code say of themselves in its session registry."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from agent_console.claude_code.registry import MAX_ENTRY_BYTES, RegistryEntry, read_registry_entry
from agent_console.daemon.process_identity import is_alive


def registered(folders: Iterable[Path]) -> Iterator[RegistryEntry]:
    """The entries of these folders, of processes that are alive."""
    for path in sorted(file for folder in folders for file in folder.glob("[1-9]*.json")):
        try:
            with path.open("rb") as file:
                entry = read_registry_entry(file.read(MAX_ENTRY_BYTES))
        except OSError:
            continue
        named = entry is not None and path.stem == str(entry.pid)
        if entry is not None and named and is_alive(entry.pid, entry.proc_start):
            yield entry
