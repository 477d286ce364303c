"""What hooks and the registry have shown of a session, beyond what everybody sees.

Rule: evidence decides which later news may change a status. It never leaves the daemon.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from agent_console.model.session import Activity, Session, Status

WORKING, CLOSED = Status.WORKING, Status.CLOSED
"""To name a member through its class costs a tenth of a microsecond on Python 3.11."""
REMEMBERED_PROMPTS = 4
REMEMBERED_CALLS = 8


class Asking(Struct, frozen=True, gc=False):
    """One thing a session has asked the person, and how its answer will show.

    Attributes:
        status: What the session is while this waits.
        reason: Why.
        activity: For what.
        tool: The tool that waits, or `mcp`.
        agent_id: The subagent that asks; null for the main conversation.
        tool_use_id: Known for PreToolUse; PermissionRequest has none.
        input_hash: Of the tool's input, to tell two calls of one tool apart.
    """

    status: Status
    reason: str
    activity: Activity | None
    tool: str
    agent_id: str | None = None
    tool_use_id: str | None = None
    input_hash: int = 0


class Evidence(Struct, frozen=True, gc=False):
    """Times are Unix milliseconds of the sender: when a hook started, when a file says it changed.

    Attributes:
        changed_at_ms: The time of the last applied transition; older news never changes the status.
        changed_rank: Its rank among events of that time (`hook_event.Rank`).
        open_prompt: A prompt was taken up and has had no Stop or StopFailure.
        prompt_id: The last prompt taken up; null when nobody told which it is.
        prompt_hash: Of its text, to tell a queued prompt from the same one told twice.
        queued_prompt: Another prompt waits for the running turn to end; no hook tells its start.
        stopped_prompts: The last prompts that stopped; late tool events of theirs are history.
        rested: The last of ready, done, error: what an idle session returns to.
        worked: It has worked since it started (all the registry alone can tell of a prompt).
        asking: What it waits for, in the order in which it was asked, while it waits.
        asked_at_ms: When it last asked.
        calls: The last tool calls that started: id, and hash of their input.
        unexplained: The registry said that it waits or rests, and no hook has said why.
        end_reason: A SessionEnd said so that was heard too late to close the session by itself.
        observed_end: It was closed because it was seen gone; its own SessionEnd knows better.
        activity_at_ms: The time of the activity shown.
        facts_at_ms: The time of folder and transcript shown.
    """

    changed_at_ms: int = 0
    changed_rank: int = -1
    open_prompt: bool = False
    prompt_id: str | None = None
    prompt_hash: int = 0
    queued_prompt: bool = False
    stopped_prompts: tuple[str, ...] = ()
    rested: str | None = None
    worked: bool = False
    asking: tuple[Asking, ...] = ()
    asked_at_ms: int = 0
    calls: tuple[tuple[str, int], ...] = ()
    unexplained: bool = False
    end_reason: str | None = None
    observed_end: bool = False
    activity_at_ms: int = 0
    facts_at_ms: int = 0

    def turned(
        self, at_ms: int, rank: int, *, worked: bool, asking: tuple[Asking, ...]
    ) -> "Evidence":
        """The same once the session has been given a status, which explains what it does."""
        return replace(
            self,
            changed_at_ms=at_ms,
            changed_rank=rank,
            unexplained=False,
            observed_end=False,
            end_reason=None,
            worked=worked or self.worked,
            asking=asking,
        )


class Known(Struct, frozen=True, gc=False):
    """A session and its evidence: what a rule takes and gives."""

    session: Session
    evidence: Evidence

    def with_session(self, **changes: Any) -> "Known":
        """The same with other session fields."""
        return Known(replace(self.session, **changes), self.evidence)

    def with_evidence(self, **changes: Any) -> "Known":
        """The same with other evidence."""
        return Known(self.session, replace(self.evidence, **changes))

    def is_news(self, at_ms: int, rank: int) -> bool:
        """Whether something of this time may still change the status."""
        evidence = self.evidence
        return (at_ms, rank) >= (evidence.changed_at_ms, evidence.changed_rank)

    def entering(
        self,
        status: Status,
        reason: str | None,
        at_ms: int,
        rank: int,
        *,
        asking: tuple[Asking, ...] | None = None,
        **evidence: Any,
    ) -> "Known":
        """The session in a status; a status and reason it has already only note the evidence.

        Args:
            status: What it does now.
            reason: Why.
            at_ms: Since when.
            rank: Of what said so, among events of that time.
            asking: What it waits for now; null when that stays as it was.
            evidence: More that is now known.
        """
        session, known = self.session, self.evidence
        turns = session.status is not status
        if turns or session.reason != reason:
            since_ms = session.since_ms
            session = replace(
                session,
                status=status,
                reason=reason,
                since_ms=at_ms if turns and at_ms > since_ms else since_ms,
                closed=status is CLOSED,
            )
        else:
            at_ms, rank = known.changed_at_ms, known.changed_rank
        known = known.turned(
            at_ms,
            rank,
            worked=status is WORKING,
            asking=known.asking if asking is None else asking,
        )
        return Known(session, replace(known, **evidence) if evidence else known)

    def settled(self, at_ms: int, rank: int) -> "Known":
        """The same, with what is older than this belonging to the past even if nothing changed.

        For the ends and beginnings of turns and sessions. What only confirms a status must not
        use it: a tool's end that is heard early would hide a permission asked just before.
        """
        return self.with_evidence(changed_at_ms=at_ms, changed_rank=rank)
