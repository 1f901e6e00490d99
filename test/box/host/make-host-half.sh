#!/bin/sh
# Makes the layer of a box with the host half in it.
#   make-host-half.sh DIRECTORY LOWERDIRS < an archive of the host half, with install-host-half
set -e
if [ -z "$IN_NAMESPACE" ]; then
  IN_NAMESPACE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi
directory=$1 lower=$2
mkdir "$directory/upper" "$directory/work" "$directory/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$directory/upper,workdir=$directory/work" nix-vps-box "$directory/root"
env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin chroot "$directory/root" sh -ec '
  mkdir -p /usr/local/lib/vps-deploy
  cd /usr/local/lib/vps-deploy
  tar -xf -
  sh install-host-half'
umount "$directory/root"
rm -rf "$directory/root" "$directory/work"
