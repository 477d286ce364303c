"""What Claude Code itself reckons that recorded sessions cost is what the ledger says."""

from pathlib import Path

from tests.claude_code.recordings import FIXTURES

from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.maintenance.own_figures import own_figures


def test_recorded_sessions_cost_what_the_client_said(scratch_home: Path) -> None:
    dirs: list[Path] = []
    for scenario in sorted((FIXTURES / "transcripts").iterdir()):
        if scenario.is_dir():
            config_dir = scratch_home / scenario.name
            config_dir.mkdir()
            (config_dir / "projects").symlink_to(scenario)
            dirs.append(config_dir)
    database = scratch_home / "metrics.db"
    bring_up_to_date(database, PricesConfig(), config_dirs=dirs)

    found = own_figures(database)
    assert found is not None
    assert found.sessions >= 4
    assert sum(model.told_nano_usd for model in found.models) > 0
    assert [model for model in found.models if model.differs or model.more_tokens] == []
