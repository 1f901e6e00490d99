import tempfile
import unittest
from pathlib import Path

from vps_deploy.space import BOOT_MARGIN_BYTES, MARGIN_BYTES, Room, problems

MIB = 1 << 20
KERNEL = 'a' * 32 + '-linux-6.12.3'
INITRD = 'b' * 32 + '-initrd-linux-6.12.3'


class Space(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.store = self.directory / 'store'
        self.boot = self.directory / 'boot'
        self.new = self.system('new', KERNEL, INITRD)
        self.free = {self.store: Room(10_000 * MIB, 1_000_000), self.boot: Room(100 * MIB, None)}

    def system(self, name: str, kernel: str, initrd: str) -> Path:
        system = self.directory / name
        system.mkdir()
        for link, package, file, size in (('kernel', kernel, 'bzImage', 10), ('initrd', initrd, 'initrd', 30)):
            target = self.store / package / file
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, 'wb') as opened:
                opened.truncate(size * MIB)
            (system / link).symlink_to(target)
        return system

    def found(self, needed: int = 0, new: Path | None = None, current: Path | None = None) -> list[str]:
        return problems(needed, new, current, store=self.store, boot_roots=[self.boot], room_of=self.free.__getitem__)

    def test_enough_is_enough(self) -> None:
        (self.boot / 'EFI/nixos').mkdir(parents=True)
        self.assertEqual(self.found(9_000 * MIB, self.new), [])

    def test_the_store_is_too_small(self) -> None:
        self.free[self.store] = Room(100 * MIB, None)
        self.assertEqual(self.found(100 * MIB - MARGIN_BYTES), [])
        self.assertRegex(self.found(100 * MIB - MARGIN_BYTES + 1)[0], r'100\.0 MiB free.*nix-collect-garbage')

    def test_the_store_has_no_inodes_left(self) -> None:
        self.free[self.store] = Room(10_000 * MIB, 10)
        self.assertRegex(self.found()[0], '10 inodes')

    def test_the_boot_partition_is_too_small(self) -> None:
        (self.boot / 'EFI/nixos').mkdir(parents=True)
        self.free[self.boot] = Room(40 * MIB + BOOT_MARGIN_BYTES, None)
        self.assertEqual(self.found(0, self.new), [])
        self.free[self.boot] = Room(40 * MIB, None)
        self.assertRegex(
            self.found(0, self.new)[0],
            r'boot has 40\.0 MiB free, but kernel and initrd of the new system need 40\.0 MiB',
        )

    def test_what_is_there_already_needs_no_room(self) -> None:
        self.free[self.boot] = Room(2 * MIB, None)
        for place, name in (
            ('EFI/nixos', f'{KERNEL}-bzImage.efi'),
            ('kernels', f'{KERNEL}-bzImage'),
            ('nixos', f'{KERNEL}-bzImage'),
        ):
            directory = self.boot / place
            directory.mkdir(parents=True)
            (directory / name).touch()
            self.assertRegex(self.found(0, self.new)[0], r'need 30\.0 MiB')
            (directory / f'{INITRD}-initrd.efi').touch()
            self.assertEqual(self.found(0, self.new), [])
            for file in directory.iterdir():
                file.unlink()
            directory.rmdir()

    def test_the_current_systems_files_need_no_room(self) -> None:
        (self.boot / 'EFI/nixos').mkdir(parents=True)
        self.free[self.boot] = Room(31 * MIB, None)
        current = self.system('current', KERNEL, 'c' * 32 + '-initrd-linux-6.12.3')
        self.assertEqual(self.found(0, self.new, current), [])
        self.assertEqual(len(self.found(0, self.new)), 1)

    def test_a_loader_that_copies_nothing_needs_no_room(self) -> None:
        (self.boot / 'grub').mkdir(parents=True)
        self.free[self.boot] = Room(0, None)
        self.assertEqual(self.found(0, self.new), [])

    def test_before_the_build_only_the_store_is_looked_at(self) -> None:
        (self.boot / 'EFI/nixos').mkdir(parents=True)
        self.free[self.boot] = Room(0, None)
        self.assertEqual(self.found(1, None), [])

    def test_asks_real_file_systems(self) -> None:
        self.assertEqual(problems(0, None, store=self.directory), [])
        self.assertEqual(len(problems(1 << 60, None, store=self.directory)), 1)


if __name__ == '__main__':
    unittest.main()
