#!/usr/bin/env bash
# The floor: what a careful person writes by hand to deploy one release, and nothing beyond it. It starts the
# new container, waits until it is healthy, switches HAProxy over by its admin socket, waits until the old one
# has drained, and stops it. It plans nothing, checks nothing, and cannot be interrupted or run twice.
#
#	floor.sh N    deploys release N; N-1 is the one that serves, 0 is the first
#
# Environment: IMAGE, NETWORK, PREFIX of the container names, ADMIN port of HAProxy, and in seconds INTERVAL of
# the probes and DRAIN at most. BOOT and STOP_TIMEOUT are the app's.
set -euo pipefail
n=$1
new=$PREFIX-$n new_slot=app/s$((n % 2))
old=$PREFIX-$((n - 1)) old_slot=app/s$(((n + 1) % 2))

# ask sends commands to HAProxy and leaves the answer's lines in reply.
ask() {
	exec 3<>"/dev/tcp/127.0.0.1/$ADMIN"
	printf '%s\n' "$1" >&3
	mapfile -t reply <&3
	exec 3>&-
}

# healthy says whether the app at an address answers its health check.
healthy() {
	local status=
	{ exec 4<>"/dev/tcp/$1/8080"; } 2>/dev/null || return 1
	printf 'GET /up HTTP/1.0\r\n\r\n' >&4
	read -r _ status _ <&4 || true
	exec 4>&-
	[ "$status" = 200 ]
}

# idle says whether a slot has neither a session, nor a request in the queue, nor a connection in use. Silence is
# no such answer.
idle() {
	local line used queued current open=unknown
	ask "show stat app 4 -1; show servers conn app"
	for line in "${reply[@]}"; do
		case $line in
		"${1/\//,}",*)
			IFS=, read -r _ _ queued _ current _ <<<"$line"
			open=$((queued + current))
			;;
		"$1 "*)
			read -r _ _ _ _ _ _ used _ <<<"$line"
			open=$((open + used))
			;;
		esac
	done
	[ "$open" = 0 ]
}

docker run -d --name "$new" --label "$PREFIX" --network "$NETWORK" \
	-e RELEASE="floor-$n" -e BOOT="$BOOT" -e STOP_TIMEOUT="$STOP_TIMEOUT" "$IMAGE" >/dev/null
address=$(docker inspect -f "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAddress}}" "$new")
until healthy "$address"; do sleep "$INTERVAL"; done

ask "set server $new_slot addr $address port 8080; set server $new_slot state ready"
[ "$n" != 0 ] || exit 0
ask "set server $old_slot state drain"

# Twice in a row, since a request on its way from the queue to the server is in neither for an instant.
deadline=$((${EPOCHREALTIME/./} + $(printf '%.0f' "${DRAIN}e6")))
calm=0
while ((calm < 2 && ${EPOCHREALTIME/./} < deadline)); do
	if idle "$old_slot"; then calm=$((calm + 1)); else calm=0; fi
	sleep 0.05
done

docker stop "$old" >/dev/null
ask "set server $old_slot state maint"
