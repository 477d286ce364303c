"""When models are looked up, and what is written then."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.prices.priced_ledger import PricedLedger, own

from agent_console.usage.prices import catalogue, installed
from agent_console.usage.prices.facet_prices import END
from agent_console.usage.prices.refresh import NOTHING_CHANGED


def test_a_model_is_looked_up_once(priced: PricedLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    priced.facet("claude-opus-5-5")
    priced.facet("claude-opus-5-5", speed="fast")
    priced.facet("no-such-model")
    assert priced.needs_refresh()
    assert priced.refresh().models == ("claude-opus-5-5", "no-such-model")

    monkeypatch.setattr(catalogue, "find", None)  # asking it again would fail
    assert not priced.needs_refresh()
    assert priced.refresh() is NOTHING_CHANGED


def test_only_new_models_are_looked_up(priced: PricedLedger) -> None:
    priced.facet("claude-opus-5-5")
    priced.refresh()
    priced.facet("claude-sonnet-5-5")

    assert priced.needs_refresh()
    assert priced.refresh().models == ("claude-sonnet-5-5",)
    assert not priced.needs_refresh()


def test_another_catalogue_or_configuration_looks_all_up_again(
    priced: PricedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced.facet("claude-opus-5-5")
    priced.refresh()

    assert priced.needs_refresh(own("x", input="1"))
    assert priced.refresh(own("x", input="1")).models == ("claude-opus-5-5",)
    assert priced.needs_refresh()
    assert priced.refresh().models == ("claude-opus-5-5",)

    monkeypatch.setattr("agent_console.usage.prices.refresh.price_makers", lambda: "newer")
    assert priced.needs_refresh()
    assert priced.refresh().models == ("claude-opus-5-5",)
    assert not priced.needs_refresh()


def test_a_ledger_without_models_is_not_asked_twice(priced: PricedLedger) -> None:
    assert priced.needs_refresh()
    assert priced.refresh().models == ()
    assert not priced.needs_refresh()


def test_where_a_price_is_from_stands_in_the_ledger(priced: PricedLedger) -> None:
    from importlib.metadata import version

    for model in ("claude-opus-5-5", "claude-sonnet-5", "house-model", "no-such-model"):
        priced.facet(model)
    prices = own("[ch]*s[eo]*", input="1", output="2")  # claude-sonnet-5, house-model

    priced.refresh(prices)

    origin = f"genai-prices {version('genai-prices')}"
    names = dict(priced.connection.execute("SELECT name_no, name FROM names").fetchall())
    told = {names[row[0]]: row[1:] for row in priced.rows("priced_models")}
    assert told == {
        "claude-opus-5-5": (origin, "anthropic/claude-opus-5-5", 1),
        "claude-sonnet-5": (f"{origin} + config", "anthropic/claude-sonnet-5", 1),
        "house-model": ("config", None, 1),
        "no-such-model": (None, None, 1),
    }


def test_a_facet_made_later_gets_the_same_price_without_the_catalogue(
    priced: PricedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = priced.facet("claude-opus-4-6", prompt_over=200_000, geo="us")
    priced.refresh(own("x", discount="10", input="1"))
    monkeypatch.setattr(catalogue, "find", None)
    second = priced.facet("claude-opus-4-6", prompt_over=200_000, geo="us", reported=True)

    priced.price([second])

    def prices_of(facet_no: int) -> list[tuple[object, ...]]:
        return [row[1:] for row in priced.rows("facet_prices") if row[0] == facet_no]

    assert len(prices_of(first)) == 2
    assert prices_of(second) == prices_of(first)


def test_a_facet_of_a_model_not_looked_up_yet_has_no_price(priced: PricedLedger) -> None:
    facet, nameless = priced.facet("claude-opus-5-5"), priced.facet("")

    priced.price([facet, nameless])
    assert priced.rows("facet_prices") == []

    priced.refresh()
    priced.price([facet, nameless])
    assert [row[:3] for row in priced.rows("facet_prices")] == [(facet, 0, END)]


def test_pricing_facets_again_changes_nothing(priced: PricedLedger) -> None:
    facets = [priced.facet("claude-opus-4-6", speed=speed) for speed in ("", "fast")]
    priced.refresh()
    before = priced.rows("facet_prices")

    priced.price(facets)

    assert len(before) == 4
    assert priced.rows("facet_prices") == before


def test_a_refresh_that_fails_has_changed_nothing(
    priced: PricedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced.facet("claude-opus-5-5")
    priced.refresh()
    before = [priced.rows(table) for table in ("prices", "facet_prices", "price_basis")]

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("agent_console.usage.prices.refresh.price_facets", fail)
    with pytest.raises(RuntimeError):
        priced.refresh(own("*", input="9"))

    assert not priced.connection.in_transaction
    assert [priced.rows(table) for table in ("prices", "facet_prices", "price_basis")] == before


def test_asking_whether_to_refresh_and_pricing_facets_import_no_catalogue(
    scratch_home: Path,
) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.usage.prices.priced_ledger import PricedLedger\n"
        f"ledger = PricedLedger(Path({str(scratch_home)!r}))\n"
        "facet = ledger.facet('claude-opus-5-5')\n"
        "assert ledger.needs_refresh()\n"
        "ledger.price([facet])\n"
        "assert 'genai_prices' not in sys.modules\n"
        "assert 'importlib.metadata' not in sys.modules\n"
        "ledger.refresh()\n"
        "assert 'genai_prices' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_the_makers_of_prices_are_named_with_their_releases() -> None:
    from importlib.metadata import version

    from agent_console.version import __version__

    assert installed.price_makers().startswith(
        f"agent-console {__version__}, genai-prices {version('genai-prices')} ("
    )


def test_a_missing_catalogue_is_another_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])

    assert installed.price_makers().endswith("genai-prices none")
