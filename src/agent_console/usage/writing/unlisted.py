"""What a session was billed beyond its transcript's lines, by totals that Claude Code tells.

Rule: such a row is a difference, and made again whenever something that it is a difference of has
changed; nothing else writes rows of this kind.

Totals are told by cost-state lines, and to clients of the Agent SDK while a session runs
(usage/writing/told_totals.py; their numbers are negative). Per one of them and model: its figures,
minus the session's rows up to then, minus what the original of a fork had been billed when the fork
began with its total, minus the session's earlier such rows; per class of tokens, never negative.
"""

from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection

from msgspec.structs import replace

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
    f"SELECT number, at_ms, model_no, {_FIGURES} FROM cost_states "  # noqa: S608
    "WHERE session_no = ? ORDER BY at_ms, number, model_no"
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
    keys = _keys(batch, session_id, states)
    batch.read_ahead((), keys)
    known: dict[int, Figures] = {}
    rows: dict[int, Figures] = {}
    inherited: dict[int, Figures] = {}
    summed_ms = _BEFORE_ALL
    for key, (number, told_at_ms, model_no, *values) in zip(keys, states, strict=True):
        if told_at_ms > summed_ms:
            _add_by_model(rows, connection, _ROWS, (session_no, summed_ms, told_at_ms))
            inherited = _inherited(connection, session_no, told_at_ms)
            summed_ms = told_at_ms
        beyond = (
            Figures(*values)
            .minus(rows.get(model_no, _NOTHING))
            .minus(inherited.get(model_no, _NOTHING))
            .minus(known.get(model_no, _NOTHING))
            .at_least_zero()
        )
        known[model_no] = known.get(model_no, _NOTHING).plus(beyond)
        earlier = batch.row(key)
        if beyond != _NOTHING:
            model = batch.names.name(model_no) or ""
            source = Source.TRANSCRIPT if number > 0 else Source.SDK
            facet = _facet(connection, batch, session_no, told_at_ms, model)
            account = Account(session_no, told_at_ms, source, beyond, facet)
            row = batch.row_of(account, key, earlier)
            if row != earlier:
                batch.post(row, earlier, at_ms)
        elif earlier is not None:
            batch.remove(earlier, at_ms)


def _inherited(connection: Connection, session_no: int, until_ms: int) -> dict[int, Figures]:
    """What the original of a fork had been billed when it began, by model, and so on back.

    A fork has begun when it tells its first response of its own. (The last copied line is too
    early: what the original's subagents and unlisted requests cost may be dated after it.)
    """
    sums: dict[int, Figures] = {}
    seen: set[int] = set()
    while session_no not in seen:
        seen.add(session_no)
        origin_no, inherits, own_ms = connection.execute(_ORIGIN, (session_no,)).fetchone()
        if origin_no is None or not inherits:
            break
        until_ms = min(until_ms, until_ms if own_ms is None else own_ms - 1)
        _add_by_model(sums, connection, _INHERITED, (origin_no, _BEFORE_ALL, until_ms))
        session_no = origin_no
    return sums


def _keys(batch: Batch, session_id: str, states: Sequence[tuple[int, ...]]) -> list[str]:
    """The key of the row that follows from each line and model.

    A session that went on in another folder has two transcripts, whose lines are numbered apart.
    """
    keys: list[str] = []
    seen: set[tuple[int, int]] = set()
    for number, at_ms, model_no, *_ in states:
        line = f"{number}@{at_ms}" if (number, model_no) in seen else f"{number}"
        seen.add((number, model_no))
        teller = f"cost-state:{line}" if number > 0 else f"sdk-total:{-number}"
        keys.append(f"{session_id}:{teller}:{batch.names.name(model_no) or ''}")
    return keys


def _add_by_model(
    sums: dict[int, Figures], connection: Connection, query: str, parameters: tuple[int, int, int]
) -> None:
    rows: Iterable[tuple[int, ...]] = connection.execute(query, parameters)
    for model_no, *values in rows:
        sums[model_no] = sums.get(model_no, _NOTHING).plus(Figures(*values))


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
