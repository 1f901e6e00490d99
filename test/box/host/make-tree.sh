#!/bin/sh
# Makes the minimal Debian 12 tree every box stands on.
#   make-tree.sh DIRECTORY MIRROR ARCHITECTURE
set -e
tree=$1 mirror=$2 architecture=$3

packages=systemd,systemd-sysv,dbus,openssh-server,git,python3,iproute2,procps,ca-certificates,grub2-common
debootstrap --arch="$architecture" --variant=minbase --include="$packages" bookworm "$tree" "$mirror"

# Nix comes from Debian 13 (Debian 12 has 2.8), with all its libraries below a prefix of its own: libc stays the box's.
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/etc/apt.conf.d"
: >"$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/etc/sources.list"
private() {
  apt-get -qq -o "APT::Architecture=$architecture" -o APT::Architectures::= -o "Dir::State=$apt/state" \
    -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/etc/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o APT::Sandbox::User=root "$@"
}
private update
private -y --no-install-recommends --download-only install nix-bin
nix=$tree/opt/nix
mkdir -p "$nix"
for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$nix"; done
rm -rf "$nix/usr/share" "$nix/etc" "$nix/var"
# Not through "ld.so PROGRAM": nix runs itself again by /proc/self/exe to build. RPATH, as libraries inherit only that.
loader=$(find "$nix/usr/lib" -name 'ld-linux-*.so.*' -printf '/opt/nix/usr/lib/%P\n' | head -n 1)
patchelf --set-interpreter "$loader" --force-rpath --set-rpath "${loader%/*}" "$nix/usr/bin/nix"
for program in "$nix"/usr/bin/nix*; do ln -s "/opt/nix/usr/bin/${program##*/}" "$tree/usr/local/bin/"; done

rm -rf "$tree"/usr/share/doc/* "$tree"/usr/share/man/* "$tree"/usr/share/locale/* "$tree"/var/cache/apt/* \
  "$tree"/var/lib/apt/lists/* "$tree"/var/log/*.log
