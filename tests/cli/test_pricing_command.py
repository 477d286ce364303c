"""`agent-console pricing`: what a token costs, since when, and who says so."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.usage.prices.priced_ledger import PricedLedger

from agent_console.paths import config_path, data_dir


@pytest.fixture
def ledger(scratch_home: Path) -> Iterator[PricedLedger]:
    ledger = PricedLedger(data_dir())
    for model in ("claude-opus-4-6", "claude-sonnet-4-5-20250929", "house-model"):
        ledger.facet(model)
    ledger.facet("claude-sonnet-4-5-20250929", speed="fast")
    yield ledger
    ledger.connection.close()


def configure(text: str) -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text(text)


def test_it_lists_every_price_of_every_model_of_the_ledger(run: Run, ledger: PricedLedger) -> None:
    done = run("pricing")

    assert done.code == 0
    assert [line.split() for line in done.out.splitlines()] == [
        ["MODEL", "SINCE", "PROMPT", "INPUT", "OUTPUT", "WRITE", "5M", "WRITE", "1H", "READ"],
        ["claude-opus-4-6", "$5.00", "$25.00", "$6.25", "$10.00", "$0.50"],
        [">200k", "$10.00", "$37.50", "$12.50", "$20.00", "$1.00"],
        ["2026-03-13", "$5.00", "$25.00", "$6.25", "$10.00", "$0.50"],
        ["claude-sonnet-4-5-20250929", "$3.00", "$15.00", "$3.75", "$6.00", "$0.30"],
        [">200k", "$6.00", "$22.50", "$7.50", "$12.00", "$0.60"],
        ["house-model", "no", "price"],
    ]
    assert re.search(r"^Prices from genai-prices \d", done.err, re.MULTILINE)


def test_a_model_without_a_price_is_named_with_what_to_write(
    run: Run, ledger: PricedLedger
) -> None:
    done = run("pricing")

    sentence, _, advice = done.err.partition("Without a price: ")[2].partition(
        f"{config_path()}:\n"
    )
    assert sentence.startswith("house-model. Their tokens are counted as unpriced.")
    advice = advice.partition("Without a published")[0]
    assert tomllib.loads(advice)["prices"]["models"] == [
        {"model": "house-model", "input": 3.0, "output": 15.0}
    ]

    configure(advice)
    assert "Without a price" not in run("pricing").err


def test_a_way_of_serving_without_a_published_price_is_named(
    run: Run, ledger: PricedLedger
) -> None:
    assert (
        "Without a published price: claude-sonnet-4-5-20250929 with speed 'fast'."
        in run("pricing").err
    )


def test_json_has_exact_amounts_and_their_origin(run: Run, ledger: PricedLedger) -> None:
    configure('[prices]\ndiscount_percent = 7.5\n[[prices.models]]\nmodel = "*"\ninput = 0.1\n')

    told = run("pricing", "--json").json

    assert told["discount_percent"] == 7.5
    models = {model["model"]: model for model in told["models"]}
    opus = models["claude-opus-4-6"]
    assert re.fullmatch(r"genai-prices [\d.]+ \+ config", opus["origin"])
    assert opus["catalogue_name"] == "anthropic/claude-opus-4-6"
    assert opus["prices"][-1] == {
        "since": "2026-03-13",
        "prompt_over": 0,
        "input": 0.1,
        "output": 25,
        "cache_write_5m": 6.25,
        "cache_write_1h": 10,
        "cache_read": 0.5,
        "web_search": 10,
    }
    assert models["house-model"]["origin"] is None
    assert models["house-model"]["prices"] == []
    assert {factor["value"] for factor in told["factors"]} == {"fast", "us", "batch"}


def test_all_adds_the_models_that_the_ledger_does_not_have(run: Run, ledger: PricedLedger) -> None:
    models = run("pricing", "--all", "--json").json["models"]

    names = [model["model"] for model in models]
    assert "claude-opus-5-5" in names
    assert len(names) == len(set(names))
    known = [model["catalogue_name"] for model in models if model["catalogue_name"]]
    assert len(known) == len(set(known))
    assert [model["model"] for model in models if model["in_ledger"]] == [
        "claude-opus-4-6",
        "claude-sonnet-4-5-20250929",
        "house-model",
    ]


@pytest.mark.parametrize("width", ["80", "120"])
def test_it_fits_the_terminal(
    run: Run, ledger: PricedLedger, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)

    lines = run("pricing", "--all").out.splitlines()

    assert max(map(len, lines)) <= int(width)
    assert ("FROM" in lines[0]) is (width == "120")
    assert not any("…" in line for line in lines)
    assert any(line.startswith("claude-sonnet-4-5-20250929 ") for line in lines)


@pytest.mark.parametrize("width", [70, 60, 50, 40, 34])
def test_a_narrow_terminal_has_fewer_columns_and_whole_prices(
    run: Run, ledger: PricedLedger, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    lines = run("pricing", "--all").out.splitlines()

    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    assert any(line.startswith("MODEL") for line in lines)
    assert all(heading in " ".join(lines) for heading in ("INPUT", "OUTPUT"))


def test_a_ledger_without_models_says_so(run: Run) -> None:
    done = run("pricing")

    assert done.code == 0
    assert done.out == ""
    assert "no models yet" in done.err


def test_a_discount_is_told(run: Run, ledger: PricedLedger) -> None:
    configure("[prices]\ndiscount_percent = 7.5\n")

    assert "7.5 % is taken off" in run("pricing").err


def test_a_wrong_configuration_is_one_sentence(run: Run) -> None:
    configure("[prices]\ndiscount_percent = 200\n")

    done = run("pricing")

    assert done.code == 2
    assert "`prices.discount_percent` is 200" in done.err


def test_a_ledger_that_cannot_be_read_is_one_sentence(run: Run) -> None:
    data_dir().mkdir(parents=True)
    (data_dir() / "metrics.db").write_text("no database, but long enough to be looked at" * 99)

    done = run("pricing")

    assert done.code == 8
    assert "is not a database" in done.err


def test_prices_that_are_known_are_listed_without_the_catalogue(
    run: Run, ledger: PricedLedger, scratch_home: Path
) -> None:
    run("pricing")
    code = (
        "import sys\n"
        "from agent_console.__main__ import main\n"
        "main(['pricing'])\n"
        "assert 'genai_prices' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "claude-opus-4-6" in done.stdout


def test_a_price_is_set_and_taken_away_and_the_past_follows(
    run: Run, ledger: PricedLedger, socket: str
) -> None:
    ledger.use(ledger.facet("claude-opus-4-8"), input=1_000_000)
    ledger.refresh()
    published = ledger.cost()

    done = run("pricing", "set", "claude-opus-4-8", "--input", "77", "--output", "$80.5")
    assert done.code == 0
    assert done.out == ""
    assert f"Set claude-opus-4-8 in {config_path()}." in done.err
    assert ledger.cost() == 77

    told = run("pricing", "set", "claude-opus-4-8", "--input", "78", "--json").json
    assert told["prices"] == [{"model": "claude-opus-4-8", "input": 78, "output": 80.5}]
    assert "claude-opus-4-8" in told["looked_up"]
    assert ledger.cost() == 78

    assert run("pricing", "unset", "claude-opus-4-8").code == 0
    assert ledger.cost() == published
    assert run("pricing", "unset", "claude-opus-4-8").code == 6


def test_what_a_model_that_nobody_publishes_still_needs_is_said(run: Run) -> None:
    lacks = "house-model has no price yet: nobody publishes one, so give"

    def said(model: str, *prices: str) -> str:
        done = run("pricing", "set", model, *prices)
        assert done.code == 0
        return done.err

    first = said("house-model", "--cache-read", "1")
    assert f"{lacks} its input price and its output price too.\n" in first
    assert f"{lacks} its output price too.\n" in said("house-model", "--input", "3")
    assert "no price" not in said("house-model", "--output", "9")
    large = said("large-model", "--input", "3", "--output", "9", "--prompt-over", "9")
    assert "so give its input price and its output price without --prompt-over.\n" in large


def test_what_is_published_or_a_pattern_needs_nothing_else(run: Run) -> None:
    for model in ("claude-opus-4-6", "house-*"):
        assert "no price" not in run("pricing", "set", model, "--cache-read", "0.3").err


def test_an_entry_is_told_by_its_day_and_size_of_prompt(run: Run, scratch_home: Path) -> None:
    for place in ([], ["--from", "2026-03-01"], ["--prompt-over", "200000"]):
        assert run("pricing", "set", "m", "--input", "1", "--output", "2", *place).code == 0
    done = run("pricing", "unset", "m", "--from", "2026-03-01", "--json")

    assert done.json["prices"] == [
        {"model": "m", "input": 1, "output": 2},
        {"model": "m", "prompt_over": 200_000, "input": 1, "output": 2},
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["m"], "Give it a price"),
        (["m", "--input", "free"], "is no price"),
        (["m", "--input", "1", "--from", "March"], "is no day"),
    ],
)
def test_what_is_no_price_is_wrong_usage(run: Run, words: list[str], why: str) -> None:
    done = run("pricing", "set", *words)

    assert done.code == 2
    assert why in done.err
    assert not config_path().exists()
