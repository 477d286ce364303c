"""The samples of insight in the README are what the program prints."""

import re
import shlex
from pathlib import Path

import pytest
from tests.insight_sample import work
from tests.usage.budgets.spending import budget
from tests.usage.insight.test_forecast import HABITS, errors
from tests.usage.reports.ledgers import NOON_MS, Ledger

from agent_console.cli.main import main
from agent_console.usage.writing.budget_keeping import keep_budget
from agent_console.usage.writing.ledger import Ledger as Written

README = (Path(__file__).parents[1] / "README.md").read_text()
SECTION = README.partition("\n## Insight\n")[2].partition("\n## ")[0]
SAMPLES: dict[str, str] = dict(
    re.findall(r"```\n\$ agent-console (.*?)\n(.*?)```", SECTION, re.DOTALL)
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger that the samples are of."""
    path = tmp_path_factory.mktemp("ac") / "metrics.db"
    made = Ledger(path)
    made.fill(list(work()))
    made.connection.close()
    writer = Written(path)
    keep_budget(writer, budget(150), NOON_MS)
    writer.close()
    return path


@pytest.mark.parametrize("words", SAMPLES)
def test_a_sample_is_what_the_program_prints(
    words: str,
    ledger: Path,
    scratch_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "80")
    path = scratch_home / ".local/share/agent-console/metrics.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(ledger.read_bytes())

    assert main([*shlex.split(words), "--no-ingest"]) == 0
    printed = capsys.readouterr().out
    assert printed == SAMPLES[words]
    assert max(map(len, printed.splitlines())) <= 80


def test_each_command_of_insight_has_a_sample() -> None:
    told = {words.split()[0] for words in SAMPLES}
    assert told == {"overview", "forecast", "cache", "anomalies", "compare"}


@pytest.mark.parametrize("habit", HABITS)
def test_the_figures_of_the_forecast_are_measured(habit: str) -> None:
    ours, line, held = errors(habit)
    assert f"| {habit} | {ours * 100:.1f} % | {line * 100:.1f} % | {held * 100:.0f} % |" in SECTION
