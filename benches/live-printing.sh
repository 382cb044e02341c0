#!/usr/bin/env bash
# Who loses packets while printing them? The same capture is sent at top speed through a veth pair, past `tcpdump -n` and
# `rdump -n` in turn, each on one core that it shares with a busy loop. Needs root, two cores and tcpreplay.
#
#   benches/live-printing.sh CAPTURE [ROUNDS]
set -euo pipefail
capture=${1:?a capture of Ethernet packets} rounds=${2:-3}
rdump=${RDUMP:-target/release/rdump}
lab=fairloss-$$ folder=$(mktemp -d)

cleanup() {
    kill "${busy:-}" 2>/dev/null || true
    ip netns del "$lab" 2>/dev/null || true
    rm -r "$folder"
}
trap cleanup EXIT

ip netns add "$lab"
ip -n "$lab" link add va type veth peer name vb
ip netns exec "$lab" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$lab" link set va up
ip -n "$lab" link set vb up
taskset -c 1 sh -c 'while :; do :; done' &
busy=$!

for ((round = 0; round < rounds; round++)); do
    for program in tcpdump "$rdump"; do
        ip netns exec "$lab" env TZ=UTC0 taskset -c 1 "$program" -n -i vb >"$folder/out" 2>"$folder/said" &
        until grep -q 'listening on' "$folder/said"; do sleep 0.1; done
        rate=$(ip netns exec "$lab" taskset -c 0 tcpreplay -q --topspeed --preload-pcap --loop=15 -i va "$capture" 2>&1 |
            sed -n 's/.*, \([0-9.]* pps\)$/\1/p')
        sleep 1
        ip netns pids "$lab" | xargs -r kill -INT
        wait $! || true
        printf '%-8s %s: %s\n' "$(basename "$program")" "$rate" "$(grep -E 'captured|dropped' "$folder/said" | paste -sd, -)"
    done
done
