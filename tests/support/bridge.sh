# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# mqtt2kafka between a private mosquitto and a private Kafka: source this, then
#
#   open_bridge_scope NAME              # servers up, topics made; $scope, $mqtt, $brokers
#                                       # after kafka_brokers=3: three of Kafka's
#   start_bridge [OPTION]...            # waits until it is subscribed; $bridge_pid
#   load LEDGER [TLM-SIM-OPTION]...     # publishes, with a ledger
#   expect_all_arrived LEDGER [VERIFY-OPTION]...

# The variables and optional arguments are for those who source this.
# shellcheck disable=SC2034,SC2119,SC2120

# shellcheck source=tests/support/servers.sh
. "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

TLM_BIN=${TLM_BIN:-$tlm_root/build/dev/bin}
telemetry=device.telemetry

fail() {
    complain "FAILED: $*"
    [[ ! -f $scope/bridge/log ]] || tail -n 40 "$scope/bridge/log" >&2
    kill -0 "${bridge_pid:-}" 2>/dev/null && tail -n 40 "$scope/bridge/last" >&2
    exit 1
}

# open_bridge_scope NAME [MOSQUITTO-CONF]
open_bridge_scope() {
    open_bridge_folder "$1"
    start_on_free_ports 1 "$scope/mqtt" start_mosquitto "${@:2}"
    mqtt_port=$port
    mqtt=mqtt://127.0.0.1:$port
    open_bridge_kafka
}

# open_cluster_scope NAME: three MQTT brokers that share sessions in place of the one; nodes[1] to
# nodes[3] are their URLs, $mqtt the first of them, and $cluster their folder.
open_cluster_scope() {
    open_bridge_folder "$1"
    cluster=$scope/mqtt
    start_on_free_ports 9 "$cluster" start_mqtt_cluster
    cluster_port=$port
    local n
    for ((n = 1; n <= mqtt_nodes; n++)); do
        nodes[n]=mqtt://127.0.0.1:$(node_mqtt_port "$port" "$n")
    done
    mqtt=${nodes[1]}
    open_bridge_kafka
}

open_bridge_folder() {
    open_scope "$1"
    mkdir -p "$scope/bridge"
    : >"$scope/bridge/config"
}

# $kafka_brokers of them, 1 or 3, with three copies of each record when there are three, and the
# other options of scripts/kafka in $kafka_options.
kafka_brokers=1
kafka_options=()
open_bridge_kafka() {
    start_on_free_ports $((2 * kafka_brokers)) "$scope/kafka" start_kafka "$kafka_brokers" \
        "${kafka_options[@]}"
    kafka_port=$port
    brokers=$(tail -n 1 "$scope/kafka/start")
    "$tlm_root/scripts/topics" -b "$brokers" >"$scope/topics"
    configure mqtt "$mqtt"
    configure brokers "$brokers"
    configure topic "$telemetry"
    configure id bridge
    configure metrics-listen 127.0.0.1:0
}

# configure KEY VALUE: for all bridges started from now on; an option of start_bridge is stronger.
configure() {
    sed -i "/^$1 = /d" "$scope/bridge/config"
    echo "$1 = $2" >>"$scope/bridge/config"
}

# The process is one of ours by its arguments, as servers.sh wants it.
run_bridge() {
    : >"$scope/bridge/last"
    (
        drop_port_locks
        [[ -z ${TLM_LIBRDKAFKA:-} ]] || export LD_PRELOAD=$TLM_LIBRDKAFKA # another one than Debian's
        exec "$TLM_BIN/mqtt2kafka" --config "$scope/bridge/config" "$@"
    ) 2>"$scope/bridge/last" &
    bridge_pid=$!
    echo "$bridge_pid" >"$scope/bridge/pid"
}

# wait_bridge PATTERN [SECONDS]: until the log of this run says so.
wait_bridge() {
    local deadline=$((SECONDS + ${2:-60}))
    until grep -q "$1" "$scope/bridge/last"; do
        kill -0 "$bridge_pid" 2>/dev/null || fail "mqtt2kafka ended: $(cat "$scope/bridge/last")"
        ((SECONDS < deadline)) || fail "not within ${2:-60} s: $1: $(cat "$scope/bridge/last")"
        sleep 0.02
    done
}

start_bridge() {
    run_bridge "$@"
    wait_bridge ': subscribed to '
}

kill_bridge() {
    kill -KILL "$bridge_pid"
    wait "$bridge_pid" 2>/dev/null || true
    cat "$scope/bridge/last" >>"$scope/bridge/log"
}

# stop_bridge STATUS: SIGTERM, and it must end with STATUS.
stop_bridge() {
    local status=0
    kill -TERM "$bridge_pid"
    wait "$bridge_pid" || status=$?
    cat "$scope/bridge/last" >>"$scope/bridge/log"
    [[ $status == "$1" ]] || fail "mqtt2kafka ended with $status after SIGTERM, not with $1"
}

# metric NAME: its value in the running bridge; copies are refreshed once a second.
metric() {
    local where
    where=$(sed -n 's/.* on port \([0-9]*\).*/\1/p' "$scope/bridge/last" | head -n 1)
    curl -sf "http://127.0.0.1:$where/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}

# wait_metric NAME CONDITION [SECONDS]: as in `wait_metric tlm_mqtt2kafka_parked '== 1' 30`.
wait_metric() {
    local deadline=$((SECONDS + ${3:-90})) value
    while :; do
        value=$(metric "$1") || value=''
        if awk -v v="${value:-x}" "BEGIN { exit !(v != \"x\" && v $2) }"; then return; fi
        ((SECONDS < deadline)) || fail "$1 is '$value' after ${3:-90} s, not $2"
        sleep 0.1
    done
}

ticks() {
    local stat
    read -r -a stat <"/proc/$bridge_pid/stat"
    echo $((stat[13] + stat[14]))
}

# expect_idle: in the next three seconds the bridge needs less than one of a processor.
expect_idle() {
    local before
    before=$(ticks)
    sleep 3 # long enough to see it try again and again, if it did
    (($(ticks) - before < 100)) || fail "it spins"
}

# wait_until WHAT COMMAND...: until it succeeds.
wait_until() {
    local deadline=$((SECONDS + 90))
    until "${@:2}"; do
        ((SECONDS < deadline)) || fail "$1"
        sleep 0.1
    done
}

load() { "$TLM_BIN/tlm-sim" -q --mqtt "$mqtt" --connect-timeout 5m --ledger "$1" "${@:2}"; }

# expect_all_arrived LEDGER [VERIFY-OPTION]...: in the end; then prints the verdict.
expect_all_arrived() {
    "$TLM_BIN/tlm-sim" verify -q "$@" --brokers "$brokers" --topic "$telemetry" --timeout 60s \
        >"$scope/verdict" || fail "$(cat "$scope/verdict")"
    cat "$scope/verdict"
}

# expect_verdict LEDGER PATTERN [SECONDS]: for brokers that promise less: waits for the lost, prints the
# verdict's line, and it must match.
expect_verdict() {
    "$TLM_BIN/tlm-sim" verify -q "$1" --brokers "$brokers" --topic "$telemetry" --timeout "${3:-120}s" \
        >"$scope/verdict" || true
    grep '^kafka' "$scope/verdict"
    grep "$2" "$scope/verdict" >/dev/null || fail "$(cat "$scope/verdict")"
}

# A random time between two numbers of milliseconds, as sleep takes it.
random_ms() { printf '%d.%03d' 0 $(($1 + RANDOM % ($2 - $1))); }
