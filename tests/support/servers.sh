# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Private servers for tests: source this, open a scope, start servers in folders below it.
#
#   . tests/support/servers.sh
#   open_scope my-test                  # $scope is a fresh folder; all ends with this shell
#   take_ports 1                        # $port is free, and ours until this shell ends
#   start_mosquitto "$scope/mqtt" "$port"
#   kill9 "$scope/mqtt"                 # or stop_server, pause_server, resume_server
#   start_mosquitto "$scope/mqtt" "$port"   # same port, same data
#
# A server is named by its folder: DIR/pid, DIR/log, and its data. The functions return non-zero
# after saying why on stderr. Works under `set -euo pipefail`; needs no job control.
#
# How servers end: open_scope's EXIT trap kills every process whose pid file lies in the scope and
# removes the folder. A watcher in a session of its own does the same within 1 s when the shell
# was killed with -9, so nothing depends on the shell's own clean-up. Only both killed with -9 at
# once leave servers behind. Servers have sessions of their own too: Ctrl-C reaches the tests first.

tlm_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tlm_root=$(cd "$tlm_support/../.." && pwd)
tlm_port_locks=()

complain() { echo "${0##*/}: $*" >&2; }

# --- scope ---------------------------------------------------------------------------------------

# open_scope NAME: sets scope, a new folder that ends with this shell, with all servers inside.
# TLM_KEEP=1 keeps the folder and says where it is.
open_scope() {
    scope=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/tlm-$1.XXXXXX")")
    chmod 755 "$scope"
    trap close_scope EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid --fork "$BASH" -c '
        . "$1"
        tail --pid="$2" -f /dev/null
        discard "$3"
    ' watcher "$tlm_support/servers.sh" "$$" "$scope" </dev/null >/dev/null 2>&1
}

close_scope() {
    trap '' HUP INT TERM
    [[ -z ${TLM_KEEP:-} ]] || complain "kept: $scope"
    discard "$scope"
}

# discard DIR: ends all servers below DIR at once and removes it (unless TLM_KEEP is set).
discard() {
    local file
    [[ -d $1 ]] || return 0
    while IFS= read -r file; do
        kill9 "$(dirname "$file")"
    done < <(find "$1" -name pid -type f 2>/dev/null)
    # A server that was being started may still write: once more, then whatever is left.
    [[ -n ${TLM_KEEP:-} ]] || rm -rf "$1" 2>/dev/null || { sleep 0.2 && rm -rf "$1"; } || true
}

# --- ports ---------------------------------------------------------------------------------------

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Locks one port; the lock is a descriptor of this shell, so it cannot outlive it.
lock_port() {
    local folder=${TMPDIR:-/tmp}/tlm-ports-$UID fd
    mkdir -p "$folder"
    exec {fd}>"$folder/$1"
    if flock -n "$fd" && ! port_answers "$1"; then
        tlm_port_locks+=("$fd")
        return 0
    fi
    exec {fd}>&-
    return 1
}

# take_ports COUNT: sets port, the first of COUNT consecutive free ports. They lie below the range
# that Linux hands to outgoing connections, and stay reserved while this shell lives.
take_ports() {
    local try offset
    for ((try = 0; try < 200; try++)); do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        for ((offset = 0; offset < $1; offset++)); do
            lock_port $((port + offset)) || continue 2
        done
        return 0
    done
    complain "found no $1 free ports between 20000 and 32000: stop what listens there"
    return 1
}

# Neither a server nor the command under test may hold the locks.
drop_port_locks() {
    local fd
    for fd in "${tlm_port_locks[@]}"; do exec {fd}>&-; done
    tlm_port_locks=()
}

# wait_port PORT [SECONDS]: until something listens there.
wait_port() {
    local deadline=$((SECONDS + ${2:-10}))
    until port_answers "$1"; do
        if ((SECONDS >= deadline)); then
            complain "nothing listens on port $1 after ${2:-10} s"
            return 1
        fi
        sleep 0.02
    done
}

# --- any server ----------------------------------------------------------------------------------

# server_pid DIR: prints the pid of DIR's server; fails when it does not run. A pid file alone
# proves nothing after a crash, so the process must name DIR in its arguments.
server_pid() {
    local pid
    pid=$(cat "$1/pid" 2>/dev/null) && [[ -n $pid ]] &&
        grep -qF "$1/" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

# Twice: between two programs of one process it has no arguments.
server_runs() { server_pid "$1" >/dev/null || { sleep 0.1 && server_pid "$1" >/dev/null; }; }

signal_server() {
    local pid
    pid=$(server_pid "$1") || return 0
    kill -"$2" "$pid" 2>/dev/null || true
}

pause_server() { signal_server "$1" STOP; }
resume_server() { signal_server "$1" CONT; }

wait_gone() {
    local deadline=$((SECONDS + $2))
    while server_runs "$1"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.02
    done
}

# kill9 DIR: SIGKILL, and waits until it is gone, its children (PostgreSQL's) included.
kill9() {
    local pid child children
    pid=$(server_pid "$1") || return 0
    children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null) || true
    kill -KILL "$pid" 2>/dev/null || true
    wait_gone "$1" 10 || true
    for child in $children; do
        while grep -qs . "/proc/$child/cmdline"; do sleep 0.02; done
    done
    rm -f "$1/pid"
}

# stop_server DIR [SECONDS]: asks it to stop and waits; kills it after SECONDS (60) and then fails.
stop_server() {
    signal_server "$1" "$(cat "$1/stop-signal" 2>/dev/null || echo TERM)"
    resume_server "$1"
    if ! wait_gone "$1" "${2:-60}"; then
        complain "the server in $1 did not stop within ${2:-60} s: killed"
        kill9 "$1"
        return 1
    fi
    rm -f "$1/pid"
}

show_log() {
    echo "--- the end of $1/log:" >&2
    tail -n "${2:-40}" "$1/log" >&2 || true
}

# launch DIR CMD...: CMD in a session of its own, its output appended to DIR/log.
launch() {
    local dir=$1
    shift
    rm -f "$dir/pid"
    touch "$dir/log"
    stat -c %s "$dir/log" >"$dir/log-start"
    (
        drop_port_locks
        # shellcheck disable=SC2016 # expanded by the inner shell
        exec setsid --fork "$BASH" -c 'echo "$$" >"$0.part" && mv "$0.part" "$0" && exec "$@"' \
            "$dir/pid" "$@" </dev/null >>"$dir/log" 2>&1
    )
    local deadline=$((SECONDS + 60))
    until [[ -f $dir/pid ]] || ((SECONDS >= deadline)); do sleep 0.01; done
}

log_since_start() { tail -c +$(($(cat "$1/log-start") + 1)) "$1/log"; }

# wait_log DIR PATTERN SECONDS: until the server has said PATTERN since it was launched.
wait_log() {
    local deadline=$((SECONDS + $3))
    until log_since_start "$1" | grep "$2" >/dev/null; do
        if ! server_runs "$1" &&
            ! log_since_start "$1" | grep "$2" >/dev/null; then
            complain "the server in $1 ended while starting"
            show_log "$1"
            return 1
        fi
        if ((SECONDS >= deadline)); then
            complain "the server in $1 is not ready after $3 s"
            show_log "$1"
            return 1
        fi
        sleep 0.02
    done
}

need() {
    PATH=$PATH:/usr/sbin command -v "$1" >/dev/null && return
    complain "$1 is not installed: run scripts/setup"
    return 1
}

# --- mosquitto -----------------------------------------------------------------------------------

# start_mosquitto DIR PORT [CONF]: with tlm's durable profile (examples/mosquitto), or with CONF.
# In CONF, @DIR@ and @PORT@ are replaced; unless it uses @PORT@, the local listener is added.
start_mosquitto() {
    local dir=$1 mosquitto_port=$2 examples=$tlm_root/examples/mosquitto
    local conf=${3:-$examples/tlm.conf}
    need mosquitto || return
    mkdir -p "$dir/data"
    {
        echo "persistence_location $dir/data"
        echo "log_dest stderr"
        echo "user $(id -un)"
        sed "s|@DIR@|$dir|g; s|@PORT@|$mosquitto_port|g" "$conf"
        grep -q '@PORT@' "$conf" ||
            sed "s/^listener 1883 /listener $mosquitto_port /" "$examples/tlm.local.conf"
    } >"$dir/mosquitto.conf" || return
    launch "$dir" env "PATH=$PATH:/usr/sbin" mosquitto -c "$dir/mosquitto.conf" &&
        wait_log "$dir" 'mosquitto version .* running' 60
}

# --- a cluster of MQTT brokers -------------------------------------------------------------------

mqtt_nodes=3

# Three ports a node: NATS' own clients, the nodes among themselves, MQTT.
node_mqtt_port() { echo $(($1 + 3 * ($2 - 1) + 2)); }

write_node_conf() { # DIR FIRST-PORT N
    local own=$(($2 + 3 * ($3 - 1))) n routes=''
    for ((n = 1; n <= mqtt_nodes; n++)); do
        ((n == $3)) || routes+=", \"nats://127.0.0.1:$(($2 + 3 * (n - 1) + 1))\""
    done
    cat >"$1/node-$3/nats.conf" <<EOF
server_name: node-$3
listen: "127.0.0.1:$own"
cluster {
  name: tlm
  listen: "127.0.0.1:$((own + 1))"
  routes: [${routes#,} ]
}
jetstream { store_dir: "$1/node-$3/data", max_mem: 64M, max_file: 4G }
# The window of a session is the broker's word in MQTT 3.1.1: as large as the one that a bridge reads.
mqtt { listen: "127.0.0.1:$((own + 2))", ack_wait: "10s", max_ack_pending: 10000, stream_replicas: $mqtt_nodes }
EOF
}

# wait_mqtt PORT SECONDS: until a message is taken there, which wants a majority of the nodes.
wait_mqtt() {
    local deadline=$((SECONDS + $2))
    until timeout 2 mosquitto_pub -V 311 -p "$1" -q 1 -t tlm/ready -n 2>/dev/null; do
        if ((SECONDS >= deadline)); then
            complain "the MQTT broker at port $1 takes no messages after $2 s"
            return 1
        fi
        sleep 0.1
    done
}

# start_mqtt_cluster DIR PORT: three nats-server nodes with JetStream that share sessions and keep
# three copies of each message; MQTT 3.1.1. Takes 9 ports, see node_mqtt_port. Again on a running
# cluster, it brings back the missing ones. Node N is the server DIR/node-N: kill9, pause_server and
# resume_server take that.
start_mqtt_cluster() {
    local n
    need nats-server && need mosquitto_pub || return
    for ((n = 1; n <= mqtt_nodes; n++)); do
        server_runs "$1/node-$n" && continue
        mkdir -p "$1/node-$n"
        write_node_conf "$1" "$2" "$n"
        launch "$1/node-$n" env "PATH=$PATH:/usr/sbin" nats-server -c "$1/node-$n/nats.conf"
    done
    for ((n = 1; n <= mqtt_nodes; n++)); do
        wait_log "$1/node-$n" 'Server is ready' 60 || return
    done
    for ((n = 1; n <= mqtt_nodes; n++)); do
        wait_mqtt "$(node_mqtt_port "$2" "$n")" 120 || return
    done
}

# --- Redis ---------------------------------------------------------------------------------------

# start_redis DIR PORT [SETTING VALUE]...: nothing is kept on disk unless the settings say so.
start_redis() {
    local dir=$1 redis_port=$2
    need redis-server || return
    mkdir -p "$dir"
    {
        printf '%s\n' "port $redis_port" "bind 127.0.0.1" "dir $dir" 'save ""' "appendonly no" \
            "set-proc-title no" "daemonize no"
        (($# == 2)) || printf '%s %s\n' "${@:3}"
    } >"$dir/redis.conf"
    launch "$dir" redis-server "$dir/redis.conf" && wait_log "$dir" 'Ready to accept' 60
}

# --- PostgreSQL ----------------------------------------------------------------------------------

postgres_bin() {
    local found
    found=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [[ -x $found/initdb ]] && echo "$found" && return
    complain "PostgreSQL is not installed: run scripts/setup"
    return 1
}

# PostgreSQL refuses to run as root: then it runs as postgres, or as nobody.
postgres_user() {
    local user=postgres
    id -u postgres >/dev/null 2>&1 || user=nobody
    if ((EUID == 0)); then
        as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
        chown "$user" "$1"
    else
        as_user=()
    fi
}

# PostgreSQL takes even a dead process for its rival until init has buried it.
await_burial() {
    local pid deadline=$((SECONDS + 20))
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || return 0
    while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.02; done
}

# start_postgres DIR PORT [SETTING=VALUE]...: user postgres, no password, socket in DIR.
start_postgres() {
    local dir=$1 postgres_port=$2 bin as_user setting settings=()
    bin=$(postgres_bin) || return
    for setting in "${@:3}"; do settings+=(-c "$setting"); done
    mkdir -p "$dir"
    postgres_user "$dir"
    if ! (cd / && "${as_user[@]}" test -w "$dir"); then
        complain "PostgreSQL's user cannot reach $dir: set TMPDIR to a folder all may enter"
        return 1
    fi
    echo INT >"$dir/stop-signal"
    if [[ ! -f $dir/data/PG_VERSION ]]; then
        (cd / && "${as_user[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 \
            --no-locale --no-sync --no-instructions) >>"$dir/log" 2>&1 || {
            complain "initdb failed"
            show_log "$dir"
            return 1
        }
    fi
    await_burial "$dir"
    launch "$dir" env --chdir=/ "${as_user[@]}" "$bin/postgres" -D "$dir/data" \
        -p "$postgres_port" -k "$dir" -c listen_addresses=127.0.0.1 -c max_connections=50 \
        "${settings[@]}" &&
        wait_log "$dir" 'database system is ready to accept connections' 180
}

# --- Kafka ---------------------------------------------------------------------------------------

# start_kafka DIR PORT [BROKERS [OPTION...]]: one or three brokers, with options of scripts/kafka;
# again on a running cluster, it brings back the missing ones. Takes 2 ports for each broker. Broker N is the server DIR/broker-N: kill9,
# pause_server and resume_server take that. The output of scripts/kafka is in DIR/start.
start_kafka() {
    local starter
    mkdir -p "$1"
    # In the background, because a trap runs only between foreground commands.
    (
        drop_port_locks
        exec "$tlm_root/scripts/kafka" start --dir "$1" --port "$2" --brokers "${3:-1}" "${@:4}"
    ) >"$1/start" 2>&1 </dev/null &
    starter=$!
    wait "$starter" || {
        cat "$1/start" >&2
        return 1
    }
}

stop_kafka() { "$tlm_root/scripts/kafka" stop --dir "$1"; }

# --- with-* --------------------------------------------------------------------------------------

# A signal from the terminal has already reached the command, which is in our process group.
forward() {
    local stat
    stat=$(cat "/proc/$$/stat") && stat=${stat##*) }
    # shellcheck disable=SC2086 # fields: state ppid pgrp session tty tpgid
    set -- "$1" $stat
    [[ $1 != TERM && $4 == "$7" ]] || kill -"$1" "$command_pid" 2>/dev/null || true
}

# run_command CMD...: runs it with our stdin, hands signals on, returns its exit status. A command
# that bash runs in the background ignores SIGINT unless told otherwise, hence env; and it gets a
# SIGTERM when we are killed with -9, hence setpriv.
run_command() {
    local status
    (
        drop_port_locks
        exec setpriv --pdeathsig TERM env --default-signal=INT,QUIT "$@"
    ) <&0 &
    command_pid=$!
    trap 'forward HUP' HUP
    trap 'forward INT' INT
    trap 'forward TERM' TERM
    while :; do
        status=0
        wait "$command_pid" || status=$?
        kill -0 "$command_pid" 2>/dev/null || break
    done
    # The last wait may have been ended by the signal itself; bash remembers the real status.
    if ((status > 128)); then
        status=0
        wait "$command_pid" 2>/dev/null || status=$?
    fi
    return "$status"
}

# start_on_free_ports COUNT DIR START [ARGS]...: START DIR PORT ARGS, again with other ports when
# something outside our locks had taken one.
start_on_free_ports() {
    local count=$1 dir=$2 start=$3 try
    shift 3
    for ((try = 1; try <= 5; try++)); do
        take_ports "$count" || return
        "$start" "$dir" "$port" "$@" 2>"$scope/complaints" && return
        grep -qri 'address already in use' --include=log "$dir" || break
        TLM_KEEP="" discard "$dir"
    done
    cat "$scope/complaints" >&2
    return 1
}

# with_server SERVER_DIR... -- CMD...: the end of every with-* program.
with_server() {
    local dirs=() dir status=0
    while [[ $1 != -- ]]; do
        dirs+=("$1")
        shift
    done
    shift
    run_command "$@" || status=$?
    if ((status)); then
        for dir in "${dirs[@]}"; do show_log "$dir"; done
    fi
    exit "$status"
}
