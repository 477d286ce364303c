"""What the demo plays: which recordings, when each begins, how it ends, and what must come of it.

Rule: every number here is read off a recording or its bill, none is invented. A scene that is added
needs its line in EXPECTED: the demo fails when the board at its end is any other.
"""

from enum import Enum

from msgspec import Struct

from agent_console.model.session import Status

CLAUDE_CODE_VERSION = "2.1.329"
"""The version that was recorded."""


class Ending(Enum):
    """What becomes of a scene's process when its recording is over."""

    STAYS = "stays"
    """It lives on as the recording left it: the recording stops at a moment worth seeing."""
    LEAVES = "leaves"
    """It takes its registry file away and ends."""
    KILLED = "killed"
    """It is killed (SIGKILL): no hook fires, and its registry file stays."""


class Scene(Struct, frozen=True):
    """One recording in the demo.

    Attributes:
        recording: Its name.
        starts_at_ms: When it begins, in the time of the recordings.
        ending: What becomes of its process.
        entrypoint: What Claude Code says it was started as.
    """

    recording: str
    starts_at_ms: int
    ending: Ending = Ending.STAYS
    entrypoint: str = "cli"


SCENES = (
    Scene("t_clear_compact", 0),
    Scene("t_interrupt", 8_000),
    Scene("t_agent", 15_000),
    Scene("t_permission", 34_000),
    Scene("p_agent", 44_000, Ending.LEAVES, "sdk-cli"),
    Scene("t_ask", 54_000),
    Scene("t_errors", 68_000),
    Scene("t_ends_sigkill", 80_000, Ending.KILLED),
)

KILLED_AFTER_MS = 400
"""How long after its last line a process is killed, in the time of the recordings."""


class Expected(Struct, frozen=True):
    """Where a session must be at the end."""

    status: Status
    reason: str | None


EXPECTED: dict[str, Expected] = {
    # Asked a second time which colour the button should be.
    "8e790d08-f95a-4b67-a458-acd6ce05b5e4": Expected(Status.QUESTION, "question"),
    # One command allowed, one denied, one escaped; now it wants to write a file.
    "15779dfe-564e-4e79-99fa-6dccd2adb357": Expected(Status.ATTENTION, "permission"),
    # Overloaded (529), refused (400), and now over the rate limit (429).
    "b26d2aaa-25f3-4620-b8d2-4cf7d7a36b95": Expected(Status.ATTENTION, "error"),
    # Escape in an answer, Escape in a tool, a queued prompt.
    "27f4bade-5d19-4df1-b03e-46bf7e27a12a": Expected(Status.ATTENTION, "done"),
    # /clear began the second of these, which was compacted.
    "15c10636-1377-4638-af5d-50e69f8b77e4": Expected(Status.CLOSED, "clear"),
    "4bf844f7-6169-4e12-84a2-9f7bcdc67f54": Expected(Status.ATTENTION, "done"),
    # Its subagent was allowed a command and works on behind the finished turn.
    "5aa3a14d-e59a-414e-b4e7-b2e75d05799c": Expected(Status.WORKING, "background"),
    # `claude -p`, with a subagent.
    "6384e214-80e7-486c-886b-6d6fec608948": Expected(Status.CLOSED, "other"),
    "a3fbe7bb-25d9-4d0f-8a91-fb69ab4f39a0": Expected(Status.CLOSED, "crashed"),
}
"""The board at the end, by session."""


class Bill(Struct, frozen=True):
    """What the API billed for a whole session."""

    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    cost_usd: float


BILLS: dict[str, Bill] = {
    "27f4bade-5d19-4df1-b03e-46bf7e27a12a": Bill(6, 162, 5_256, 78_807, 0.0458454),
    "4bf844f7-6169-4e12-84a2-9f7bcdc67f54": Bill(1_772, 64, 6_469, 49_454, 0.0506038),
    "6384e214-80e7-486c-886b-6d6fec608948": Bill(4, 91, 11_521, 30_051, 0.0654512),
}
"""Of the sessions whose bill was recorded; of the others only Claude Code's own figure is known."""
