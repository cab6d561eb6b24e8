# Runs a script as named phases, says how long each took, and sums up at the end. To be sourced.
#
#   phase "Rust tests" cargo test          runs it here; a failure ends the script. Give it commands, not functions of
#                                          the shell: inside those, `set -e` would not hold
#   background "Web" scripts/web.sh        runs it beside what follows, its output kept in a file
#   finish_background                      waits for it, prints that output, and fails if it failed
# shellcheck shell=bash

_started=$SECONDS
_summary=()
_background_pid=
_background_title=
_background_log=

phase() {
    local title=$1 began=$SECONDS status=0
    shift
    _headline "$title"
    "$@" || status=$?
    _record "$title" $((SECONDS - began)) "$status"
    return "$status"
}

background() {
    _background_title=$1
    shift
    _background_log=$(mktemp)
    # A process group of its own, so that a failure elsewhere can end all of it.
    setsid "$BASH" -c 'began=$SECONDS; status=0; "$@" || status=$?; echo "$((SECONDS - began))" >&3; exit "$status"' \
        background "$@" >"$_background_log" 2>&1 3>"$_background_log.seconds" </dev/null &
    _background_pid=$!
    _headline "$_background_title (in the background)"
}

finish_background() {
    local status=0
    wait "$_background_pid" || status=$?
    _background_pid=
    _headline "$_background_title (its output)"
    cat "$_background_log"
    _record "$_background_title" "$(cat "$_background_log.seconds")" "$status" "in the background"
    rm -f "$_background_log" "$_background_log.seconds"
    return "$status"
}

_headline() {
    printf '\n== %s\n' "$1"
}

_record() {
    local title=$1 seconds=$2 status=$3 note=${4:-}
    [[ $status == 0 ]] || note=FAILED
    _summary+=("$(printf '%5d s  %s%s' "$seconds" "$title" "${note:+ ($note)}")")
    printf -- '-- %s: %s s%s\n' "$title" "$seconds" "${note:+ ($note)}"
}

_sum_up() {
    local status=${1:-$?}
    if [[ -n $_background_pid ]]; then
        kill -TERM -- "-$_background_pid" 2>/dev/null || true
        wait "$_background_pid" 2>/dev/null || true
        _headline "$_background_title (stopped half way; its output so far)"
        tail -n 40 "$_background_log"
        rm -f "$_background_log" "$_background_log.seconds"
    fi
    printf '\n== %s after %d s\n' "$([[ $status == 0 ]] && echo Passed || echo FAILED)" $((SECONDS - _started))
    printf '%s\n' "${_summary[@]}"
}
trap _sum_up EXIT
