"""`agent-console db check`."""

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.errors import EXIT_OK, LedgerError
from agent_console.paths import database_path


@click.command("check")
@json_option
def check(as_json: bool) -> int:
    """Check pages, references, identities and sums.

    Nothing is changed. Exits 8 when something is not as it must be, and says how to mend it.
    """
    from agent_console.usage.maintenance.check import check as look  # noqa: PLC0415

    findings = look(database_path(), narrate)
    fine = all(finding.ok for finding in findings)
    if as_json:
        emit_json({"path": str(database_path()), "ok": fine, "findings": findings})
    else:
        lines: list[str] = []
        for finding in findings:
            lines.append(f"{'ok ' if finding.ok else '!! '} {finding.check:<16} {finding.text}")
            lines += [f"{'':21}{example}" for example in finding.examples if not finding.ok]
            if finding.mend:
                lines.append(f"{'':21}→ {finding.mend}")
        emit("\n".join(lines))
    return EXIT_OK if fine else LedgerError.exit_code
