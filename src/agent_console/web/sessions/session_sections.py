"""The parts of a session's drawer."""

from collections.abc import Callable, Iterable
from functools import partial
from os.path import expanduser

from agent_console.board.known_session import detail_of
from agent_console.board.lineage import lineage
from agent_console.board.model_hues import model_hues
from agent_console.board.session_view import SessionView
from agent_console.board.timeline import durations, stretches
from agent_console.model.format import (
    elapsed,
    exact_cost,
    exact_tokens,
    panel_lines,
    share,
    tokens,
)
from agent_console.model.metadata import SessionMetadata
from agent_console.model.palette import SYMBOLS
from agent_console.model.session_words import doing, one_line
from agent_console.model.short_names import short_model, short_path
from agent_console.usage.money import dollars
from agent_console.usage.reports.cache_rates import efficiency, hit_rate
from agent_console.usage.reports.sums import Sums
from agent_console.web.elements.boxes import box, text


def headline(view: SessionView) -> None:
    """Who it is, what it does, and the two lines of its panel."""
    session = view.session
    with box("stack").style("gap: 4px"):
        text(one_line(session.display_name), tag="h2")
        if session.title:
            text(one_line(session.title), "quiet")
        status = f"{SYMBOLS[session.status]} {session.status}"
        since = f" for {elapsed(view.now_ms - session.since_ms)}" if view.is_on_board else ""
        with box("tools"):
            text(f"{status}{since}", f"status status-{session.status}", "span")
            text(doing(session), "quiet clip", "span")
            if session.label:
                text(one_line(session.label), "chip", "span")
    metadata = session.metadata or SessionMetadata(session.session_id)
    used, money = panel_lines(
        metadata.total_input_tokens, metadata.total_output_tokens, metadata.total_cost_usd
    )
    with box("panel-lines"):
        text(used)
        text(money, "is-cost")


def statuses(view: SessionView) -> None:
    """How long it was in which status."""
    found = stretches(view.session, view.history, view.now_ms) if view.is_on_board else []
    whole = sum(each.duration_ms for each in found)
    if not whole:
        return
    with box(""):
        text("Statuses", tag="h3")
        with box("strip").props('role="img" aria-label="Statuses over time"'):
            for each in found:
                width = each.duration_ms / whole * 100
                box("").style(f"width: {width:.3f}%; background: var(--{each.status})")
        with box("tools").style("margin-top: 6px"):
            for status, lasted in durations(found).items():
                words = f"{SYMBOLS[status]} {status} {elapsed(lasted)}"
                text(words, f"status status-{status}", "span")


def usage(view: SessionView) -> None:
    """Tokens by class, the cache, averages, models."""
    ledger = None if view.read is None else view.read.ledger
    sums = None if ledger is None else ledger.row.sums
    if ledger is None or sums is None:
        return
    with box(""):
        text("Usage", tag="h3")
        for name, count, role in (
            ("Input", sums.input, "input"),
            ("Output", sums.output, "output"),
            ("Cache write", sums.cache_write, "cache_write"),
            ("Cache read", sums.cache_read, "cache_read"),
        ):
            with box("meter").style("padding: 3px 0"):
                with box("line"):
                    text(name, tag="span")
                    text(f"{exact_tokens(count)} · {share(count, sums.tokens)}", "quiet", "span")
                with box("bar"):
                    box(role).style(f"width: {count / sums.tokens * 100 if sums.tokens else 0}%")
        with box("facts").style("margin-top: 8px"):
            _facts(_figures(view, sums))
    dark = view.dark
    with box("facts"):
        hues = model_hues(ledger.row.models, dark=dark)
        for model, each in ledger.row.models.items():
            text(f"▌ {short_model(model)}").style(f"color: {hues[model]}")
            text(f"{tokens(each.tokens)} tokens · {_money(each)}")


def _figures(view: SessionView, sums: Sums) -> Iterable[tuple[str, str]]:
    count = view.message_count
    yield "Est. cost", _money(sums)
    yield "Messages", "" if count is None else f"{count:,}"
    if sums.responses:
        per = dollars(sums.cost_pico) / sums.responses
        each = f"{exact_cost(per)}, {tokens(sums.tokens // sums.responses)} tokens"
        yield "Average", f"{each} a response"
    messages = [] if view.read is None else view.read.messages
    for message in messages:
        used = message.counted
        if used is not None and used.rank == 1 and used.cost_usd:
            who = short_model(message.model)
            yield (
                "Most expensive",
                f"{exact_cost(used.cost_usd)}, {who}, {view.moment(message.at_ms)}",
            )
    for name, rate in (("Cache hit rate", hit_rate(sums)), ("Cache efficiency", efficiency(sums))):
        yield name, "" if rate is None else share(rate, 1)


def _money(sums: Sums) -> str:
    return "N/A" if sums.cost_pico is None else exact_cost(dollars(sums.cost_pico))


def facts(view: SessionView) -> None:
    """What else is known of it."""
    session = view.session
    percent = session.context_used_percent
    detail = detail_of(None if view.read is None else view.read.ledger)
    first, last = (0, 0) if detail is None else (detail.first_ms or 0, detail.last_ms or 0)
    with box(""):
        text("Session", tag="h3")
        with box("facts"):
            _facts(
                (
                    ("Id", session.session_id),
                    ("Folder", short_path(session.working_dir, expanduser("~"))),
                    ("Branch", one_line(session.git_branch)),
                    ("Context", "" if percent is None else f"{percent:.0f}% used"),
                    ("API errors", f"{view.api_errors:,}" if view.api_errors else ""),
                    ("Start", view.moment(first) if first else ""),
                    ("End", view.moment(last) if last and not view.is_running else ""),
                    ("Duration", elapsed(last - first) if first else ""),
                    ("Last sign", view.last_sign),
                    ("Note", one_line(session.note)),
                    ("Process", "" if session.pid is None else str(session.pid)),
                )
            )
            for agent in session.subagents:
                text("Subagent")
                activity = agent.activity
                does = "" if activity is None else f"{activity.tool or ''} {activity.summary}"
                text(one_line(f"{agent.agent_type} {does}"))


def _facts(rows: Iterable[tuple[str, str]]) -> None:
    for name, value in rows:
        if value:
            text(name)
            text(value)


def lineage_links(view: SessionView, open_: Callable[[str], None]) -> None:
    """Where it comes from and where it went on; each opens."""
    ledger = None if view.read is None else view.read.ledger
    family = lineage(
        view.session,
        view.board,
        () if ledger is None else ledger.origins,
        () if ledger is None else ledger.forks,
    )
    if not (family.origins or family.successors):
        return
    with box(""):
        text("Lineage", tag="h3")
        with box("facts"):
            for words, ids in (("came from", family.origins), ("went on in", family.successors)):
                for session_id in ids:
                    text(words)
                    known = view.board.get(session_id)
                    name = "" if known is None else one_line(known.title or known.display_name)
                    link = text(f"{name} {session_id[:8]}".strip(), "link", "button")
                    link.props('type="button"').on("click", partial(open_, session_id))
