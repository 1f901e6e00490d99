import os
import tempfile
import unittest
from collections.abc import Mapping
from pathlib import Path

from vps_deploy.disks import compare, layout_problems
from vps_deploy.mounts import Layout, Mounted, World, device_of, parse_mountinfo, read_layout, read_world

# A VPS: boot and swap on partitions, btrfs in LUKS with subvolumes, a bind mount, and what is not there now.
FSTAB = """\
# This is a generated file.  Do not edit!
/dev/disk/by-uuid/root / btrfs x-initrd.mount,subvol=@root,compress=zstd 0 0
/dev/mapper/crypt /nix btrfs x-initrd.mount,subvol=/@nix 0 0
UUID=AAAA-BBBB /boot vfat fmask=0022 0 2
/nix/persist/var\\040lib /var/lib none bind,x-initrd.mount 0 0
tmpfs /tmp tmpfs size=2G 0 0
/dev/disk/by-label/usb /mnt/usb ext4 nofail 0 2
tank/data /data zfs zfsutil 0 0
nas:/export /mnt/nas nfs noauto,x-systemd.automount 0 0
/dev/disk/by-partlabel/swap none swap defaults 0 0
/swapfile none swap defaults 0 0
"""

MOUNTINFO = """\
22 1 0:25 /@root / rw,relatime shared:1 - btrfs /dev/mapper/crypt rw,compress=zstd:3,subvolid=256,subvol=/@root
23 22 0:25 /@nix /nix rw,relatime shared:2 - btrfs /dev/dm-0 rw,subvolid=257,subvol=/@nix
24 22 8:1 / /boot rw,relatime shared:3 - vfat /dev/sda1 rw,fmask=0022
25 22 0:25 /@nix/persist/var\\040lib /var/lib rw,relatime shared:2 - btrfs /dev/dm-0 rw,subvolid=257,subvol=/@nix
26 22 0:30 / /tmp rw - tmpfs tmpfs rw,size=2097152k
27 22 0:31 / /data rw - zfs tank/data rw,xattr
28 22 0:32 / /mnt/nas rw - autofs systemd-1 rw,fd=50
"""

DEVICES = {
    '/dev/disk/by-uuid/root': '254:0', '/dev/mapper/crypt': '254:0', '/dev/dm-0': '254:0', '/dev/sda1': '8:1',
    '/dev/disk/by-uuid/AAAA-BBBB': '8:1', '/dev/disk/by-partlabel/boot': '8:1', '/dev/disk/by-label/EFI\\x20\\xc3\\xa4': '8:1',
    '/dev/sda2': '8:2', '/dev/disk/by-partlabel/swap': '8:2', '/dev/sda3': '8:3', '/dev/disk/by-partlabel/crypt': '8:3', '/dev/sdb1': '8:17',
    '/swapfile': 'file:/swapfile', '/swap/../swapfile': 'file:/swapfile', '/dev/sdb2': '8:18',
}  # fmt: skip


def is_same(one: str, other: str) -> bool:
    return (one, other) == ('/persist-by-another-name/lib', '/var/lib')


WORLD = World(
    mounts=parse_mountinfo(MOUNTINFO),
    swaps=frozenset({'8:2', 'file:/swapfile'}),
    slaves={'crypt': ('254:0', frozenset({'8:3'}))},
    members={'254:0': frozenset({'254:0', '8:18'}), '8:18': frozenset({'254:0', '8:18'})},
    device_of=DEVICES.get,
    same=is_same,
)
LUKS = {'crypt': '/dev/disk/by-partlabel/crypt'}


class Bench(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def layout(self, fstab: str = FSTAB, luks: Mapping[str, str] = LUKS) -> Layout:
        etc = self.directory / 'etc'
        etc.mkdir(exist_ok=True)
        (etc / 'fstab').write_text(fstab)
        return read_layout(self.directory)._replace(luks=luks)

    def problems(self, *changes: tuple[str, str], luks: Mapping[str, str] = LUKS, world: World = WORLD) -> list[str]:
        fstab = FSTAB
        for old, new in changes:
            self.assertIn(old, fstab)
            fstab = fstab.replace(old, new)
        return compare(self.layout(), self.layout(fstab, luks), world)


class Unchanged(Bench):
    def test_the_same_is_fine(self) -> None:
        self.assertEqual(self.problems(), [])

    def test_another_name_for_the_same_thing_is_fine(self) -> None:
        table = [
            ('UUID=AAAA-BBBB', '/dev/sda1'),
            ('UUID=AAAA-BBBB', 'PARTLABEL=boot'),
            ('UUID=AAAA-BBBB', 'LABEL="EFI\\040ä"'),
            ('/dev/disk/by-uuid/root', '/dev/mapper/crypt'),
            ('/dev/disk/by-uuid/root', '/dev/sdb2'),  # the other device of the same btrfs
            ('subvol=@root', 'subvol=/@root/'),
            ('subvol=@root', 'subvolid=256'),
            ('/boot vfat', '/boot auto'),
            ('/boot vfat', '/boot/ vfat'),
            ('/nix/persist/var\\040lib', '/nix/./persist/var\\040lib'),
            ('/nix/persist/var\\040lib', '/persist-by-another-name/lib'),
            ('/dev/disk/by-partlabel/swap', '/dev/sda2'),
            ('/swapfile', '/swap/../swapfile'),
            ('compress=zstd', 'noatime'),
        ]
        for change in table:
            with self.subTest(change=change):
                self.assertEqual(self.problems(change), [])

    def test_what_is_not_mounted_may_go_or_change(self) -> None:
        for line in (
            '/dev/disk/by-label/usb /mnt/usb ext4 nofail 0 2\n',
            'nas:/export /mnt/nas nfs noauto,x-systemd.automount 0 0\n',
        ):
            self.assertEqual(self.problems((line, '')), [])
        self.assertEqual(self.problems(('/dev/disk/by-label/usb', '/dev/sdb1')), [])
        self.assertEqual(
            self.problems(
                ('/dev/disk/by-partlabel/swap', '/dev/sdb1'), world=WORLD._replace(swaps=frozenset({'file:/swapfile'}))
            ),
            [],
        )

    def test_tmpfs_may_go_or_change(self) -> None:
        self.assertEqual(self.problems(('tmpfs /tmp tmpfs size=2G 0 0\n', '')), [])
        self.assertEqual(self.problems(('size=2G', 'size=8G')), [])
        self.assertEqual(self.problems(('tmpfs /tmp tmpfs', 'ramfs /tmp ramfs')), [])

    def test_an_unchanged_name_that_means_nothing_here_is_fine(self) -> None:
        # As in a container: its root is what its host made it.
        without = {name: device for name, device in DEVICES.items() if 'AAAA' not in name}
        self.assertEqual(self.problems(world=WORLD._replace(device_of=without.get)), [])

    def test_a_file_system_on_several_devices(self) -> None:
        line = '30 22 0:40 / /pool rw - bcachefs /dev/sda2:/dev/sdb2 rw\n'
        world = WORLD._replace(mounts=parse_mountinfo(MOUNTINFO + line))
        pool = self.layout(FSTAB + '/dev/sdb2 /pool bcachefs defaults 0 0\n')
        self.assertEqual(compare(pool, pool, world), [])
        elsewhere = self.layout(FSTAB + '/dev/sdb1 /pool bcachefs defaults 0 0\n')
        self.assertEqual(len(compare(pool, elsewhere, world)), 1)

    def test_more_is_fine(self) -> None:
        self.assertEqual(self.problems(('tmpfs /tmp', '/dev/sdb1 /srv ext4 defaults 0 0\ntmpfs /tmp')), [])

    def test_a_mapping_may_be_opened_under_another_name(self) -> None:
        renamed = {'cryptroot': '/dev/sda3'}
        self.assertEqual(self.problems(('/dev/mapper/crypt ', '/dev/mapper/cryptroot '), luks=renamed), [])

    def test_a_system_without_fstab_says_nothing(self) -> None:
        self.assertEqual(compare(self.layout('', {}), self.layout(), WORLD), [])


class Changed(Bench):
    def refused(
        self, expected: str, *changes: tuple[str, str], luks: Mapping[str, str] = LUKS, world: World = WORLD
    ) -> None:
        found = self.problems(*changes, luks=luks, world=world)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_removed(self) -> None:
        for line in FSTAB.splitlines(keepends=True):
            target = line.split()[1]
            if target in ('/', '/nix', '/boot', '/var/lib', '/data'):
                self.refused(f'File system {target} is mounted', (line, ''))
        self.refused('Swap /dev/disk/by-partlabel/swap', ('/dev/disk/by-partlabel/swap none swap defaults 0 0\n', ''))
        self.refused('Swap /swapfile', ('/swapfile none swap defaults 0 0\n', ''))

    def test_elsewhere(self) -> None:
        self.refused('/boot is on /dev/sda1, but on /dev/sdb1', ('UUID=AAAA-BBBB', '/dev/sdb1'))
        self.refused('/ is on /dev/mapper/crypt, but on /dev/sdb1', ('/dev/disk/by-uuid/root', '/dev/sdb1'))
        self.refused('there is no such device', ('UUID=AAAA-BBBB', 'UUID=CCCC-DDDD'))
        self.refused('/data is on tank/data, but on tank/other', ('tank/data', 'tank/other'))
        self.refused('Swap /dev/disk/by-partlabel/swap', ('/dev/disk/by-partlabel/swap', '/dev/sdb1'))

    def test_an_unchanged_name_that_means_another_device_now(self) -> None:
        moved = {**DEVICES, '/dev/disk/by-uuid/AAAA-BBBB': '8:17'}
        self.refused('/boot is on /dev/sda1, but on UUID=AAAA-BBBB', world=WORLD._replace(device_of=moved.get))

    def test_of_another_type(self) -> None:
        self.refused('/boot is vfat, but ext4', ('/boot vfat', '/boot ext4'))
        self.refused('/data is zfs, but ext4', ('tank/data /data zfs', '/dev/sdb1 /data ext4'))
        self.refused('/tmp is tmpfs, but ext4', ('tmpfs /tmp tmpfs', '/dev/sdb1 /tmp ext4'))
        self.refused('/boot is vfat, but tmpfs', ('UUID=AAAA-BBBB /boot vfat', 'tmpfs /boot tmpfs'))

    def test_of_another_subvolume(self) -> None:
        self.refused('/ is subvolume /@root, but /@other', ('subvol=@root', 'subvol=@other'))
        self.refused('/ is a subvolume (@root), but none', ('subvol=@root,', ''))
        self.refused('another subvolume than number 300', ('subvol=@root', 'subvolid=300'))

    def test_bound_to_another_directory(self) -> None:
        self.refused(
            '/var/lib is bound to /nix/persist/var lib, but to /elsewhere', ('/nix/persist/var\\040lib', '/elsewhere')
        )
        self.refused(
            '/var/lib is a bind mount', ('/nix/persist/var\\040lib /var/lib none bind', '/dev/sdb1 /var/lib ext4 rw')
        )

    def test_mappings(self) -> None:
        self.refused('LUKS mapping crypt is open', luks={})
        self.refused(
            'LUKS mapping crypt is on /dev/disk/by-partlabel/crypt, but on /dev/sdb1', luks={'crypt': '/dev/sdb1'}
        )
        self.assertEqual(self.problems(luks={}, world=WORLD._replace(slaves={})), [])

    def test_a_file_system_of_the_initrd_counts_though_its_mount_is_not_seen(self) -> None:
        unseen = WORLD._replace(
            mounts={target: mounted for target, mounted in WORLD.mounts.items() if target != '/nix'}
        )
        self.assertEqual(self.problems(world=unseen), [])
        self.refused(
            '/nix is mounted', ('/dev/mapper/crypt /nix btrfs x-initrd.mount,subvol=/@nix 0 0\n', ''), world=unseen
        )
        self.refused('/nix is on /dev/mapper/crypt', ('/dev/mapper/crypt /nix', '/dev/sdb1 /nix'), world=unseen)


class Reading(Bench):
    def test_mountinfo_takes_the_topmost_and_no_waiting_automount(self) -> None:
        stacked = MOUNTINFO + '29 28 0:33 / /mnt/nas rw - nfs4 nas:/export rw,vers=4.2\n'
        self.assertEqual(parse_mountinfo(stacked)['/mnt/nas'].type, 'nfs4')
        self.assertNotIn('/mnt/nas', parse_mountinfo(MOUNTINFO))
        self.assertEqual(parse_mountinfo(MOUNTINFO)['/var/lib'].root, '/@nix/persist/var lib')

    def test_mappings_of_crypttab_and_of_the_initrd(self) -> None:
        self.layout()
        (self.directory / 'etc/crypttab').write_text('# x\ndata UUID=1234 /key luks\ncrypt /dev/sdz\n')
        (self.directory / 'etc/vps-deploy').mkdir()
        (self.directory / 'etc/vps-deploy/layout.json').write_text('{"luks": {"crypt": "/dev/sda3"}}')
        self.assertEqual(read_layout(self.directory).luks, {'data': 'UUID=1234', 'crypt': '/dev/sda3'})

    def test_this_machine(self) -> None:
        world = read_world()
        root = world.mounts['/']
        self.assertIsInstance(root, Mounted)
        etc = self.directory / 'etc'
        etc.mkdir()
        (etc / 'fstab').write_text(f'{root.source} / {root.type} defaults 0 0\n')
        self.assertEqual(layout_problems(self.directory, self.directory), [])
        other = self.directory / 'other'
        other.mkdir()
        expected = 0 if root.type == 'tmpfs' else 1
        self.assertEqual(len(layout_problems(str(self.directory), str(other))), expected)

    def test_devices_are_told_by_their_numbers(self) -> None:
        def block_device(_: str) -> os.stat_result:
            # Only root can make one.
            return os.stat_result((0o060600, 0, 0, 1, 0, 0, 0, 0, 0, 0), {'st_rdev': os.makedev(7, 99)})

        self.assertEqual({device_of(name, block_device) for name in ('/dev/loop99', '/dev/disk/by-label/x')}, {'7:99'})
        (self.directory / 'file').touch()
        self.assertEqual(device_of(str(self.directory / 'file')), f'file:{os.path.realpath(self.directory)}/file')
        self.assertIsNone(device_of('/nonexistent'))


if __name__ == '__main__':
    unittest.main()
