"""What Claude Code itself reckons that recorded sessions cost is what the ledger says."""

from pathlib import Path

from msgspec.structs import replace
from tests.claude_code.recordings import FIXTURES
from tests.usage.ingest.telling import cost_state, reading, response, take

from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.maintenance.own_figures import own_figures
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger


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


def test_a_model_that_is_told_by_another_name_is_compared_with_its_rows(ledger: Ledger) -> None:
    told = cost_state(1, 2, input_tokens=10, output_tokens=100, told_nano_usd=2_040_000)
    marked = replace(told, model=f"{told.model}[1m]")
    take(ledger, reading(response("m1"), cost_states=[marked]))
    keep_prices(ledger, PricesConfig())

    found = own_figures(ledger.path)

    assert found is not None
    (model,) = found.models
    assert (model.model, model.ours_nano_usd, model.more_tokens) == (told.model, 2_040_000, 0)
    assert found.priced
