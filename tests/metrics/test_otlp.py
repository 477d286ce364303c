"""Metrics to an OpenTelemetry collector, as a real one on this machine gets them."""

import pytest
from tests.metrics.scraping import collecting

from agent_console.errors import AgentConsoleError
from agent_console.metrics.family import Sample, counter, gauge
from agent_console.metrics.of_ledger import COST, TOKENS
from agent_console.metrics.otlp import Pusher, endpoint_of

NOW_MS, SINCE_MS = 1_795_176_000_000, 1_795_000_000_000
FAMILIES = [
    counter(
        TOKENS,
        "Tokens.",
        [
            Sample(1, {"class": "input", "model": "opus"}),
            Sample(2, {"class": "output", "model": "opus"}),
            Sample(4, {"class": "cache_write_5m", "model": "opus"}),
            Sample(8, {"class": "cache_write_1h", "model": "opus"}),
            Sample(16, {"class": "cache_read", "model": "opus"}),
        ],
        SINCE_MS,
    ),
    counter(COST, "Dollars.", [Sample(1.25, {"model": "opus"})], SINCE_MS),
    gauge("agent_console_burn_usd_per_hour", "Burn.", [Sample(3.5)]),
    gauge("agent_console_sessions", "Sessions.", []),
]


def test_tokens_and_cost_go_by_claude_codes_own_names() -> None:
    with collecting() as collector:
        pusher = Pusher(collector.endpoint)
        pusher.push(FAMILIES, NOW_MS)
        pusher.close()
        metrics = collector.metrics()

    assert collector.paths == ["/v1/metrics"]
    assert set(metrics) == {
        "claude_code.token.usage",
        "claude_code.cost.usage",
        "agent_console.burn_usd_per_hour",
    }
    tokens = metrics["claude_code.token.usage"]
    points = {
        each.attributes[0].value.string_value: each.as_double or each.as_int
        for each in tokens.sum.data_points
    }
    assert points == {"input": 1, "output": 2, "cacheCreation": 12, "cacheRead": 16}
    assert (tokens.unit, metrics["claude_code.cost.usage"].unit) == ("tokens", "USD")
    assert metrics["agent_console.burn_usd_per_hour"].gauge.data_points[0].as_double == 3.5


def test_counters_are_cumulative_since_what_they_count_began() -> None:
    with collecting() as collector:
        pusher = Pusher(collector.endpoint)
        pusher.push(FAMILIES, NOW_MS)
        pusher.push(FAMILIES, NOW_MS + 1)
        pusher.close()
        cost = collector.metrics()["claude_code.cost.usage"].sum

    assert cost.is_monotonic
    assert cost.aggregation_temporality == 2  # AGGREGATION_TEMPORALITY_CUMULATIVE
    (point,) = cost.data_points
    assert point.start_time_unix_nano == SINCE_MS * 1_000_000
    assert point.time_unix_nano == (NOW_MS + 1) * 1_000_000


def test_the_resource_says_who_sends() -> None:
    with collecting() as collector:
        pusher = Pusher(collector.endpoint + "/")
        pusher.push(FAMILIES, NOW_MS)
        pusher.close()
        (resource,) = collector.sent().resource_metrics

    told = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert told["service.name"] == "agent-console"


def test_a_collector_that_refuses_is_told_with_its_answer(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with collecting() as collector:
        collector.status = 400
        pusher = Pusher(collector.endpoint)
        with pytest.raises(AgentConsoleError, match=r"did not take the metrics.*400"):
            pusher.push(FAMILIES, NOW_MS)
        pusher.close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("given", ["4318", "localhost:4318", "ftp://x", "http://", "http://x:y"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(AgentConsoleError, match="no address"):
        endpoint_of(given)


def test_an_address_with_a_path_is_taken_as_it_is() -> None:
    assert endpoint_of("https://x/otlp/v1/metrics") == "https://x/otlp/v1/metrics"
    assert endpoint_of("https://x") == "https://x/v1/metrics"
