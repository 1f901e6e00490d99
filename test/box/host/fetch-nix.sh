#!/bin/sh
# Unpacks the Nix of Debian 13 (Debian 12 has 2.8) with all its libraries into a directory, without root.
#   fetch-nix.sh DIRECTORY MIRROR ARCHITECTURE
set -e
nix=$1 mirror=$2 architecture=$3

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
mkdir -p "$nix"
for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$nix"; done
rm -rf "${nix:?}/usr/share" "${nix:?}/etc" "${nix:?}/var"
