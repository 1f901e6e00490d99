import os
import struct
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from vps_deploy import bootentry
from vps_deploy.oneshot import Means, OneShotFailed, Places, can_forget, means

OLD, NEW = (f'/nix/store/{number:032d}-nixos-system-vps-26.05' for number in (1, 2))
GRUB = f"""
if [ "${{next_entry}}" ]; then
  set default="${{next_entry}}"
  set next_entry=
  save_env next_entry
fi
menuentry "NixOS" {{
  linux /kernels/k init={OLD}/init quiet
}}
menuentry "memtest > 1" {{
  linux /memtest
}}
submenu "NixOS - All configurations" --class submenu {{
  submenu "NixOS - Configuration 2 (2026-11-22 - 26.05)" --class submenu {{
    menuentry "NixOS - Default" {{
      linux /kernels/k init={NEW}-special/init quiet
    }}
    menuentry "NixOS - special" {{
      linux /kernels/k init={NEW}/init quiet
    }}
  }}
}}
"""


class OfALoader(unittest.TestCase):
    """Programs of the host are scripts on PATH that write down how they were called."""

    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.boot, self.efivars = self.directory / 'boot', self.directory / 'efivars'
        self.called = self.directory / 'called'
        self.efivars.mkdir()
        (self.directory / 'bin').mkdir()
        self.enterContext(mock.patch.dict(os.environ, PATH=f'{self.directory}/bin:/usr/bin:/bin'))
        self.places = Places([self.boot], self.efivars)

    def write(self, file: str, text: str) -> Path:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, script: str = 'true') -> None:
        self.write(f'bin/{name}', f'#!/bin/sh\necho "{name} $*" >>"{self.called}"\n{script}\n').chmod(0o755)

    def entry(self, name: str, system: str) -> None:
        self.write(f'boot/loader/entries/{name}', f'title NixOS\nsort-key nixos\noptions init={system}/init quiet\n')

    def variable(self, name: str, value: bytes) -> None:
        (self.efivars / f'{name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f').write_bytes(struct.pack('<I', 7) + value)

    def entries(self) -> list[str]:
        return sorted(path.name for path in (self.boot / 'loader/entries').iterdir())

    def conf(self) -> str:
        return (self.boot / 'loader/loader.conf').read_text()


class SystemdBoot(OfALoader):
    def setUp(self) -> None:
        super().setUp()
        self.entry('nixos-old.conf', OLD)
        self.entry('nixos-new+3.conf', NEW)
        self.write('boot/loader/loader.conf', 'timeout 5\ndefault nixos-old.conf\n')

    def test_a_loader_without_variables_cannot(self) -> None:
        self.program('bootctl')
        self.assertIsNone(means(self.places))

    def test_nor_one_that_does_not_know_one_shot_entries(self) -> None:
        self.program('bootctl')
        self.variable('LoaderFeatures', (1 << 4).to_bytes(8, 'little'))
        self.assertIsNone(means(self.places))

    def test_nor_without_bootctl(self) -> None:
        self.variable('LoaderFeatures', (1 << 3).to_bytes(8, 'little'))
        self.assertIsNone(means(self.places))

    def test_the_id_has_no_counters(self) -> None:
        variable = f'{self.efivars}/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'
        self.program('bootctl', f'{{ printf "\\7\\0\\0\\0"; printf %s "$2" | sed "s/./&\\x00/g"; printf "\\0\\0"; }} >"{variable}"')
        self.variable('LoaderFeatures', (1 << 3).to_bytes(8, 'little'))
        found = means(self.places)
        assert found is not None
        found.set(NEW, OLD)
        self.assertEqual(self.called.read_text(), 'bootctl set-oneshot nixos-new.conf\n')

    def test_a_variable_that_does_not_stick_is_an_error(self) -> None:
        self.program('bootctl')
        with self.assertRaisesRegex(OneShotFailed, 'LoaderEntryOneShot is ""'):
            Means('efi-variable', self.boot, self.places).set(NEW, OLD)

    def test_a_program_that_fails_is_quoted(self) -> None:
        self.program('bootctl', 'echo not booted with UEFI >&2; exit 1')
        with self.assertRaisesRegex(OneShotFailed, 'ended with 1: not booted with UEFI'):
            Means('efi-variable', self.boot, self.places).set(NEW, OLD)

    def test_a_system_without_an_entry_is_an_error(self) -> None:
        with self.assertRaisesRegex(OneShotFailed, 'no boot entry names /nix/store/other'):
            Means('efi-variable', self.boot, self.places).set('/nix/store/other', OLD)

    def test_nothing_is_cleared_that_is_not_set(self) -> None:
        Means('efi-variable', self.boot, self.places).clear()
        self.assertFalse(self.called.exists())


class BootCounting(OfALoader):
    def setUp(self) -> None:
        super().setUp()
        self.entry('nixos-old.conf', OLD)
        self.entry('nixos-new+3.conf', NEW)
        self.write('boot/loader/loader.conf', 'timeout 5\npreferred nixos-old.conf\ndefault nixos-*\n')
        self.means = means(self.places)

    def test_one_try_is_left_and_the_default_is_the_old_one_by_name(self) -> None:
        assert self.means is not None
        self.assertEqual(self.means.kind, 'boot-counting')
        self.means.set(NEW, OLD)
        self.assertEqual(self.entries(), ['nixos-new+1.conf', 'nixos-old.conf'])
        self.assertEqual(self.conf(), 'preferred nixos-new.conf\ndefault nixos-old.conf\ntimeout 5\n')
        self.assertEqual(bootentry.default_system([self.boot]), Path(NEW))

    def test_when_that_is_used_up_the_old_one_is_the_default(self) -> None:
        assert self.means is not None
        self.means.set(NEW, OLD)
        os.rename(self.boot / 'loader/entries/nixos-new+1.conf', self.boot / 'loader/entries/nixos-new+0-1.conf')
        self.assertEqual(bootentry.default_system([self.boot]), Path(OLD))

    def test_cleared_the_old_one_is_preferred_again_also_where_the_boot_was_blessed(self) -> None:
        assert self.means is not None
        self.means.set(NEW, OLD)
        os.rename(self.boot / 'loader/entries/nixos-new+1.conf', self.boot / 'loader/entries/nixos-new.conf')
        self.means.clear()
        self.assertEqual(bootentry.default_system([self.boot]), Path(OLD))

    def test_a_confirmed_one_need_not_be_counted_any_more(self) -> None:
        assert self.means is not None
        os.rename(self.boot / 'loader/entries/nixos-new+3.conf', self.boot / 'loader/entries/nixos-new+0-1.conf')
        self.means.forget_tries(NEW)
        self.assertEqual(self.entries(), ['nixos-new.conf', 'nixos-old.conf'])


class Grub(OfALoader):
    def setUp(self) -> None:
        super().setUp()
        self.write('boot/grub/grub.cfg', GRUB)
        for name in ('grub-reboot', 'grub-editenv', 'grub-probe'):
            self.program(name)

    def test_an_entry_is_named_by_its_place_in_each_menu(self) -> None:
        found = means(self.places)
        assert found is not None
        found.set(NEW, OLD)
        self.assertIn(f'grub-reboot --boot-directory={self.boot} 2>0>1\n', self.called.read_text())

    def test_a_system_without_an_entry_is_an_error(self) -> None:
        with self.assertRaisesRegex(OneShotFailed, 'no entry of .* names /nix/store/other'):
            Means('grub', self.boot, self.places).set('/nix/store/other', OLD)

    def test_a_configuration_that_does_not_forget_the_entry_cannot(self) -> None:
        self.write('boot/grub/grub.cfg', GRUB.replace('save_env next_entry', 'true'))
        self.assertIsNone(means(self.places))

    def test_nor_can_grub_on_volumes_it_only_reads(self) -> None:
        for abstraction in ('lvm', 'diskfilter', 'cryptodisk lvm'):
            self.program('grub-probe', f'echo {abstraction}')
            self.assertIsNone(means(self.places), abstraction)

    def test_nor_on_file_systems_it_only_reads(self) -> None:
        can = {name: can_forget(GRUB, name, []) for name in ('ext4', 'vfat', 'btrfs', 'zfs', 'bcachefs')}
        self.assertEqual(can, {'ext4': True, 'vfat': True, 'btrfs': False, 'zfs': False, 'bcachefs': False})

    def test_nor_without_its_tools(self) -> None:
        os.unlink(self.directory / 'bin/grub-reboot')
        with mock.patch.dict(os.environ, PATH=f'{self.directory}/bin'):
            self.assertIsNone(means(self.places))

    def test_an_environment_that_is_not_there_has_nothing_to_forget(self) -> None:
        Means('grub', self.boot, self.places).clear()
        self.assertFalse(self.called.exists())
        self.write('boot/grub/grubenv', '# GRUB Environment Block\n')
        Means('grub', self.boot, self.places).clear()
        self.assertIn(f'grub-editenv {self.boot}/grub/grubenv unset next_entry', self.called.read_text())


class OthersCannot(OfALoader):
    def test_extlinux(self) -> None:
        self.write('boot/extlinux/extlinux.conf', f'DEFAULT a\nLABEL a\n  APPEND init={OLD}/init\n')
        self.assertIsNone(means(self.places))

    def test_none(self) -> None:
        self.assertIsNone(means(self.places))
