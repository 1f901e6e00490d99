#!/bin/sh
# Keeps one box for as long as its owner holds stdin open, and leaves nothing of it behind.
#   supervise.sh DIRECTORY LOWERDIRS CGROUP…    with DETACHED=1: until SIGTERM
# Killed with -9 itself, it takes the box along (pdeathsig); what is left on disk is reaped when the next box starts.
directory=$1 lower=$2
shift 2
here=$(dirname "$0")
exec 3<&0
setpriv --pdeathsig KILL \
  unshare --fork --kill-child --pid --mount --mount-proc --net --propagation private \
  sh "$here/hold.sh" "$directory" "$lower" 3<&- </dev/null &
unshare=$!
echo "$unshare" >"$directory/unshare"

remove() {
  trap '' TERM INT HUP
  kill -KILL "$unshare" 2>/dev/null
  wait "$unshare"
  # The processes of a PID namespace die a moment after its first one.
  for cgroup in "$@"; do
    tries=0
    while [ -d "$cgroup" ] && [ $tries -lt 100 ]; do
      find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break
      tries=$((tries + 1))
      sleep 0.05
    done
  done
  # Talks that were cut off keep the network namespace, and with it the link, for minutes.
  ip link delete "nvbox${directory##*/}" 2>/dev/null
  rm -rf "$directory"
  exit 0
}
trap 'remove "$@"' TERM INT HUP

# dash runs traps only between commands, hence the background and the wait.
if [ -n "$DETACHED" ]; then sleep infinity & else cat <&3 >/dev/null & fi
wait $!
remove "$@"
