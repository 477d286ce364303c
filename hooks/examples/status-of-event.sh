#!/bin/sh
# One script for all hook events of Claude Code: the event itself says which status it means.
#
#   "Stop": [{"hooks": [{"type": "command", "command": "/path/to/status-of-event.sh"}]}], and so on
#
# It must stay silent and end with 0: Claude Code shows what a hook prints, and 2 would block it.
exec >/dev/null 2>&1

event='' session_id='' tool='' agent_id=''
eval "$(jq -r '@sh "event=\(.hook_event_name // "") session_id=\(.session_id // "")
                    tool=\(.tool_name // "") agent_id=\(.agent_id // "")"')"
# What a subagent does is not what its session does.
[ -n "$session_id" ] && [ -z "$agent_id" ] || exit 0

case $event in
UserPromptSubmit | PostToolUse | PostToolUseFailure | ElicitationResult)
	set -- working ;;
PreToolUse)
	case $tool in
	AskUserQuestion) set -- question ;;
	ExitPlanMode) set -- question --reason plan ;;
	*) set -- working ;;
	esac ;;
PermissionRequest)
	case $tool in
	AskUserQuestion | ExitPlanMode) exit 0 ;;
	*) set -- attention --reason permission ;;
	esac ;;
Elicitation) set -- question --reason mcp ;;
SessionStart) set -- attention --reason ready ;;
Stop) set -- attention --reason done ;;
StopFailure) set -- attention --reason error ;;
SessionEnd) set -- closed ;;
*) exit 0 ;;
esac
agent-console set "$session_id" "$@" --no-start
exit 0
