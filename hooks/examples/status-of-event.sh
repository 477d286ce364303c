#!/bin/sh
# One script for all hook events of Claude Code: the event itself says which status it means.
#
#   "Stop": [{"hooks": [{"type": "command", "command": "/path/to/status-of-event.sh"}]}], and so on
#
# It must stay silent and end with 0: Claude Code shows what a hook prints, and 2 would block it.
exec >/dev/null 2>&1

# One value is read, and not waited for for long: stdin may stay open after the payload.
command -v timeout && within='timeout 1' || within=''
event='' session_id='' tool='' agent_id='' source='' reason='' behind=''
eval "$($within jq -nr 'input
	| [.background_tasks[]? | select((.status? // "running") == "running")] as $behind
	| @sh "event=\(.hook_event_name // "") session_id=\(.session_id // "")
		tool=\(.tool_name // "") agent_id=\(.agent_id // "") source=\(.source // "")
		reason=\(.reason // "other") behind=\($behind | length)"')"
[ -n "$session_id" ] || exit 0
# What a subagent does is not what its session does, but what it asks the person must answer.
case $agent_id:$event in
:* | *:PermissionRequest | *:Elicitation) ;;
*) exit 0 ;;
esac

case $event in
UserPromptSubmit | PostToolUse | PostToolUseFailure | PostToolBatch | ElicitationResult)
	set -- working ;;
PreToolUse)
	case $tool in
	AskUserQuestion) set -- question --reason question ;;
	ExitPlanMode) set -- question --reason plan ;;
	*) set -- working ;;
	esac ;;
PermissionRequest)
	case $tool in
	AskUserQuestion | ExitPlanMode) exit 0 ;;
	*) set -- attention --reason permission ;;
	esac ;;
Elicitation) set -- question --reason mcp ;;
SessionStart)
	[ "$source" != compact ] || exit 0
	set -- attention --reason ready ;;
Stop)
	if [ "$behind" -gt 0 ]; then
		set -- working --reason background
	else
		set -- attention --reason done
	fi ;;
StopFailure) set -- attention --reason error ;;
SessionEnd) set -- closed --reason "$reason" ;;
*) exit 0 ;;
esac
agent-console set "$session_id" "$@" --no-start
exit 0
