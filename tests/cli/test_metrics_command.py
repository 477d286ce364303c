"""`agent-console metrics`, as Prometheus and OpenTelemetry get them."""

import re
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.cli.conftest import Run
from tests.cli.live import live
from tests.cli.usage_ledger import small_ledger
from tests.metrics.scraping import collecting

from agent_console.cli import extras
from agent_console.cli.metrics.gathering import Gathering
from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.paths import database_path
from agent_console.protocol.messages import SetSession

Values = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def ledger(scratch_home: Path) -> None:
    small_ledger(scratch_home).connection.close()


def values(text: str) -> Values:
    """Each sample's value by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("ledger", "socket")
def test_totals_are_those_of_the_report_by_model(run: Run) -> None:
    found = values(run("metrics").out)
    report = run("usage", "model", "--json").json["models"]

    assert len(report) == 3
    for row in report:
        model = row["modelName"]
        tokens = {
            name: found["agent_console_tokens_total", (name, model)]
            for name in ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
        }
        assert sum(tokens.values()) == row["totalTokens"]
        assert tokens["cache_read"] == row["cacheReadTokens"]
        assert found.get(("agent_console_cost_usd_total", (model,))) == row["totalCost"]
    assert found["agent_console_unpriced_tokens", ("nobody-knows",)] == 110


@pytest.mark.usefixtures("ledger", "socket")
def test_budgets_are_those_of_budget_list(run: Run) -> None:
    run("budget", "set", "50", "--project", '/srv/"api"\\x')
    run("budget", "set", "1M", "--tokens", "--period", "weekly")
    listed = {each["budget_id"]: each for each in run("budget", "list", "--json").json}

    found = values(run("metrics").out)

    project = ("1", "monthly", "project", '/srv/"api"\\x')
    everything = ("2", "weekly", "all", "")
    assert found["agent_console_budget_limit_usd", project] == 50
    assert found["agent_console_budget_limit_tokens", everything] == 1_000_000
    assert found["agent_console_budget_used_ratio", everything] == listed["2"]["percent"] / 100


def test_a_daemon_that_runs_is_told_and_none_is_started(run: Run, socket: str) -> None:
    found = values(run("metrics").out)

    assert found["agent_console_daemon_up", ()] == 0
    assert not Path(socket).exists()
    assert not [name for name, _ in found if name.startswith("agent_console_sessions")]


@pytest.mark.usefixtures("daemon")
def test_sessions_are_counted_by_status(run: Run, socket: str) -> None:
    with connect(socket) as client:
        for number in range(3):
            client.request(SetSession(session_id=f"s{number}", status=Status.QUESTION))

        found = values(run("metrics").out)

    assert found["agent_console_sessions", ("question",)] == 3
    assert found["agent_console_sessions", ("working",)] == 0
    assert found["agent_console_daemon_up", ()] == 1
    assert found["agent_console_daemon_requests_total", ()] >= 3
    assert found["agent_console_daemon_resident_memory_bytes", ()] > 1_000_000


@pytest.mark.usefixtures("socket")
def test_a_ledger_that_cannot_be_read_leaves_the_rest(run: Run) -> None:
    database_path().parent.mkdir(parents=True)
    database_path().write_bytes(b"no database at all " * 100)

    done = run("metrics")

    assert done.code == 0
    assert values(done.out)["agent_console_ledger_up", ()] == 0
    assert values(done.out)["agent_console_daemon_up", ()] == 0
    assert "not a database" in done.err


@pytest.mark.usefixtures("ledger", "socket")
def test_it_serves_prometheus_until_ctrl_c() -> None:
    with live("metrics", "--serve", "0") as serving:
        said = serving.err.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/metrics", said)
        assert found is not None, said
        with urllib.request.urlopen(found[0], timeout=10) as answer:
            text = answer.read().decode()
        serving.interrupt()
        assert serving.end()[0] == 0

    assert values(text)["agent_console_ledger_up", ()] == 1


@pytest.mark.usefixtures("ledger", "socket")
def test_it_sends_them_to_a_collector(run: Run) -> None:
    with collecting() as collector:
        done = run("metrics", "--otlp", collector.endpoint)
        metrics = collector.metrics()

    assert (done.code, done.out, done.err) == (0, "", "")
    points = metrics["claude_code.token.usage"].sum.data_points
    assert sum(round(point.as_double or point.as_int) for point in points) == sum(
        row["totalTokens"] for row in run("usage", "model", "--json").json["models"]
    )


@pytest.mark.usefixtures("ledger", "socket")
def test_a_collector_that_is_not_there_is_exit_1(run: Run) -> None:
    with collecting() as collector:
        collector.status = 404
        done = run("metrics", "--otlp", collector.endpoint)

    assert done.code == 1
    assert "did not take the metrics" in done.err


@pytest.mark.usefixtures("ledger", "socket")
def test_sending_goes_on_after_a_failure() -> None:
    with collecting() as collector:
        collector.status = 404
        with live("metrics", "--otlp", collector.endpoint, "--every", "1") as sending:
            assert "Trying again in 1 s" in sending.err.readline()
            collector.status = 200
            while len(collector.bodies) < 2:
                assert sending.process.poll() is None
            sending.interrupt()
            assert sending.end()[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [("--serve", "1", "--otlp", "http://x"), ("--every", "5"), ("--serve", "65536")],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    run: Run, arguments: tuple[str, ...]
) -> None:
    assert run("metrics", *arguments).code == 2


@pytest.mark.parametrize(
    ("arguments", "extra"), [((), "metrics"), (("--otlp", "http://x"), "otlp")]
)
def test_what_is_not_installed_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], extra: str
) -> None:
    def is_installed(module: str) -> bool:
        del module
        return False

    monkeypatch.setattr(extras, "is_installed", is_installed)

    done = run("metrics", *arguments)

    assert done.code == 1
    assert f"agent-console[{extra}]" in done.err


@pytest.mark.usefixtures("ledger", "daemon")
def test_the_readme_names_every_metric(socket: str) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = readme.partition("## Prometheus and OpenTelemetry")[2].partition("\n## ")[0]
    told = {
        name
        for row in re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
        for name in re.findall(r"`(agent_console_\w+)", row)
    }

    assert told == {family.name for family in Gathering(socket, ingest=False)()}
