#!/bin/sh
# Runs the box's system inside its namespaces, again after each reboot it asks for.
#   machine.sh ROOT NAME CGROUP…
root=$1 name=$2
shift 2
export root name
# nspawn ends with 133 where systemd would restart it: the payload asked for a reboot.
status=133
while [ $status -eq 133 ]; do
  sh -c '
    for cgroup in "$@"; do echo 0 >"$cgroup/cgroup.procs"; done
    exec systemd-nspawn --quiet --directory="$root" --machine="$name" \
      --network-namespace-path=/proc/self/ns/net --capability=CAP_NET_ADMIN --register=no --keep-unit --console=pipe \
      --resolv-conf=off --timezone=off --link-journal=no --kill-signal=SIGRTMIN+3 \
      /usr/lib/nix-vps-box/init
  ' machine "$@"
  status=$?
done
