"""`agent-console upsert`: report what a session used.

Rule: silent on success, like `set`.
"""

from math import isfinite

import click

from agent_console.cli.daemon_access import DaemonAccess, daemon_options, json_option, pass_daemon
from agent_console.cli.output import emit_json
from agent_console.errors import RequestRefusedError
from agent_console.protocol.messages import Upsert


def _finite(_context: click.Context, parameter: click.Parameter, value: float) -> float:
    # JSON has no such number: it would arrive as something else.
    if not isfinite(value):
        said = f"{parameter.opts[0]}: expected a finite number."
        raise RequestRefusedError("invalid_value", said)
    return value


@click.command("upsert")
@click.argument("session_id", metavar="ID")
@click.option("--input-tokens", type=int, default=0, help="Input tokens to add.")
@click.option("--output-tokens", type=int, default=0, help="Output tokens to add.")
@click.option("--cache-creation-tokens", type=int, default=0, help="Cache writes to add.")
@click.option("--cache-read-tokens", type=int, default=0, help="Cache reads to add.")
@click.option(
    "--cost-usd",
    type=float,
    default=0.0,
    callback=_finite,
    help="Reported cost to add, US dollars.",
)
@click.option("--model", help="The model that was used.")
@click.option("--message-id", help="The response's id: with it the same usage counts once.")
@click.option("--extra", is_flag=True, help="No transcript tells these tokens: always count them.")
@click.option("--duration-ms", type=int, default=0, help="Milliseconds it took.")
@click.option("--turns", type=int, default=0, help="Turns it used.")
@json_option
@daemon_options
@pass_daemon
def command(
    daemon: DaemonAccess,
    *,
    session_id: str,
    input_tokens: int,
    output_tokens: int,
    cache_creation_tokens: int,
    cache_read_tokens: int,
    cost_usd: float,
    model: str | None,
    message_id: str | None,
    extra: bool,
    duration_ms: int,
    turns: int,
    as_json: bool,
) -> None:
    """Add tokens and costs to a session.

    ID is the session's whole UUID. What is accepted (exit 0) is on the disk.
    """
    request = Upsert(
        session_id=session_id,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_creation_tokens=cache_creation_tokens,
        cache_read_tokens=cache_read_tokens,
        cost_usd=cost_usd,
        model=model,
        message_id=message_id,
        extra=extra,
        duration_ms=duration_ms,
        turns=turns,
    )
    with daemon.connect() as client:
        data = client.request_raw(request)
    if as_json:
        emit_json(data)
