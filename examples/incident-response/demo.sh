#!/bin/sh
# The main job on a copy of this example: validate, plan, apply, drift, heal, re-pin, a task for one of the agents, an
# incident for the whole team, graded until its report is good enough, what sessions taught, as a pull request that is
# judged, merged, used and taken back, and a server that follows git and works by itself. Run by `make demo`.
#
# It prints headings, the commands it runs behind `$ `, and what those commands print. It stops at the first exit
# status that is not the expected one. Without ANTHROPIC_BASE_URL it uses the embedded engine: no key, no network. With
# ANTHROPIC_API_KEY or AGENTOPS_MODEL_BASE_URL set, the agents have a real model instead of a script.
set -u
# Progress goes to standard error; one stream keeps it between the commands, also in a file.
exec 3>&2 2>&1

fail() {
    printf '\ndemo: %s\n' "$1" >&3
    exit 1
}

# Ends well in front of the act behind DEMO_LAST_ACT, if that is set.
act() {
    [ "${1%%.*}" -le "${DEMO_LAST_ACT:-99}" ] || exit 0
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

# wait_for SECONDS COMMAND [ARGUMENT...]: what happens by itself comes in its own time.
wait_for() {
    left=$1
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "\`$*\` did not come true"
        sleep 1
    done
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
running=
trap 'kill $running 2>/dev/null; wait; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
for each in agents.d logs metrics changes tickets meddle.py model-script.yaml team-script.yaml memory-script.yaml patrol receiver.py; do
    cp -R "$here/$each" "$work" || fail "cannot copy the example to $work"
done
# Seventy real sessions of somebody else's booking agent; their notice lies beside them.
cp "$here/../../tests/data/tau-bench/airline-sessions.jsonl" "$work/booking-sessions.jsonl" ||
    fail "cannot copy the booking sessions to $work"
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
    echo "left out: this server has a model of its own. With one, \`agentops run logs TASK --file logs\` is the same,"
    echo "and so is \`agentops run Team/incident TASK --rubric incident-report\`."
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

task="Card payments fail since about 09:45 UTC on 2026-11-12. Find out what happened, and report."
set -- --rubric incident-report --file logs --file metrics --file changes --file tickets --memory incident-knowledge "$@"
if [ -n "${ANTHROPIC_API_KEY:-}${AGENTOPS_MODEL_BASE_URL:-}" ]; then
    act "13. The incident team: four specialists at once, and a report that is graded until it is good enough"
    # A real report may stay below the rubric, or reach the budget: the command says so by its status.
    printf '$ %s\n' "agentops run Team/incident $task --budget 500 $*"
    agentops run Team/incident "$task" --budget 500 "$@" || echo "(ended with status $?)"
else
    act "13. The incident team: four specialists at once, and a report that is graded until it is good enough"
    run 0 agentops run Team/incident "$task" "$@" --model-script team-script.yaml
fi

act "14. Who ran, in which order and why"
run 0 agentops session tree last --target embedded

act "15. What graders found is kept, and the rubric itself is tried on reports that are known to be good or bad"
run 0 agentops rubric history incident-report --target embedded
run 0 agentops rubric test incident-report --checks-only

act "16. What agents learn goes to git: a memory repository, with what is live already"
run 0 agentops memory init --target embedded

act "17. A dream reads these sessions, and seventy that a booking desk left: no model, counted, compared and cited"
run 0 agentops dream run lessons --transcripts booking-sessions.jsonl --target embedded

act "18. A person looks: what would be learnt, the words it rests on, what the gates say"
run 0 agentops memory review
echo
run 0 agentops memory review --reject 1 --accept all --merge

act "19. What was merged is written to the live store, and nothing else"
run 0 agentops memory push --target embedded
run 0 agentops memory status --target embedded
run 0 agentops plan --exit-code --target embedded

act "20. The next session is given it"
question="Bookings fail with 'payment amount does not add up'. What do we know?"
if [ -n "${ANTHROPIC_API_KEY:-}${AGENTOPS_MODEL_BASE_URL:-}" ]; then
    run 0 agentops run logs "$question" --memory incident-knowledge --budget 50 --target embedded
    run 0 agentops session send last "From now on, always write the file's path beside each fact." --target embedded
else
    run 0 agentops run logs "$question" --memory incident-knowledge --model-script memory-script.yaml --target embedded
    run 0 agentops session send last "From now on, always write the file's path beside each fact." \
        --model-script memory-script.yaml --target embedded
fi

act "21. What the person said there is learnt by the next dream; what it was given is not learnt again"
run 0 agentops dream run lessons --target embedded
run 0 agentops memory review --merge
run 0 agentops memory push --target embedded

act "22. That was one lesson too many: git revert, sync, and it is out of the live store"
run 0 git clone --quiet memory.git memory-checkout
run 0 git -C memory-checkout -c user.name=demo -c user.email=demo@example.com revert --no-edit --mainline 1 HEAD
run 0 git -C memory-checkout push --quiet
run 0 agentops memory sync --target embedded
run 0 agentops memory search "path beside each fact"
run 0 agentops memory status --target embedded

act "23. It runs by itself: a server follows git, and takes nothing but what is merged there"
# The night will have something to learn.
word="From now on, name the service in front of every time."
if [ -n "${ANTHROPIC_API_KEY:-}${AGENTOPS_MODEL_BASE_URL:-}" ]; then
    run 0 agentops session send last "$word" --target embedded
    script=
    export AGENTOPS_MODEL_API_KEY="${AGENTOPS_MODEL_API_KEY:-${ANTHROPIC_API_KEY:-}}"
else
    run 0 agentops session send last "$word" --model-script patrol/script.yaml --target embedded
    script="--model-script patrol/script.yaml"
fi
sed "s|path: memory.git|path: $work/memory.git|" agents.d/project.yaml >project.yaml && mv project.yaml agents.d/
commit "The memory repository is found from wherever this tree is checked out"
run 0 git clone --quiet --bare . agents.git
run 0 cat patrol/controller.yaml
printf '$ agentops serve --controller patrol/controller.yaml --allow-private-webhooks 127.0.0.1/32 &\n'
unset AGENTOPS_API_KEY
# shellcheck disable=SC2086 # the flag and its file are two words, or none
agentops serve --port 0 -o json --controller patrol/controller.yaml --allow-private-webhooks 127.0.0.1/32 $script \
    >served.json 2>served.log &
running=$!
python receiver.py receiver.port receiver.secret session.outcome_evaluation_ended >received.txt &
running="$running $!"
wait_for 60 grep url served.json
wait_for 60 test -s receiver.port
ANTHROPIC_BASE_URL=$(sed -n 's/^  "url": "\(.*\)",*$/\1/p' served.json)
ANTHROPIC_API_KEY=$(cat .agentops/api-key) || fail "the server made no key"
export ANTHROPIC_BASE_URL ANTHROPIC_API_KEY
is_live() {
    agentops status -o json | grep -q "\"live\": \"$(git rev-parse HEAD)\""
}
wait_for 60 is_live
run 0 agentops status

act "24. A commit adds a patrol that a schedule runs, and who is told of its outcome; the server applies it"
sed "s/8790/$(cat receiver.port)/" patrol/patrol.yaml >agents.d/patrol.yaml
commit "A patrol every minute, and who is told of it"
run 0 git push --quiet agents.git main
wait_for 60 is_live
run 0 agentops status
printf '$ agentops webhook rotate Webhook/outcomes >receiver.secret\n'
agentops webhook rotate Webhook/outcomes >receiver.secret || fail "there is no signing secret"

act "25. Its minute comes: it runs, is graded, and the outcome arrives, signed"
wait_for 180 grep session.outcome_evaluation_ended received.txt
run 0 cat received.txt
run 0 agentops webhook deliveries Webhook/outcomes

act "26. The night's dream was due as well: what a person said is proposed to the memory repository"
is_proposed() {
    agentops memory review | grep -q "name the service"
}
wait_for 120 is_proposed
run 0 agentops memory review
run 0 agentops status
