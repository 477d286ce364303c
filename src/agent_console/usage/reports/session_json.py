"""One session as JSON, with the keys of `ccusage session --id` where they mean the same.

Rule: scripts read this. A key is added, never renamed or taken away.
"""

from agent_console.claude_code.conversation import Spoken
from agent_console.usage.reports.instants import iso_ms
from agent_console.usage.reports.json_text import Usd
from agent_console.usage.reports.one_session import Entry, OneSession
from agent_console.usage.reports.session_details import SessionDetail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def session_json(
    session: OneSession, conversation: list[Spoken] | None, *, with_cost: bool
) -> "dict[str, Any]":
    """The session as a value for `json_text`.

    Args:
        session: The session.
        conversation: What its transcripts say of roles and parents; null when they are gone.
        with_cost: False leaves all money out.
    """
    row, sums = session.row, session.row.sums
    detail = row.detail if isinstance(row.detail, SessionDetail) else None
    document: dict[str, Any] = {
        "sessionId": row.label,
        "totalTokens": None if sums is None else sums.tokens,
    }
    if with_cost:
        document["totalCost"] = None if sums is None else _usd(sums.cost_pico)
    document["entries"] = [_entry(each, with_cost=with_cost) for each in session.entries]
    if detail is not None:
        document |= {
            "title": detail.title,
            "projects": detail.projects,
            "firstActivity": iso_ms(detail.first_ms),
            "lastActivity": iso_ms(detail.last_ms),
            "userMessages": detail.user_messages,
        }
    document |= {
        "assistantMessages": 0 if sums is None else sums.responses,
        "apiErrors": 0 if detail is None else detail.api_errors,
        "model": None if detail is None else detail.last_model,
        "primaryModel": next(iter(row.models), None),
        "unpricedTokens": 0 if sums is None else sums.unpriced,
        "outputIsLowerBound": sums is not None and sums.lower_bound > 0,
        "origins": session.origins,
        "forks": session.forks,
        "transcripts": session.transcripts,
        "messages": None if conversation is None else [_message(each) for each in conversation],
    }
    return document


def _entry(entry: Entry, *, with_cost: bool) -> "dict[str, Any]":
    sums = entry.sums
    written: dict[str, Any] = {
        "timestamp": iso_ms(entry.at_ms),
        "inputTokens": sums.input,
        "outputTokens": sums.output,
        "cacheCreationTokens": sums.cache_write,
        "cacheReadTokens": sums.cache_read,
        "model": entry.model,
    }
    if with_cost:
        written["costUSD"] = _usd(sums.cost_pico)
    return written | {
        "messageId": entry.key,
        "kind": entry.kind,
        "subagent": entry.agent,
        "agentId": entry.agent_id,
        "outputIsLowerBound": sums.lower_bound > 0,
        "costRank": entry.rank,
    }


def _message(message: Spoken) -> "dict[str, Any]":
    return {
        "role": message.role,
        "timestamp": message.timestamp,
        "uuid": message.uuid,
        "parentUuid": message.parent_uuid,
        "messageId": message.message_id,
        "isSubagent": message.is_subagent,
    }


def _usd(pico: int | None) -> Usd | None:
    return None if pico is None else Usd(pico)
