#!/bin/sh
# Makes the layer of a box over the Debian tree: users, keys, and a first system that is built, current and bootable.
#   make-layer.sh DIRECTORY TREE GUEST < a commit for git fast-import
set -e
if [ -z "$IN_NAMESPACE" ]; then
  IN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child --net --propagation private sh "$0" "$@"
fi
directory=$1 tree=$2 guest=$3
mkdir "$directory/upper" "$directory/work" "$directory/root"
root=$directory/root
mount -t overlay -o "lowerdir=$tree,upperdir=$directory/upper,workdir=$directory/work" nix-vps-box "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
inside() { env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root chroot "$root" "$@"; }

mkdir -p "$root/usr/lib/nix-vps-box" "$root/etc/nix" "$root/etc/ssh/authorized_keys.d"
cp "$guest/init" "$root/usr/lib/nix-vps-box/init"
cp "$guest/nix.conf" "$root/etc/nix/nix.conf"
cp "$guest/bootctl" "$root/usr/local/bin/bootctl"
# grub-reboot asks what device GRUB would read from; here there is none.
ln -sf /bin/true "$root/usr/sbin/grub-probe"
echo box >"$root/etc/hostname"
echo '127.0.0.1 localhost box' >"$root/etc/hosts"
# An empty machine id would make every boot a first boot.
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$root/etc/machine-id"

# As the NixOS module: a home nobody but root writes to, keys only below /etc.
inside useradd --system --uid 990 --home-dir /var/empty --shell /bin/sh deploy
inside useradd --system --uid 991 --home-dir /var/empty --shell /usr/sbin/nologin jump
mkdir -p "$root/var/empty" && chmod 755 "$root/var/empty"
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/ssh/sshd_config"
inside ssh-keygen -A
for unit in ssh.service ssh.socket getty.target console-getty.service systemd-firstboot.service \
  systemd-update-utmp.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  fstrim.timer e2scrub_reap.service systemd-pstore.service systemd-networkd.service \
  proc-sys-fs-binfmt_misc.automount sys-kernel-config.mount systemd-journal-flush.service \
  dev-hugepages.mount sys-fs-fuse-connections.mount systemd-remount-fs.service systemd-sysusers.service \
  systemd-tmpfiles-setup-dev.service systemd-update-utmp-runlevel.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# Nor is there anything to generate units from, at every boot and every time systemd reads its units again.
mkdir -p "$root/etc/systemd/system-generators"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
  ln -s /dev/null "$root/etc/systemd/system-generators/${generator##*/}"
done
# Debian runs these at every login.
rm -rf "$root/etc/update-motd.d"
rm -f "$root/etc/systemd/system/sshd.service"

inside git init --quiet --bare --initial-branch=main /srv/repo.git
inside git -C /srv/repo.git fast-import --quiet
rev=$(inside git -C /srv/repo.git rev-parse main)
flake="git+file:///srv/repo.git?ref=refs/heads/main&rev=$rev&dir=nix"
system=$(inside nix build --no-link --print-out-paths \
  "$flake#nixosConfigurations.\"vps-arm\".config.system.build.toplevel")
inside nix-env --profile /nix/var/nix/profiles/system --set "$system"
inside "$system/bin/switch-to-configuration" boot
inside "$system/activate"

umount -l "$root/dev" "$root/proc" "$root/run" "$root/tmp"
umount "$root"
rm -rf "$root" "$directory/work" "$directory/upper/root/.cache"
