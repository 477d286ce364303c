"""Keep the person's own words on sessions: label, priority and note.

Rule: a session that nothing else is known of is in the ledger only for as long as it has some.
"""

from sqlite3 import Connection

from agent_console.usage.entries import KeepUserFields, UserFieldsKept
from agent_console.usage.tables.batch import Batch


def keep_user_fields(connection: Connection, batch: Batch, entry: KeepUserFields) -> UserFieldsKept:
    """Keep what the person wrote on a session, in the batch's transaction."""
    batch.write()
    batch.forget_session(entry.session_id)
    written = entry.written
    if any(written.values()):
        connection.execute(
            "INSERT INTO sessions (session_id) VALUES (?) ON CONFLICT (session_id) DO NOTHING",
            (entry.session_id,),
        )
    connection.execute(
        "UPDATE sessions SET label = iif(?, ?, label), priority = iif(?, ?, priority), "
        "note = iif(?, ?, note) WHERE session_id = ?",
        (
            "label" in written,
            written.get("label"),
            "priority" in written,
            written.get("priority"),
            "note" in written,
            written.get("note"),
            entry.session_id,
        ),
    )
    connection.execute(
        "DELETE FROM sessions WHERE session_id = ? AND label IS NULL AND priority = 0 "
        "AND note IS NULL AND first_seen_ms IS NULL AND NOT has_transcript AND NOT EXISTS "
        "(SELECT 1 FROM sources WHERE sources.session_no = sessions.session_no) AND NOT EXISTS "
        "(SELECT 1 FROM sessions AS fork WHERE fork.forked_from_no = sessions.session_no)",
        (entry.session_id,),
    )
    return UserFieldsKept(entry.session_id)
