"""`agent-console doctor` on money: Claude Code's own figures beside ours, each difference named."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.cli.test_doctor import Patient

from agent_console.config import load
from agent_console.paths import config_file, database_path
from agent_console.usage.ingest.catch_up import catch_up
from agent_console.usage.writing.ledger import Ledger

SESSION = "11111111-1111-4111-8111-111111111111"
MODEL = "claude-sonnet-4-5"
COST = (1000 * 3 + 100 * 15) / 1e6


@pytest.fixture
def patient(scratch_home: Path, capsys: pytest.CaptureFixture[str]) -> Patient:
    (scratch_home / ".claude").mkdir()
    return Patient(scratch_home, capsys)


def left(home: Path, *, model: str = MODEL, session: str = SESSION, **told: Any) -> None:
    """A session with one response, which Claude Code has left."""
    path = home / ".claude" / "projects" / "-p" / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    usage = {"input_tokens": 1000, "output_tokens": 100}
    response = {"id": f"msg_{session}", "role": "assistant", "model": model, "usage": usage}
    bill = {"inputTokens": 1000, "outputTokens": 100, "costUSD": COST, **told}
    lines: list[object] = [
        {
            "type": "assistant",
            "timestamp": "2026-11-20T12:00:00.000Z",
            "uuid": f"u-{session}",
            "sessionId": session,
            "message": response,
        },
        {"type": "cost-state", "sessionId": session, "modelUsage": {model: bill}},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def said(patient: Patient, run: Run) -> str:
    run("ingest")
    (finding,) = patient.examined()["cost"]
    assert finding["level"] == "ok"
    return finding["text"]


def test_the_same_figure_is_said_once(patient: Patient, run: Run) -> None:
    left(patient.home)
    assert said(patient, run) == (
        "When it left them, Claude Code reckoned $0.0045 for 1 session, and so does the ledger."
    )


def test_what_it_has_beyond_the_transcript_is_ours_too(patient: Patient, run: Run) -> None:
    left(patient.home, inputTokens=11_000, costUSD=COST + 10_000 * 3 / 1e6)
    assert "so does the ledger" in said(patient, run)


def test_other_prices_are_named(patient: Patient, run: Run) -> None:
    left(patient.home, costUSD=0.02)
    assert said(patient, run).endswith(
        f"$0.0200 for 1 session, the ledger $0.0045. {MODEL}: $0.0200 there and $0.0045 here, "
        "the same tokens at other prices than Claude Code's."
    )


def test_ones_own_discount_is_named(patient: Patient, run: Run) -> None:
    path = Path(config_file())
    path.parent.mkdir(parents=True)
    path.write_text("[prices]\ndiscount_percent = 50\n")
    left(patient.home)
    assert said(patient, run).endswith("the same tokens at your own prices or discount.")


def test_ones_own_price_of_another_model_is_no_reason(patient: Patient, run: Run) -> None:
    run("pricing", "set", "claude-example-4", "--input", "3", "--output", "15")
    left(patient.home, costUSD=0.02)
    assert said(patient, run).endswith("the same tokens at other prices than Claude Code's.")


def test_ones_own_price_of_the_model_is_named(patient: Patient, run: Run) -> None:
    run("pricing", "set", MODEL, "--input", "4")
    left(patient.home)
    assert said(patient, run).endswith("the same tokens at your own prices or discount.")


def test_tokens_that_its_account_lacks_are_named(patient: Patient, run: Run) -> None:
    left(patient.home, outputTokens=60, costUSD=COST - 40 * 15 / 1e6)
    assert said(patient, run).endswith("$0.0039 there and $0.0045 here, for 40 tokens more.")


def test_a_model_without_a_price_is_named(patient: Patient, run: Run) -> None:
    left(patient.home, model="nobody-knows")
    assert "nobody-knows: $0.0045 there, and no price is known here" in said(patient, run)


def test_nothing_is_compared_before_prices_have_been_looked_up(patient: Patient) -> None:
    left(patient.home)
    catch_up(Ledger.configured(database_path(), load()))
    (finding,) = patient.examined()["cost"]
    assert finding["level"] == "ok"
    assert "has no prices yet" in finding["text"]
    assert "$" not in finding["text"]


def test_what_it_does_not_say_is_not_compared(patient: Patient, run: Run) -> None:
    left(patient.home, costUSD=None)
    run("ingest")
    assert "cost" not in patient.examined()
