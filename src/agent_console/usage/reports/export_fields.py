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
        of_usage: It is not available where there is no usage.
    """

    __slots__ = ("kind", "name", "of_usage", "sql")

    def __init__(self, name: str, sql: str, kind: Kind = "text", *, of_usage: bool = False) -> None:
        self.name = name
        self.sql = sql
        self.kind: Kind = kind
        self.of_usage = of_usage


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
            Field("first_activity", _activity("first", "min"), "time"),
            Field("last_activity", _activity("last", "max"), "time"),
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


def _activity(which: str, of_lines: str) -> str:
    """The first or last time of a session, as reports have it."""
    return (
        f"coalesce(session.{which}_seen_ms, (SELECT {of_lines}({which}_line_ms) FROM sources "  # noqa: S608
        "WHERE sources.session_no = session.session_no))"
    )


def _sums(mode: "Mode") -> tuple[Field, ...]:
    """The same as an aggregate."""
    found = (
        *(Field(name, f"sum(usage.{name})", "number") for name in _COUNTS),
        Field("total_tokens", f"sum({TOKENS})", "number"),
        Field("web_searches", "sum(usage.web_searches)", "number"),
        Field("cost_usd", cost_sum(mode), "usd"),
        Field("responses", "sum(iif(facet.kind = 1, usage.messages, 0))", "number"),
        Field("unpriced_tokens", f"sum({unpriced_tokens(mode)})", "number"),
        Field("unlisted_tokens", f"sum(iif(facet.kind = 2, {TOKENS}, 0))", "number"),
        Field("output_is_lower_bound", "max(facet.output_is_lower_bound)", "flag"),
    )
    return tuple(Field(each.name, each.sql, each.kind, of_usage=True) for each in found)


_TOLD = "FROM sources AS told WHERE told.session_no = session.session_no"
_PROJECT = (
    "coalesce((SELECT told.project_no FROM temp.session_projects AS told "
    "WHERE told.session_no = session.session_no), facet.project_no)"
)
"""The project of a session in which it used most of what the filter takes; export.py says so of
those that have several."""

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
