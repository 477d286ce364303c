"""`agent-console db repair`."""

import time

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.db.asking import ask, yes_option
from agent_console.cli.output import emit, emit_json, narrate
from agent_console.errors import DamagedLedgerError
from agent_console.paths import database_path


@click.command("repair")
@yes_option
@json_option
def repair(*, yes: bool, as_json: bool) -> None:
    """Mend it, or begin again from a backup after worse damage.

    Settings, indexes and sums are mended; messages are never changed, only those with a damaged key
    are read again. A damaged database is kept beside the new one, and you are asked before; what
    cannot be rebuilt is told.
    """
    from agent_console.usage.maintenance.repair import repair as mend  # noqa: PLC0415

    try:
        changed = mend(database_path(), narrate)
    except DamagedLedgerError as error:
        narrate(str(error))
        ask(
            "It cannot be mended where it is. Move it aside and begin again from the newest good "
            "backup and the transcripts?",
            yes=yes,
            as_json=as_json,
        )
        from agent_console.usage.maintenance.recover import recover  # noqa: PLC0415

        recovery = recover(database_path(), time.time_ns() // 1_000_000, narrate)
        from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - as above

        have_daemons_look()
        sentences = recovery.sentences()
        moved = None if recovery.moved_to is None else str(recovery.moved_to)
        backup = None if recovery.backup is None else str(recovery.backup.path)
        if as_json:
            emit_json({"recovered": True, "changes": sentences, "damaged": moved, "backup": backup})
        else:
            emit("\n".join(sentences))
        return
    if as_json:
        emit_json({"recovered": False, "changes": changed, "damaged": None, "backup": None})
    else:
        emit("\n".join(changed) or "Nothing was wrong.")
