"""For programs that drive Claude through claude-agent-sdk: what each query took, typed.

    pip install "agent-console[sdk]"

Rule: importing this imports nothing of claude-agent-sdk. Messages are known by the names of their
classes (messages.py), so `collect` and `observe` need no package; what needs it loads it when used.
"""

from agent_console.sdk.collecting import Resumed
from agent_console.sdk.figures import ModelFigures, SessionTotals
from agent_console.sdk.metadata import ResponseMetadata, SessionResponse
from agent_console.sdk.observing import collect
from agent_console.sdk.past import Past

__all__ = [
    "ModelFigures",
    "Past",
    "ResponseMetadata",
    "Resumed",
    "SessionResponse",
    "SessionTotals",
    "collect",
]
