"""`agent-console metrics`: figures for Prometheus and OpenTelemetry.

Rule: nothing leaves the machine unless --otlp names another one.
"""

import time
from typing import TYPE_CHECKING

import click

from agent_console.cli.budget.ingest_option import no_ingest_option
from agent_console.cli.daemon_access import DaemonAccess, pass_daemon, socket_option
from agent_console.cli.extras import need
from agent_console.cli.output import emit, narrate
from agent_console.errors import AgentConsoleError

if TYPE_CHECKING:
    from agent_console.cli.metrics.gathering import Gathering


@click.command("metrics")
@click.option(
    "--serve",
    "port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Serve http://127.0.0.1:PORT/metrics until Ctrl-C; 0 takes a free port.",
)
@click.option(
    "--otlp",
    metavar="ENDPOINT",
    help="Send them to an OpenTelemetry collector, as in http://127.0.0.1:4318.",
)
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.IntRange(1, 86_400),
    help="With --otlp: send them again and again, until Ctrl-C.",
)
@no_ingest_option
@socket_option
@pass_daemon
def command(
    daemon: DaemonAccess, *, port: int | None, otlp: str | None, every: int | None, no_ingest: bool
) -> None:
    """Print figures for Prometheus, serve them, or send them to OpenTelemetry.

    Sessions by status, tokens and costs by model, burn rate, limits, budgets and how the daemon is.
    It asks a daemon that runs and starts none. OTLP headers and certificates are taken from
    OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_HEADERS, …).
    """
    if port is not None and otlp is not None:
        raise click.UsageError("--serve and --otlp exclude each other.")
    if every is not None and otlp is None:
        raise click.UsageError("--every belongs to --otlp.")
    if otlp is not None:
        need("opentelemetry.exporter.otlp.proto.http", "otlp", "Sending metrics")
    else:
        need("prometheus_client", "metrics", "Prometheus' text format")
    from agent_console.cli.metrics.gathering import Gathering  # noqa: PLC0415 - help needs none

    gather = Gathering(daemon.socket, ingest=not no_ingest)
    try:
        if otlp is not None:
            _push(gather, otlp, every)
        elif port is not None:
            _serve(gather, port)
        else:
            from agent_console.metrics.prometheus import text  # noqa: PLC0415 - extra

            emit(text(gather()))
            gather.take_care()
    except KeyboardInterrupt:
        return


def _serve(gather: "Gathering", port: int) -> None:
    from agent_console.metrics.serving import ADDRESS, PATH, server  # noqa: PLC0415 - extra

    with server(port, gather, gather.take_care) as serving:
        narrate(f"Metrics are at http://{ADDRESS}:{serving.server_port}{PATH}. Ctrl-C ends it.")
        serving.serve_forever()


def _push(gather: "Gathering", endpoint: str, every: int | None) -> None:
    from agent_console.metrics.otlp import Pusher  # noqa: PLC0415 - extra

    pusher = Pusher(endpoint)
    try:
        while True:
            families = gather()
            try:
                pusher.push(families, time.time_ns() // 1_000_000)
            except AgentConsoleError as error:
                if every is None:
                    gather.take_care()
                    raise
                narrate(f"agent-console: {error} Trying again in {every} s.")
            gather.take_care()
            if every is None:
                return
            time.sleep(every)
    finally:
        pusher.close()
