"""For programs that drive Claude through claude-agent-sdk: what each query took, typed.

    pip install "agent-console[sdk]"

`ClaudeSession` is a conversation; `observe` records the messages of `query()` or of a client on
their way, and `collect` makes a response of them; `budget` limits what many sessions cost together;
`save`, `load` and `last_session` go on with a session another day.

Rule: importing this imports nothing of claude-agent-sdk. Messages are known by the names of their
classes (messages.py), so `collect` and `observe` need no package; what needs it loads it when used.
"""

from agent_console.sdk.budget import Budget, BudgetExceeded, TaskCost, budget
from agent_console.sdk.continuity import (
    SavedSession,
    SavedSessionError,
    last_session,
    load,
    save,
)
from agent_console.sdk.figures import ModelFigures, SessionTotals
from agent_console.sdk.messages import Resumed
from agent_console.sdk.metadata import ResponseMetadata, SessionResponse
from agent_console.sdk.observing import collect, observe
from agent_console.sdk.past import Past
from agent_console.sdk.session import ClaudeSession
from agent_console.sdk.slow import log_if_slow

__all__ = [
    "Budget",
    "BudgetExceeded",
    "ClaudeSession",
    "ModelFigures",
    "Past",
    "ResponseMetadata",
    "Resumed",
    "SavedSession",
    "SavedSessionError",
    "SessionResponse",
    "SessionTotals",
    "TaskCost",
    "budget",
    "collect",
    "last_session",
    "load",
    "log_if_slow",
    "observe",
    "save",
]
