"""What an export can tell of a message, a session or a day: every field with its SQL.

Rule: names are read by other programs; a field is added, never renamed. Costs are those of
usage/cost_sql.py.
"""

from typing import Literal, TypeAlias

from agent_console.usage.cost_sql import TOKENS, cost, cost_sum, unpriced_tokens
from agent_console.usage.reports.told_counts import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.cost_sql import Mode

Kind: TypeAlias = Literal["text", "number", "usd", "time", "day", "flag"]
Level: TypeAlias = Literal["message", "session", "day"]


class Field:
    """One field.

    Attributes:
        name: Its name in the export.
        sql: An expression over the export's FROM clause.
        kind: How its value is written: `usd` is picodollars, `time` Unix milliseconds, `day` a
            local day counted from 1970-01-01.
    """

    __slots__ = ("kind", "name", "sql")

    def __init__(self, name: str, sql: str, kind: Kind = "text") -> None:
        self.name = name
        self.sql = sql
        self.kind: Kind = kind


def fields(level: Level, mode: "Mode") -> dict[str, Field]:
    """All fields of a level by their names, in the order in which they are written."""
    if level == "message":
        return _named(*_message(mode))
    first = (
        (Field("date", "bucket", "day"),)
        if level == "day"
        else (
            Field("session_id", "session.session_id"),
            Field("title", "session.title"),
            Field("project", _name(_PROJECT)),
            Field("first_activity", "session.first_seen_ms", "time"),
            Field("last_activity", "session.last_seen_ms", "time"),
            Field("last_model", _name("session.last_model_no")),
            Field(
                "forked_from",
                "(SELECT origin.session_id FROM sessions AS origin "
                "WHERE origin.session_no = session.forked_from_no)",
            ),
            Field("user_messages", f"(SELECT {counted('user_messages')} {_TOLD})", "number"),
            Field("api_errors", f"(SELECT {counted('api_errors')} {_TOLD})", "number"),
        )
    )
    return _named(*first, *_sums(mode))


def _named(*found: Field) -> dict[str, Field]:
    return {field.name: field for field in found}


def _name(number: str) -> str:
    return f"(SELECT name FROM names WHERE name_no = {number})"  # noqa: S608


def _sums(mode: "Mode") -> tuple[Field, ...]:
    """The same as an aggregate."""
    return (
        *(Field(name, f"sum(usage.{name})", "number") for name in _COUNTS),
        Field("total_tokens", f"sum({TOKENS})", "number"),
        Field("web_searches", "sum(usage.web_searches)", "number"),
        Field("cost_usd", cost_sum(mode), "usd"),
        Field("responses", "sum(iif(facet.kind = 1, usage.messages, 0))", "number"),
        Field("unpriced_tokens", f"sum({unpriced_tokens(mode)})", "number"),
        Field("unlisted_tokens", f"sum(iif(facet.kind = 2, {TOKENS}, 0))", "number"),
        Field("output_is_lower_bound", "max(facet.output_is_lower_bound)", "flag"),
    )


_TOLD = "FROM sources AS told WHERE told.session_no = session.session_no"
_OF_SESSION = (
    "FROM usage_by_session_day AS part JOIN facets USING (facet_no) "
    "WHERE part.session_no = session.session_no"
)
# (Nearly all sessions have one project, for which nothing needs to be sorted.)
_PROJECT = (
    f"coalesce((SELECT iif(min(project_no) = max(project_no), min(project_no), NULL) {_OF_SESSION})"
    f", (SELECT project_no {_OF_SESSION} GROUP BY project_no "
    "ORDER BY sum(input_tokens + output_tokens + cache_write_5m_tokens + cache_write_1h_tokens "
    "+ cache_read_tokens) DESC LIMIT 1))"
)
"""The project of a session in which it used most."""

_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
)
_KIND = "CASE facet.kind {} END".format(
    " ".join(
        f"WHEN {number} THEN '{word}'"
        for number, word in ((1, "response"), (2, "unlisted"), (3, "advisor"), (4, "compaction"))
    )
)
_SOURCE = "CASE usage.source WHEN 1 THEN 'transcript' WHEN 2 THEN 'upsert' ELSE 'sdk' END"


def _message(mode: "Mode") -> tuple[Field, ...]:
    of_facet = {
        "model": "model_no",
        "project": "project_no",
        "branch": "branch_no",
        "version": "version_no",
        "entrypoint": "entrypoint_no",
    }
    rarely = {
        "skill": "skill_no",
        "speed": "speed_no",
        "service_tier": "service_tier_no",
        "inference_geo": "inference_geo_no",
    }
    return (
        Field("timestamp", "usage.at_ms", "time"),
        Field("message_id", "usage.key"),
        Field(
            "session_id",
            "(SELECT session_id FROM sessions WHERE sessions.session_no = usage.session_no)",
        ),
        Field("kind", _KIND),
        *(Field(name, _name(f"facet.{column}")) for name, column in of_facet.items()),
        Field("is_subagent", "facet.is_subagent", "flag"),
        Field("agent_type", _name("facet.agent_type_no")),
        Field("agent_id", _name("usage.agent_no")),
        *(Field(name, _name(f"facet.{column}")) for name, column in rarely.items()),
        *(Field(name, f"usage.{name}", "number") for name in _COUNTS),
        Field("total_tokens", TOKENS, "number"),
        Field("web_searches", "usage.web_searches", "number"),
        Field("web_fetches", "usage.web_fetches", "number"),
        Field("cost_usd", cost(mode), "usd"),
        Field("reported_cost_usd", "nullif(usage.reported_nano_usd, 0) * 1000", "usd"),
        Field("output_is_lower_bound", "facet.output_is_lower_bound", "flag"),
        Field("source", _SOURCE),
    )
