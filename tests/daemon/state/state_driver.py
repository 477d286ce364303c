"""A state with a clock, told of one session's hooks and registry in few words."""

import json
from typing import Any

from msgspec import UNSET, Raw

from agent_console.claude_code.registry import RegistryEntry
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Failure, Outcome
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import ErrorCode, Get, Hook, SetSession, StatusLine

MAIN = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
START_MS = 1_795_175_000_000


class Driver:
    """Tells a state of things, one second after the other.

    Attributes:
        state: The state.
        now_ms: The time of the last thing told.
    """

    def __init__(self, state: State | None = None) -> None:
        self.state = State() if state is None else state
        self.now_ms = START_MS

    def apply(self, request: Any) -> Outcome:
        """A request, a second later."""
        self.now_ms += 1_000
        return self.state.apply(request, self.now_ms)

    def set(self, status: Status | None = None, session: str = MAIN, **fields: Any) -> Outcome:
        """SET."""
        if status is not None:
            fields["status"] = status
        return self.apply(SetSession(session_id=session, **fields))

    def hook(
        self,
        event: str,
        *,
        session: str = MAIN,
        pid: int | None = None,
        sent_ms: int | None = None,
        heard_ms: int | None = None,
        env: dict[str, str] | None = None,
        **fields: Any,
    ) -> Outcome:
        """A hook event, started and heard a second later unless said otherwise."""
        self.now_ms = self.now_ms + 1_000 if heard_ms is None else heard_ms
        payload = {"session_id": session, "hook_event_name": event, **fields}
        request = Hook(
            event=Raw(json.dumps(payload).encode()),
            sent_at=self.now_ms if sent_ms is None else sent_ms,
            env={**({} if pid is None else {"CLAUDE_PID": str(pid)}), **(env or {})},
        )
        return self.state.apply(request, self.now_ms)

    def prompt(self, prompt_id: str = "p1", text: str = "do it", **fields: Any) -> Outcome:
        """The person, or Claude Code, prompts the main session."""
        return self.hook("UserPromptSubmit", prompt_id=prompt_id, prompt=text, **fields)

    def registry(
        self,
        status: str | None,
        waiting_for: str | None = None,
        *,
        session: str = MAIN,
        pid: int = 7,
        since_ms: int | None = None,
        **fields: Any,
    ) -> Outcome:
        """A session file was written, a second later."""
        self.now_ms += 1_000
        at_ms = self.now_ms if since_ms is None else since_ms
        entry = RegistryEntry(
            pid=pid,
            session_id=session,
            status=status,
            waiting_for=waiting_for,
            updated_at=at_ms,
            status_updated_at=None if status is None else at_ms,
            **fields,
        )
        return self.state.observe_entry(entry, self.now_ms)

    def status_line(self, **fields: Any) -> Outcome:
        """A status line, a second later."""
        payload = {"session_id": MAIN, **fields}
        return self.apply(StatusLine(event=Raw(json.dumps(payload).encode())))

    def session(self, session: str = MAIN) -> Session:
        """A session as it is on the board."""
        return self.state.sessions[session]

    def shows(self, session: str = MAIN) -> str:
        """Status and reason of a session, in two words."""
        shown = self.state.sessions[session]
        return f"{shown.status} {shown.reason or '-'}"

    def history(self, session: str = MAIN) -> list[tuple[str, str, int]]:
        """A session's transitions as (from, to, duration)."""
        answer = self.state.apply(Get(session_id=session), self.now_ms).answer
        assert isinstance(answer, Session)
        assert answer.history is not UNSET
        return [(step.from_.value, step.to.value, step.duration_ms) for step in answer.history]


def refused(outcome: Outcome) -> ErrorCode:
    """The code of a refusal, which has changed nothing."""
    assert isinstance(outcome.answer, Failure), outcome.answer
    assert outcome.changes == ()
    assert outcome.ledger == ()
    assert outcome.answer.message.endswith(".") or ": " in outcome.answer.message
    return outcome.answer.code
