# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of the with-* programs share. Each prints what failed and ends with 1.

tests_servers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
support=$tests_servers/../support
# shellcheck disable=SC2034 # used by those who source this
scripts=$tests_servers/../../scripts
work=$(mktemp -d "${TMPDIR:-/tmp}/tlm-check.XXXXXX")
chmod 755 "$work" # a server that runs as another user must get in
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

expect() {
    [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# until_true SECONDS CMD...: tries again every 50 ms.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

folders_gone() { ! compgen -G "$1/tlm-[!p]*" >/dev/null; }

# Its parent may leave a dead one unburied for a while: that has no arguments any more.
process_gone() { ! grep -qs . "/proc/$1/cmdline"; }

# dies_with SIGNAL WITH... : the prefix program, signalled while its command runs, ends the server
# and the command and leaves no folder.
dies_with() {
    local signal=$1 prefix server command folder=$work/signal-$1
    shift
    mkdir "$folder"
    # shellcheck disable=SC2016 # expanded by the inner shell
    TMPDIR=$folder env --default-signal=INT "$@" bash -c '
        cat "$TLM_'"$variable"'_DIR"/${1}pid >"$0/server"
        echo $$ >"$0/command.part" && mv "$0/command.part" "$0/command" && exec sleep 60' \
        "$folder" "${sub:-}" 2>/dev/null &
    prefix=$!
    until_true 180 test -s "$folder/command" || fail "SIG$signal: the command did not start"
    server=$(cat "$folder/server")
    command=$(cat "$folder/command")
    kill -"$signal" "$prefix"
    wait "$prefix" 2>/dev/null || true
    until_true 60 process_gone "$command" || fail "SIG$signal: the command outlived its prefix"
    until_true 60 process_gone "$server" || fail "SIG$signal: the server outlived its prefix"
    until_true 60 folders_gone "$folder" || fail "SIG$signal: left $(ls "$folder")"
}

# check_prefix WITH VARIABLE PING: PING is a shell command that answers only with the server.
check_prefix() {
    local with=$support/$1 ping=$3 status=0 first
    variable=$2

    "$with" bash -c "$ping" >"$work/out" 2>"$work/err" ||
        fail "no answer inside: $(cat "$work/err")"
    expect "$1 is silent on success" "" "$(cat "$work/err")"
    folders_gone "$work" || fail "the folder stays: $(ls "$work")"

    # shellcheck disable=SC2016 # expanded by the inner shell
    "$with" bash -c 'eval "$1" >/dev/null || exit 9; cat "$TLM_'"$2"'_DIR/pid"; exit 42' \
        sh "$ping" >"$work/out" 2>"$work/err" || status=$?
    expect "exit status passes through" 42 "$status"
    grep -q "the end of .*/log" "$work/err" || fail "the log is not shown when the command fails"
    process_gone "$(cat "$work/out")" || fail "the server is still there afterwards"

    # Two at once have servers of their own; the prefix hands stdin on.
    (echo x | "$with" bash -c "cat && sleep 1 && $ping") >"$work/first" 2>&1 &
    first=$!
    "$with" bash -c "sleep 1; $ping" >"$work/out" 2>&1 || fail "side by side: $(cat "$work/out")"
    wait "$first" || fail "side by side: $(cat "$work/first")"
    expect "stdin" x "$(head -n 1 "$work/first")"

    dies_with TERM "$with"
    dies_with INT "$with"
    dies_with KILL "$with"

    status=0
    "$with" --no-such-option true 2>/dev/null || status=$?
    expect "usage error" 2 "$status"
    "$with" --help | grep '^Usage: ' >/dev/null || fail "--help"
}
