"""Claude Code's session registry: `<config dir>/sessions/<pid>.json`, one file per live process.

Rule: undocumented, so read leniently and never needed; only `<pid>.json` is ever opened, never the
`*.key` files beside it nor a messaging socket. Observed with Claude Code 2.1.329.
"""

import msgspec
from msgspec import Struct

from agent_console.claude_code.hook_event import Path
from agent_console.claude_code.lenient import decode_leniently
from agent_console.model.session import SessionId, is_printable

MAX_ENTRY_BYTES = 64 * 1024
"""No entry is as long; more of a file is not read."""


class RegistryEntry(Struct, frozen=True, gc=False, rename="camel"):
    """What one process says about itself. Times are Unix milliseconds.

    Attributes:
        proc_start: Field 22 of `/proc/<pid>/stat` when the process started, as a string.
        pid_domain: Which kernel's process ids these are; ends in the pid namespace.
        status: `idle`, `busy`, `waiting` or `shell` (a background shell outlives the turn).
        waiting_for: `permission prompt`, `input needed` or `dialog open`.
    """

    pid: int = 0
    session_id: SessionId | None = None
    cwd: Path | None = None
    started_at: int | None = None
    proc_start: str | None = None
    version: str | None = None
    kind: str | None = None
    entrypoint: str | None = None
    pid_domain: str | None = None
    name: str | None = None
    name_source: str | None = None
    status: str | None = None
    waiting_for: str | None = None
    updated_at: int | None = None
    status_updated_at: int | None = None


_decoder = msgspec.json.Decoder(RegistryEntry)


def read_registry_entry(document: bytes) -> RegistryEntry | None:
    """An entry; null when it is half-written, no object, or names no session."""
    entry = decode_leniently(document, _decoder, RegistryEntry)
    if entry is None or entry.pid <= 0:
        return None
    return entry if entry.session_id and is_printable(entry.session_id) else None
