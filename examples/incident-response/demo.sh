#!/bin/sh
# The main job on a copy of this example: validate, plan, apply, drift, heal, re-pin, and a task for one of the agents. Run
# by `make demo`.
#
# It prints headings, the commands it runs behind `$ `, and what those commands print. It stops at the first exit
# status that is not the expected one. Without ANTHROPIC_BASE_URL it uses the embedded engine: no key, no network. With
# ANTHROPIC_API_KEY or AGENTOPS_MODEL_BASE_URL set, the agent has a real model instead of a script.
set -u
# Progress goes to standard error; one stream keeps it between the commands, also in a file.
exec 3>&2 2>&1

fail() {
    printf '\ndemo: %s\n' "$1" >&3
    exit 1
}

act() {
    printf '\n-- %s\n\n' "$1"
}

# run EXPECTED_STATUS COMMAND [ARGUMENT...]
run() {
    expected=$1
    shift
    printf '$ %s\n' "$*"
    "$@"
    status=$?
    [ "$status" -eq "$expected" ] || fail "\`$*\` ended with status $status, expected $expected"
}

for tool in agentops python git; do
    command -v "$tool" >/dev/null || fail "$tool is not on the PATH; start me with \`make demo\`"
done

target=${DEMO_TARGET:-}
if [ -z "$target" ] && [ -z "${ANTHROPIC_BASE_URL:-}" ]; then
    target=embedded
fi
if [ "$target" != embedded ]; then
    case "${ANTHROPIC_BASE_URL:-}" in
        "") fail "set ANTHROPIC_BASE_URL: a change behind the tool's back goes through the SDK alone" ;;
        *anthropic.com*) fail "ANTHROPIC_BASE_URL is the hosted API; give the demo a server whose agents it may change" ;;
    esac
fi
set -- ${target:+--target "$target"}

here=$(cd "$(dirname "$0")" && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/agentops-demo.XXXXXX") || fail "cannot make a temporary directory"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cp -R "$here/agents.d" "$here/logs" "$here/meddle.py" "$here/model-script.yaml" "$work" || fail "cannot copy the example to $work"
cd "$work" || exit 1

# A repository of its own: not the one that a git hook may have pointed us at, not the user's name or signing key.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE AGENTOPS_TARGET
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
commit() {
    git add agents.d && git -c user.name=demo -c user.email=demo@example.com commit --quiet --message "$1" ||
        fail "git could not commit the example"
}
git -c init.defaultBranch=main init --quiet || fail "git could not make a repository in $work"
commit "Incident response: a lead and four specialists"

act "1. The files are checked before anything is contacted"
run 0 agentops validate

act "2. The plan says what would be created"
run 3 agentops plan --exit-code "$@"

act "3. Apply makes it so"
run 0 agentops apply --yes "$@"

act "4. A second plan is empty"
run 0 agentops plan --exit-code "$@"

act "5. Someone changes a live agent behind our back, through the SDK"
run 0 python meddle.py "$@"

act "6. Drift names the field, the live value and the wanted one"
run 3 agentops drift --exit-code "$@"

act "7. Apply heals it"
run 0 agentops apply --yes "$@"
run 0 agentops drift --exit-code "$@"

act "8. One specialist's prompt changes in git"
prompt=agents.d/prompts/communications.md
sed 's/At most 60 words\. What/At most 40 words. What/' "$prompt" >"$prompt.new" && mv "$prompt.new" "$prompt"
run 0 git --no-pager diff --unified=0 -- agents.d
[ -n "$(git status --porcelain)" ] || fail "the edit changed nothing in $prompt"

act "9. The plan predicts the new version and the re-pin of the team"
run 3 agentops plan --exit-code "$@"
commit "Status updates fit a phone screen"

act "10. Applied, and empty again"
run 0 agentops apply --yes "$@"
run 0 agentops plan --exit-code "$@"

if [ "$target" != embedded ]; then
    act "11. The log analyst works on the logs of an incident"
    echo "left out: this server has a model of its own. With one, \`agentops run logs TASK --file logs\` is the same."
    exit 0
fi
if ! agentops doctor "$@" | grep -q '✓ sandbox'; then
    act "11. The log analyst works on the logs of an incident"
    echo "left out: agents run tools in a sandbox only, and this machine gives none:"
    agentops doctor "$@" | grep '! sandbox'
    exit 0
fi
task="Card payments fail since about 09:45 UTC on 2026-11-12. Which line matters first?"

if [ -n "${ANTHROPIC_API_KEY:-}${AGENTOPS_MODEL_BASE_URL:-}" ]; then
    act "11. The log analyst works on the logs of an incident: a real model, in a sandbox"
    run 0 agentops run logs "$task" --file logs --budget 50 "$@"
else
    act "11. The log analyst works on the logs of an incident: a scripted model, real tools, in a sandbox"
    run 0 agentops run logs "$task" --file logs --model-script model-script.yaml "$@"
fi
run 0 agentops session list "$@"

act "12. What it has to be able to do stays tested"
run 0 agentops test
