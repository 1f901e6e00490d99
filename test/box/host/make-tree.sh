#!/bin/sh
# Makes the minimal Debian 12 tree every box stands on.
#   make-tree.sh DIRECTORY MIRROR ARCHITECTURE
set -e
tree=$1 mirror=$2 architecture=$3

packages=systemd,systemd-sysv,dbus,openssh-server,git,python3,iproute2,procps,ca-certificates,grub2-common
debootstrap --arch="$architecture" --variant=minbase --include="$packages" bookworm "$tree" "$mirror"

# Nix lives below a prefix of its own: libc stays the box's.
nix=$tree/opt/nix
sh "${0%/*}/fetch-nix.sh" "$nix" "$mirror" "$architecture"
# Not through "ld.so PROGRAM": nix runs itself again by /proc/self/exe to build. RPATH, as libraries inherit only that.
loader=$(find "$nix/usr/lib" -name 'ld-linux-*.so.*' -printf '/opt/nix/usr/lib/%P\n' | head -n 1)
patchelf --set-interpreter "$loader" --force-rpath --set-rpath "${loader%/*}" "$nix/usr/bin/nix"
for program in "$nix"/usr/bin/nix*; do ln -s "/opt/nix/usr/bin/${program##*/}" "$tree/usr/local/bin/"; done

rm -rf "${tree:?}"/usr/share/doc/* "${tree:?}"/usr/share/man/* "${tree:?}"/usr/share/locale/* "${tree:?}"/var/cache/apt/* \
  "${tree:?}"/var/lib/apt/lists/* "${tree:?}"/var/log/*.log
