"""The sample of budgets in the README is what the program prints."""

import re
from pathlib import Path

import pytest
from tests.usage.budgets.spending import NANO, PICO

from agent_console.cli.budget import shown
from agent_console.cli.output import emit
from agent_console.model.budget import Budget, BudgetStatus

README = (Path(__file__).parents[1] / "README.md").read_text()
DAY_MS = 86_400_000


def test_the_table_of_budgets_is_what_the_program_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    sample = re.search(r"```\n\$ agent-console budget list\n(.*?)```", README, re.DOTALL)
    assert sample is not None
    everything = BudgetStatus(
        budget=Budget(
            budget_id="1", scope="all", subject="", period="monthly", limit_nano_usd=50 * NANO
        ),
        at_ms=round(25.621 * DAY_MS),
        from_ms=0,
        until_ms=30 * DAY_MS,
        in_period=4_537 * PICO // 100,
        last_day=137 * PICO // 100,
    )
    api = BudgetStatus(
        budget=Budget(
            budget_id="2",
            scope="project",
            subject="/home/user/api",
            period="daily",
            limit_nano_usd=3 * NANO,
            is_hard=True,
        ),
        at_ms=round(0.6212 * DAY_MS),
        from_ms=0,
        until_ms=DAY_MS,
        in_period=137 * PICO // 100,
        last_day=137 * PICO // 100,
    )
    opus = BudgetStatus(
        budget=Budget(
            budget_id="3", scope="model", subject="opus", period="weekly", limit_tokens=2_500_000
        ),
        at_ms=round(3.6211 * DAY_MS),
        from_ms=0,
        until_ms=7 * DAY_MS,
        in_period=516_000,
        last_day=129_000,
    )

    emit(shown.budget_table([everything, api, opus], 80))

    assert capsys.readouterr().out == sample[1]
