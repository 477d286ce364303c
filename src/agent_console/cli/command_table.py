"""Every command, in the order and the groups in which help shows them.

Rule: this table imports nothing, so that `--help` needs no command's code. The sentence here is the
first sentence of the command's own help; a test compares them.
"""

PACKAGE = "agent_console.cli.commands"
"""Where commands live: module `<name>`, attribute `command`."""

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Sessions",
        (
            ("list", "Show all sessions, most urgent first."),
            ("get", "Show one session with its history."),
            ("set", "Create a session or change its status, label, priority or note."),
            ("seen", "Mark a session as looked at."),
            ("reopen", "Bring a closed session back to attention."),
            ("rm", "Take a session off the board; its costs stay counted."),
            ("jump", "Bring a session's terminal in front."),
            ("resume", "Go on with a closed session of Claude Code in a new terminal."),
        ),
    ),
    (
        "Live",
        (
            ("tui", "Open the board in the terminal; the same as `agent-console` alone."),
            ("web", "Open the dashboard in the browser: live sessions, charts, budgets."),
            ("watch", "Follow all changes as they happen."),
            ("monitor", "Show who is active, how fast it costs and what today comes to, live."),
            ("wait", "Wait until a session has a status."),
            ("notify", "Tell you of sessions that begin to wait, until Ctrl-C."),
            ("segment", "Print a segment for a status bar: who waits, costs and limits."),
        ),
    ),
    (
        "Usage",
        (
            ("usage", "Show tokens and costs by day, week, month, session, project and more."),
            (
                "overview",
                "Show how the month stands: costs, budgets, forecast, and where it went.",
            ),
            ("forecast", "Show what the month will have cost at its end, with a range."),
            ("cache", "Show how well the prompt cache serves, and how it could serve better."),
            (
                "anomalies",
                "Show days, projects and sessions that cost far more than usual, and why.",
            ),
            ("compare", "Compare projects, models, periods or tickets side by side."),
            ("report", "Write what a month came to, as a document to hand over."),
            ("meta", "Show the tokens and costs of a session."),
            ("upsert", "Add tokens and costs to a session."),
            ("pricing", "Show the prices that costs are computed with, and models without one."),
            ("budget", "Set budgets and see what is left of them."),
            ("alerts", "Show, acknowledge and put off alerts."),
            ("ingest", "Read what is new in Claude Code's transcripts."),
            (
                "reindex",
                "Read all transcripts again from their beginnings, and say what changed.",
            ),
        ),
    ),
    (
        "Daemon",
        (
            ("status", "Show how the daemon is doing."),
            ("metrics", "Print figures for Prometheus, serve them, or send them to OpenTelemetry."),
            ("stop", "End the daemon."),
            ("dump", "Print everything the daemon knows as JSON."),
            ("daemon", "Run, start, stop and inspect the daemon."),
        ),
    ),
    (
        "Setup",
        (
            ("install", "Connect Claude Code with agent-console."),
            ("uninstall", "Take out what install put in."),
            ("doctor", "Check every link of the chain and say how to mend each."),
            ("statusline", "Print the status line of Claude Code from its payload on stdin."),
            ("config", "Show, check or create the configuration."),
            ("db", "Check, back up, restore and query the database."),
            ("demo", "See it work with recorded sessions."),
        ),
    ),
)

EXIT_CODES: tuple[tuple[str, str], ...] = (
    ("0", "done"),
    ("1", "failed; one sentence on stderr says why"),
    ("2", "wrong usage, or a configuration that cannot be used"),
    ("3", "another daemon holds the socket"),
    ("4", "no daemon answers"),
    ("5", "no such session"),
    ("6", "not possible in the present state"),
    ("7", "a value that is not allowed"),
    ("8", "the database cannot be opened, read or written"),
    ("10", "`budget check`: a budget is near its limit"),
    ("11", "`budget check`: a budget is spent"),
    ("124", "timed out"),
    ("130", "interrupted"),
    ("141", "nobody reads the output any more"),
)
