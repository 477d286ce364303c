#!/bin/sh
# Gives a session the status named on the command line. For any hook event of Claude Code:
#
#   "UserPromptSubmit": [{"hooks": [{"type": "command", "command": "/path/to/set-status.sh working"}]}]
#   "Stop":             [{"hooks": [{"type": "command", "command": "/path/to/set-status.sh attention"}]}]
#
# `agent-console install` does more and costs Claude Code less; this is the plain way, to build on.
# It must stay silent and end with 0: Claude Code shows what a hook prints, and 2 would block it.
exec >/dev/null 2>&1

# One value is read, and not waited for for long: stdin may stay open after the payload.
command -v timeout && within='timeout 1' || within=''
session_id='' cwd=''
eval "$($within jq -nr 'input | @sh "session_id=\(.session_id // "") cwd=\(.cwd // "")"')"
[ -n "$session_id" ] && agent-console set "$session_id" "$1" --working-dir "$cwd" --no-start
exit 0
