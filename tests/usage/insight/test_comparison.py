"""Side by side: the reports' figures in relation to each other."""

import re
import tempfile
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    OPUS,
    PRICES,
    Message,
    new_ledger,
    read_only,
)
from tests.usage.reports.test_one_truth import ZONES, borders, messages, mostly

from agent_console.config_prices import PricesConfig
from agent_console.usage.insight.comparison import (
    NO_TICKET,
    TICKET,
    Compared,
    by_output_price,
    compared,
    ticket_of,
    tickets,
)
from agent_console.usage.insight.hypothetical import hypothetical
from agent_console.usage.insight.migration import OTHERS, SHOWN, migration
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.zone import Zone

UTC = Zone("UTC")
BRANCHES = re.compile("main|fix")


def total(sums: list[Sums]) -> tuple[int | None, ...]:
    """Of all, without the time of the last."""
    whole = Sums()
    for each in sums:
        whole.add(each)
    return whole.values()[:-1]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(messages, min_size=1, max_size=25),
    zone=st.sampled_from(ZONES),
    since=borders,
    until=borders,
    project=mostly("", "shop"),
    model=mostly("", "opus"),
)
def test_whatever_is_compared_comes_to_the_reports_totals(
    *,
    rows: list[Message],
    zone: str,
    since: int | None,
    until: int | None,
    project: str,
    model: str,
) -> None:
    wanted = Filter(
        since=since,
        until=until,
        projects=[project] if project else [],
        models=[model] if model else [],
        zone=Zone(zone),
    )
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder:
        with new_ledger(Path(folder)) as ledger:
            ledger.fill(rows)
            connection = read_only(ledger.path)
        report = build(connection, wanted, GROUPINGS["branch"], count_sessions=True)
        expected = report.totals.values()[:-1]
        for grouping in ("project", "model", "daily", "weekly", "monthly"):
            assert total([each.sums for each in compared(connection, wanted, grouping)]) == expected
        by_branch = tickets(connection, wanted, BRANCHES)
        assert total([each.sums for each in by_branch]) == expected
        for each in by_branch:
            of_report = [row for row in report.rows if ticket_of(row.label, BRANCHES) == each.name]
            sums = [row.sums for row in of_report if row.sums is not None]
            assert total([each.sums]) == total(sums)
            assert max((row.sessions or 0) for row in of_report) <= each.sessions
        moved = migration(connection, wanted, "monthly")
        spent = sum(sum(stretch.cost_usd) for stretch in moved.stretches)
        assert abs(spent - (report.totals.cost_pico or 0) / 1e12) < 1e-6
        connection.close()


def ledger_of(folder: Path, *rows: Message) -> Connection:
    with new_ledger(folder) as ledger:
        ledger.fill(rows)
    return read_only(folder / "metrics.db")


def told(usd: int, **fields: Any) -> Message:
    """A response with so many dollars and ten tokens of output."""
    at_ms = fields.pop("at_ms", NOON_MS)
    return Message(at_ms, input_tokens=0, output_tokens=10, reported_nano_usd=usd * 10**9, **fields)


def test_averages_are_of_sessions_messages_and_output(tmp_path: Path) -> None:
    connection = ledger_of(
        tmp_path,
        told(6, session="a", cache_read_tokens=30),
        told(2, session="a", model=HAIKU),
        told(1, session="b", cache_write_1h_tokens=10),
        told(1, session="b", at_ms=NOON_MS + HOUR_MS),
    )

    (shop,) = compared(connection, Filter(zone=UTC), "project")
    connection.close()

    assert (shop.cost_usd, shop.sessions, shop.usd_per_session) == (10.0, 2, 5.0)
    assert (shop.usd_per_message, shop.usd_per_1k_output) == (2.5, 250.0)
    assert (shop.hit_rate, shop.most_used) == (0.75, OPUS)
    assert shop.sums.last_quarter == (NOON_MS + HOUR_MS) // 900_000


def test_the_three_dearest_are_marked_and_nothing_without_a_price(tmp_path: Path) -> None:
    connection = ledger_of(
        tmp_path,
        *(told(usd, project=f"/p{usd}") for usd in (4, 1, 3, 2)),
        Message(project="/unpriced", model=NOBODYS, output_tokens=10**9),
    )

    ranks = {each.name: each.rank for each in compared(connection, Filter(zone=UTC), "project")}
    connection.close()

    assert ranks == {"/p4": 1, "/p3": 2, "/p2": 3, "/p1": None, "/unpriced": None}


def test_models_are_ranked_by_dollars_for_a_thousand_tokens_of_output() -> None:
    dear = Compared("dear", Sums(output_tokens=1_000, cost_pico=10**12), 1, None)
    cheap = Compared("cheap", Sums(output_tokens=100_000, cost_pico=50 * 10**12), 1, None)
    unpriced = Compared("unpriced", Sums(output_tokens=5), 1, None)

    ordered = sorted([unpriced, cheap, dear], key=by_output_price)

    assert [each.name for each in ordered] == ["dear", "cheap", "unpriced"]


@pytest.mark.parametrize(
    ("branch", "pattern", "ticket"),
    [
        ("feature/SHOP-12-basket", TICKET, "SHOP-12"),
        ("main", TICKET, NO_TICKET),
        ("", TICKET, NO_TICKET),
        ("fix-1234", r"-(\d+)", "1234"),
        ("fix-1234", r"\d+", "1234"),
        ("x", r"(y)?x", NO_TICKET),
    ],
)
def test_a_ticket_is_the_first_group_or_all_that_the_pattern_finds(
    branch: str, pattern: str, ticket: str
) -> None:
    assert ticket_of(branch, re.compile(pattern)) == ticket


def test_branches_of_a_ticket_are_one_row_and_their_sessions_count_once(tmp_path: Path) -> None:
    connection = ledger_of(
        tmp_path,
        told(1, branch="SHOP-1-a", session="a"),
        told(2, branch="SHOP-1-b", session="a", project="/srv/api"),
        told(2, branch="SHOP-1-b", session="b"),
        told(9, branch="SHOP-2", session="b"),
        told(50, branch="main"),
    )

    found = tickets(connection, Filter(zone=UTC), re.compile(TICKET))
    connection.close()

    assert [(each.name, each.cost_usd, each.sessions, each.branches) for each in found] == [
        ("SHOP-2", 9.0, 1, 1),
        ("SHOP-1", 5.0, 2, 2),
        (NO_TICKET, 50.0, 1, 1),
    ]
    assert [each.rank for each in found] == [1, 2, None]


def test_models_beyond_the_first_are_one_over_time(tmp_path: Path) -> None:
    many = [told(10 - number, model=f"model-{number}") for number in range(SHOWN + 2)]
    before = told(30, model="model-0", at_ms=NOON_MS - 30 * DAY_MS)
    connection = ledger_of(tmp_path, *many, before)

    found = migration(connection, Filter(zone=UTC), "monthly")
    connection.close()

    assert found.models == [*(f"model-{number}" for number in range(SHOWN)), OTHERS]
    assert [stretch.name for stretch in found.stretches] == ["2026-10", "2026-11"]
    assert found.stretches[0].shares == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert found.stretches[1].cost_usd == [10.0, 9.0, 8.0, 7.0, 11.0]


TOKENS: dict[str, Any] = {
    "input_tokens": 1_000,
    "output_tokens": 2_000,
    "cache_write_5m_tokens": 3_000,
    "cache_write_1h_tokens": 4_000,
    "cache_read_tokens": 50_000,
    "web_searches": 2,
}


def on(connection: Connection, model: str, prices: PricesConfig | None = None) -> Any:
    return hypothetical(connection, Filter(zone=UTC), model, prices or PricesConfig(), NOON_MS)


def test_the_same_tokens_cost_what_the_other_models_prices_say(tmp_path: Path) -> None:
    connection = ledger_of(tmp_path, Message(model=OPUS, **TOKENS), Message(model=NOBODYS))
    given, output = PRICES[HAIKU]  # which are also those of the catalogue

    found = on(connection, HAIKU)
    connection.close()

    assert found.pico == {
        OPUS: 1_000 * given
        + 2_000 * output
        + 3_000 * given * 5 // 4
        + 4_000 * given * 2
        + 50_000 * given // 10
        + 2 * 10**10,
        NOBODYS: 10 * given + 100 * output,
    }
    assert found.total_pico == sum(found.pico.values())


def test_the_same_model_costs_the_same(tmp_path: Path) -> None:
    connection = ledger_of(tmp_path, Message(model=HAIKU, **TOKENS))
    (row,) = compared(connection, Filter(zone=UTC), "model")

    found = on(connection, "haiku")
    half = on(connection, HAIKU, PricesConfig(discount_percent=50))  # type: ignore[arg-type]
    connection.close()

    assert found.model == HAIKU
    assert found.total_pico == row.sums.cost_pico
    assert half.total_pico * 2 == found.total_pico


def test_a_large_prompt_has_the_price_of_large_prompts(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message(model=OPUS, output_tokens=0, input_tokens=1_000)])
        ledger.connection.execute("UPDATE facets SET prompt_over = 200000")
    connection = read_only(tmp_path / "metrics.db")

    found = on(connection, "claude-sonnet-4-5")
    connection.close()

    assert found.total_pico == 1_000 * 6_000_000


@pytest.mark.parametrize(("model", "word"), [("opus", "several"), ("gpt", "nobody knows")])
def test_a_model_that_is_not_one_is_refused(tmp_path: Path, model: str, word: str) -> None:
    connection = ledger_of(tmp_path, Message(model="claude-opus-4-8"), Message(model=OPUS))

    with pytest.raises(ValueError, match=word):
        on(connection, model)
    connection.close()
