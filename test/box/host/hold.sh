#!/bin/sh
# The first process of a box's own PID, mount and network namespaces: with it everything else of the box ends.
#   hold.sh DIRECTORY LOWERDIRS
set -e
disk=$1/disk
mkdir -p "$disk"
mount -t tmpfs -o mode=755 nix-vps-box "$disk"
mkdir "$disk/upper" "$disk/work" "$disk/root"
mount -t overlay -o "lowerdir=$2,upperdir=$disk/upper,workdir=$disk/work" nix-vps-box "$disk/root"
# What nspawn leaves in /run of the machine stays in here.
mkdir -p /run/systemd
mount -t tmpfs nix-vps-box /run/systemd
ip link set lo up
touch "$1/held"
while :; do
  sleep 3600 &
  wait $!
done
