"""What a session was billed beyond its transcript's lines, by totals that Claude Code tells.

Rule: such a row is a difference, and made again whenever something that it is a difference of has
changed; nothing else writes rows of this kind.

Totals are told by cost-state lines, and to clients of the Agent SDK while a session runs
(usage/writing/told_totals.py; their numbers are negative). Per one of them and model: its figures,
minus the session's rows up to then, minus what the original of a fork had been billed when the fork
began with its total, minus the session's earlier such rows; per class of tokens, never negative.

A total may name a model otherwise than the responses do (claude_code/model_names.py), and older
clients do not say how long its cache writes are kept: then they are those of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Any

from msgspec.structs import replace

from agent_console.claude_code.model_names import bare_name, without_mark
from agent_console.usage.rows import Facet, Figures, Kind, Source
from agent_console.usage.tables.accounts import Account
from agent_console.usage.tables.batch import Batch

_FIGURES = (
    "input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
    "cache_read_tokens, web_searches"
)
_SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in _FIGURES.split(", "))
_COUNTED = "messages JOIN facets USING (facet_no) WHERE NOT set_aside AND NOT extra"
_ROWS = (
    f"SELECT model_no, {_SUMS} FROM {_COUNTED} AND kind != {int(Kind.UNLISTED)} "  # noqa: S608
    "AND session_no = ? AND at_ms > ? AND at_ms <= ? GROUP BY model_no"
)
_INHERITED = (
    f"SELECT model_no, {_SUMS} FROM {_COUNTED} "  # noqa: S608
    "AND session_no = ? AND at_ms > ? AND at_ms <= ? GROUP BY model_no"
)
_FORKS = "SELECT session_no FROM sessions WHERE forked_from_no = ? AND inherits_cost"
_MOST_GENERATIONS = 1_000
"""Sessions that name each other as their originals end here."""
_ORIGIN = (
    "SELECT forked_from_no, inherits_cost, (SELECT min(at_ms) FROM messages "  # noqa: S608
    "JOIN facets USING (facet_no) WHERE messages.session_no = sessions.session_no "
    f"AND kind != {int(Kind.UNLISTED)} AND NOT set_aside AND NOT extra) "
    "FROM sessions WHERE session_no = ?"
)
_STATES = (
    f"SELECT number, at_ms, name, {_FIGURES} FROM cost_states "  # noqa: S608
    "JOIN names ON name_no = model_no WHERE session_no = ? ORDER BY at_ms, number, name"
)
_NOTHING = Figures()
_BEFORE_ALL = -1


def remake_unlisted(
    connection: Connection, batch: Batch, changed_from: Mapping[int, int], at_ms: int
) -> set[int]:
    """Make the rows again that depend on what has changed; everything else is written.

    Args:
        connection: The ledger, in a transaction.
        batch: The transaction's changes, all written by now.
        changed_from: By session, the earliest time of what has changed in it.
        at_ms: When this happens.

    Returns:
        The sessions whose rows were looked at.
    """
    remade: set[int] = set()
    for session_no, is_fork in _origins_first(connection, changed_from):
        (last_ms,) = connection.execute(
            "SELECT max(at_ms) FROM cost_states WHERE session_no = ?", (session_no,)
        ).fetchone()
        if last_ms is not None and changed_from.get(session_no, 0) <= last_ms:
            remade.add(session_no)
            if is_fork:  # it begins with what its original was billed
                batch.write(at_ms)
            _remake(connection, batch, session_no, at_ms)
    batch.write(at_ms)
    return remade


def _origins_first(connection: Connection, changed: Iterable[int]) -> list[tuple[int, bool]]:
    """These sessions and those that were forked from them, each after its original.

    Of each: whether its original is among them.
    """
    generation = dict.fromkeys(changed, 0)
    todo = list(generation)
    while todo:
        origin_no = todo.pop()
        forks = connection.execute(_FORKS, (origin_no,)).fetchall()
        for (fork_no,) in forks:
            later = generation[origin_no] + 1
            if generation.get(fork_no, -1) < later <= _MOST_GENERATIONS:
                generation[fork_no] = later
                todo.append(fork_no)
    return [
        (number, generation[number] > 0)
        for number in sorted(generation, key=generation.__getitem__)
    ]


def _remake(connection: Connection, batch: Batch, session_no: int, at_ms: int) -> None:
    session_id = batch.numbered_session(session_no).session_id
    states = connection.execute(_STATES, (session_no,)).fetchall()
    keys = _keys(session_id, states)
    batch.read_ahead((), keys)
    known: dict[str, Figures] = {}
    rows = _ByModel()
    inherited = _ByModel()
    summed_ms = _BEFORE_ALL
    for key, state, told in zip(keys, states, _by_line(states), strict=True):
        number, told_at_ms, told_model = state[:3]
        if told_at_ms > summed_ms:
            rows.add(connection, batch, _ROWS, (session_no, summed_ms, told_at_ms))
            inherited = _inherited(connection, batch, session_no, told_at_ms)
            summed_ms = told_at_ms
        model = bare_name(told_model)
        before = known.get(model, _NOTHING)
        counted = rows.figures(model).plus(inherited.figures(model)).plus(before)
        beyond = _kept_as_long(told, counted).minus(counted).at_least_zero()
        known[model] = before.plus(beyond)
        earlier = batch.row(key)
        if beyond != _NOTHING:
            source = Source.TRANSCRIPT if number > 0 else Source.SDK
            name = rows.name(model) or inherited.name(model) or without_mark(told_model)
            facet = _facet(connection, batch, session_no, told_at_ms, name)
            account = Account(session_no, told_at_ms, source, beyond, facet)
            row = batch.row_of(account, key, earlier)
            if row != earlier:
                batch.post(row, earlier, at_ms)
        elif earlier is not None:
            batch.remove(earlier, at_ms)


class _ByModel:
    """What rows were billed, by the bare name of their model."""

    def __init__(self) -> None:
        self._figures: dict[str, Figures] = {}
        self._names: dict[str, str] = {}

    def figures(self, model: str) -> Figures:
        return self._figures.get(model, _NOTHING)

    def name(self, model: str) -> str:
        """As the rows name it: the first in the alphabet of several; empty: there are none."""
        return self._names.get(model, "")

    def add(
        self, connection: Connection, batch: Batch, query: str, parameters: tuple[int, int, int]
    ) -> None:
        found: Iterable[tuple[int, ...]] = connection.execute(query, parameters)
        for model_no, *values in found:
            name = batch.names.name(model_no) or ""
            model = bare_name(name)
            self._figures[model] = self.figures(model).plus(Figures(*values))
            self._names[model] = min(name, self._names.get(model, name))


def _by_line(states: Sequence[tuple[Any, ...]]) -> list[Figures]:
    """What each tells; of those that name one model in two ways, the first tells it all."""
    told: dict[tuple[Any, ...], Figures] = {}
    for number, at_ms, name, *values in states:
        line = number, at_ms, bare_name(name)
        told[line] = told.get(line, _NOTHING).plus(Figures(*values))
    return [
        told.pop((number, at_ms, bare_name(name)), _NOTHING) for number, at_ms, name, *_ in states
    ]


def _kept_as_long(told: Figures, counted: Figures) -> Figures:
    """A total with its cache writes by how long they are kept, as far as rows know it better.

    Rows with writes for an hour and a total with none: it says only how many there were in all.
    """
    if told.cache_write_1h_tokens or not counted.cache_write_1h_tokens:
        return told
    five = min(told.cache_write_5m_tokens, counted.cache_write_5m_tokens)
    hour = told.cache_write_5m_tokens - five
    return replace(told, cache_write_5m_tokens=five, cache_write_1h_tokens=hour)


def _inherited(connection: Connection, batch: Batch, session_no: int, until_ms: int) -> _ByModel:
    """What the original of a fork had been billed when it began, by model, and so on back.

    A fork has begun when it tells its first response of its own. (The last copied line is too
    early: what the original's subagents and unlisted requests cost may be dated after it.)
    """
    sums = _ByModel()
    seen: set[int] = set()
    while session_no not in seen:
        seen.add(session_no)
        origin_no, inherits, own_ms = connection.execute(_ORIGIN, (session_no,)).fetchone()
        if origin_no is None or not inherits:
            break
        until_ms = min(until_ms, until_ms if own_ms is None else own_ms - 1)
        sums.add(connection, batch, _INHERITED, (origin_no, _BEFORE_ALL, until_ms))
        session_no = origin_no
    return sums


def _keys(session_id: str, states: Sequence[tuple[Any, ...]]) -> list[str]:
    """The key of the row that follows from each line and model.

    A session that went on in another folder has two transcripts, whose lines are numbered apart.
    """
    keys: list[str] = []
    seen: set[tuple[int, str]] = set()
    for number, at_ms, model, *_ in states:
        line = f"{number}@{at_ms}" if (number, model) in seen else f"{number}"
        seen.add((number, model))
        teller = f"cost-state:{line}" if number > 0 else f"sdk-total:{-number}"
        keys.append(f"{session_id}:{teller}:{model}")
    return keys


def _facet(connection: Connection, batch: Batch, session_no: int, at_ms: int, model: str) -> Facet:
    """Where the session's latest row by then belongs."""
    found = connection.execute(
        "SELECT facet_no FROM messages WHERE session_no = ? AND at_ms <= ? "
        "ORDER BY at_ms DESC LIMIT 1",
        (session_no, at_ms),
    ).fetchone()
    near = Facet() if found is None else batch.facets.facet(found[0])
    return replace(
        near,
        model=model,
        kind=Kind.UNLISTED,
        speed="",
        service_tier="",
        inference_geo="",
        agent_type="",
        skill="",
        is_subagent=False,
        output_is_lower_bound=False,
    )
