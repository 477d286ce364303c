"""Recorded streams of Claude Code, as the requests and observations a daemon gets from them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from msgspec import Raw

from agent_console.claude_code.registry import RegistryEntry, read_registry_entry
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Outcome
from agent_console.protocol.messages import Hook, StatusLine

STREAMS = Path(__file__).parents[3] / "fixtures" / "claude-code-2.1.329" / "streams"
MADE = Path(__file__).parent / "made"
"""Streams made by hand of recorded payloads, for what no recording holds."""
FILES = {path.stem: path for folder in (STREAMS, MADE) for path in folder.glob("*.jsonl")}
SCENARIOS = tuple(sorted(FILES))
BASE_MS = 1_795_175_000_000
HOOK_LEAD_MS = 5
"""A hook started this long before the listener had its line."""
REGISTRY_LEAD_MS = 5
"""A session file says that its status is this much older than the change that was seen."""

Source: TypeAlias = Literal["hook", "registry", "status line"]
HOOKS: frozenset[Source] = frozenset({"hook"})
REGISTRY: frozenset[Source] = frozenset({"registry"})
TOGETHER: frozenset[Source] = frozenset({"hook", "registry", "status line"})

KILLED = {"t_ends_sigkill": 4949}
"""The process was killed: its session file stays, and only its absence tells."""
DELETED_UNSEEN = {"p_agent": 271}
"""The recording ended before the listener saw the session file go, as it does at a clean end."""

ASYNC_EVENTS = frozenset(
    {
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "SubagentStart",
        "SubagentStop",
        "TaskCreated",
        "TaskCompleted",
        "TeammateIdle",
    }
)
SYNC_TOOLS = frozenset({"AskUserQuestion", "ExitPlanMode"})


@dataclass(frozen=True)
class Line:
    """One thing the daemon hears of, `ms` after the first line of its stream."""

    ms: int
    source: Source
    pid: int
    session_id: str = ""
    event: str = ""
    payload: bytes = b""
    entry: RegistryEntry | None = None
    sent_ms: int = 0
    is_async: bool = False

    def tell(self, state: State) -> Outcome:
        """Let a state hear it."""
        at_ms = BASE_MS + self.ms
        if self.source == "status line":
            return state.apply(StatusLine(event=Raw(self.payload)), at_ms)
        if self.source == "hook":
            request = Hook(
                event=Raw(self.payload),
                sent_at=BASE_MS + self.sent_ms,
                env={"CLAUDE_PID": str(self.pid)},
            )
            return state.apply(request, at_ms)
        if self.entry is not None:
            return state.observe_entry(self.entry, at_ms)
        if self.event == "killed":
            return state.observe_exit(self.pid, at_ms)
        return state.observe_unregistered(self.pid, at_ms)

    def heard_at(self, ms: int) -> "Line":
        """The same, heard at another time."""
        return replace(self, ms=ms)


def recorded(
    scenario: str,
    sources: frozenset[Source] = TOGETHER,
    *,
    hook_lead_ms: int = HOOK_LEAD_MS,
    registry_lead_ms: int = REGISTRY_LEAD_MS,
) -> list[Line]:
    """What a daemon that listens to these sources hears in a scenario, in order.

    The recordings leave out two times. A hook's start and a session file's `statusUpdatedAt` are
    put a little before the moment at which the line was seen.
    """
    raw = [json.loads(line) for line in FILES[scenario].read_text().splitlines()]
    owners = _owners(raw)
    lines = list(_lines(raw, owners, hook_lead_ms, registry_lead_ms))
    end_ms = raw[-1]["ms"]
    if scenario in KILLED:  # whoever watches processes sees it, whatever else is heard
        lines.append(Line(end_ms + 100, "registry", KILLED[scenario], event="killed"))
    if scenario in DELETED_UNSEEN:
        lines.append(Line(end_ms + 40, "registry", DELETED_UNSEEN[scenario], event="deleted"))
    return [line for line in lines if line.source in sources or line.event == "killed"]


def _owners(raw: list[dict[str, Any]]) -> list[tuple[int, str, int]]:
    """When which session was seen in which process: (ms, session id, pid)."""
    owners: list[tuple[int, str, int]] = []
    current: dict[int, str] = {}
    for line in raw:
        if line["kind"] == "session-file":
            pid = int(Path(line["path"]).stem)
            session_id = line["json"]["sessionId"] if "json" in line else current[pid]
            current[pid] = session_id
            owners.append((line["ms"], session_id, pid))
    return owners


def _lines(
    raw: Iterable[dict[str, Any]],
    owners: list[tuple[int, str, int]],
    hook_lead_ms: int,
    registry_lead_ms: int,
) -> Iterator[Line]:
    runs: dict[int, tuple[Any, int]] = {}
    for line in raw:
        ms: int = line["ms"]
        if line["kind"] != "session-file":
            payload = line["payload"]
            session_id = payload["session_id"]
            pid = min((abs(ms - at), pid) for at, owner, pid in owners if owner == session_id)[1]
            event = payload.get("hook_event_name", "")
            yield Line(
                ms,
                "hook" if line["kind"] == "hook" else "status line",
                pid,
                session_id,
                event,
                json.dumps(payload).encode(),
                sent_ms=ms - hook_lead_ms,
                is_async=event in ASYNC_EVENTS and payload.get("tool_name") not in SYNC_TOOLS,
            )
            continue
        pid = int(Path(line["path"]).stem)
        if line["op"] == "delete":
            yield Line(ms, "registry", pid, event="deleted")
            continue
        document = dict(line["json"])
        if "status" in document:
            status = (document["status"], document.get("waitingFor"))
            if runs.get(pid, (None, 0))[0] != status:
                runs[pid] = (status, ms - registry_lead_ms)
            document["statusUpdatedAt"] = document["updatedAt"] = BASE_MS + runs[pid][1]
        entry = read_registry_entry(json.dumps(document).encode())
        assert entry is not None
        yield Line(ms, "registry", pid, document["sessionId"], entry=entry)
