"""Metrics over HTTP: who is answered, and that nobody can tie the server up."""

import http.client
import socket
import threading
from collections.abc import Iterable

import pytest
from tests.metrics.scraping import nothing, serving

from agent_console.errors import AgentConsoleError, LedgerError
from agent_console.metrics.family import Family, one
from agent_console.metrics.serving import CONNECTIONS, server

FAMILIES = [one("agent_console_ledger_up", "Whether it is.", 1)]


def families() -> Iterable[Family]:
    return FAMILIES


def ask(port: int, method: str = "GET", path: str = "/metrics", host: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


def test_a_scrape_gets_the_metrics_of_its_moment() -> None:
    asked: list[float] = []

    def counting() -> Iterable[Family]:
        asked.append(len(asked) + 1)
        return [one("scrapes", "How many.", asked[-1])]

    with serving(counting) as port:
        assert not asked
        assert ask(port) == (200, "# HELP scrapes How many.\n# TYPE scrapes gauge\nscrapes 1.0\n")
        assert "scrapes 2.0\n" in ask(port, host=f"LOCALHOST:{port}")[1]
    assert len(asked) == 2


def test_whoever_asks_for_another_host_is_not_answered() -> None:
    with serving(families) as port:
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1:1", "127.0.0.1"):
            status, said = ask(port, host=host)
            assert status == 421
            assert "ledger_up" not in said


def test_it_has_one_page_and_it_can_only_be_read() -> None:
    with serving(families) as port:
        assert ask(port, path="/")[0] == 404
        assert ask(port, "POST")[0] == 405


def test_it_listens_on_this_machine_only() -> None:
    with server(0, families, nothing) as made:
        assert made.socket.getsockname()[0] == "127.0.0.1"


def test_a_failure_is_told_and_the_next_scrape_is_served() -> None:
    failures = [LedgerError("The disk is gone.")]

    def failing_once() -> Iterable[Family]:
        if failures:
            raise failures.pop()
        return FAMILIES

    with serving(failing_once) as port:
        assert ask(port) == (503, "The disk is gone.\n")
        assert ask(port)[0] == 200


def test_more_than_so_many_connections_are_turned_away() -> None:
    with serving(families) as port:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=3) as one_more:
                assert one_more.recv(1) == b""
        finally:
            for each in idle:
                each.close()


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with (
        server(0, families, nothing) as made,
        pytest.raises(AgentConsoleError, match="cannot be used"),
    ):
        server(made.server_port, families, nothing)


def test_nobody_waits_for_what_follows_an_answer() -> None:
    follows, may_end = threading.Event(), threading.Event()

    def answered() -> None:
        follows.set()
        assert may_end.wait(10)

    with serving(families, answered) as port:
        try:
            assert [ask(port)[0] for _ in range(2 * CONNECTIONS)] == 2 * CONNECTIONS * [200]
            assert follows.wait(10)
        finally:
            may_end.set()
