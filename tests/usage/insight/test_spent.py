"""What a stretch came to is what the reports say of the same filter."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import PRICES, Message, new_ledger, read_only
from tests.usage.reports.test_one_truth import ZONES, borders, messages, mostly

from agent_console.usage.insight.cache_money import cache_money, cache_money_of
from agent_console.usage.insight.spent import daily_usd, spent, sums_by_name
from agent_console.usage.money import dollars
from agent_console.usage.reports import selection
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.zone import Zone


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(messages, min_size=1, max_size=30),
    zone=st.sampled_from(ZONES),
    since=borders,
    until=borders,
    project=mostly("", "shop", "/home/*"),
    model=mostly("", "opus"),
)
def test_every_figure_is_the_reports_own(
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

        def report(name: str) -> Any:
            return build(connection, wanted, GROUPINGS[name], count_sessions=True)

        found = spent(connection, wanted)
        daily = report("daily")
        *sums, _ = found.sums.values()  # the last knows the hour
        assert tuple(sums) == report("project").totals.values()[:-1]
        assert found.projects == daily.projects
        assert found.sessions == len([row for row in report("session").rows if row.sums])
        assert daily_usd(connection, wanted) == {
            row.key[0]: dollars(row.sums.cost_pico) for row in daily.rows
        }
        for column, name in (("project_no", "project"), ("model_no", "model")):
            by_name = sums_by_name(connection, wanted, column)
            assert {each or "(unknown)": sums.tokens for each, sums in by_name.items()} == {
                row.label: row.sums.tokens for row in report(name).rows
            }
        connection.close()


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(messages, min_size=1, max_size=30), model=mostly("", "opus"))
def test_what_the_cache_saved_is_counted_token_by_token(rows: list[Message], model: str) -> None:
    wanted = Filter(models=[model] if model else [])
    counted = [row for row in rows if not row.set_aside and model in row.model]
    priced = [row for row in counted if row.model in PRICES]
    saved = sum(
        row.cache_read_tokens * (PRICES[row.model][0] - PRICES[row.model][0] // 10)
        for row in priced
    )
    premium = sum(
        row.cache_write_5m_tokens * (PRICES[row.model][0] // 4)
        + row.cache_write_1h_tokens * PRICES[row.model][0]
        for row in priced
    )
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder:
        with new_ledger(Path(folder)) as ledger:
            ledger.fill(rows)
            connection = read_only(ledger.path)
        found = cache_money_of(connection, wanted)
        by_project = cache_money(
            connection,
            selection.select_rows(connection, wanted, facets=("project_no",)),
            facets=("project_no",),
        )
        connection.close()

    assert (found.read_saved_pico, found.write_premium_pico) == (saved, premium)
    assert found.saved_pico == saved - premium
    assert found.unpriced == sum(
        row.tokens - row.input_tokens - row.output_tokens for row in counted if row not in priced
    )
    assert sum(each.saved_pico for each in by_project.values()) == found.saved_pico
