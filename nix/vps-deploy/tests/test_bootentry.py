import os
import struct
import tempfile
import unittest
from pathlib import Path

from vps_deploy.bootentry import Unknown, default_system


def system(number: int) -> str:
    return f'/nix/store/{number:032d}-nixos-system-vps-25.11'


def options(number: int) -> str:
    return f'init={system(number)}/init loglevel=4 root=fstab'


class Booting(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.boot, self.efi = self.directory / 'boot', self.directory / 'efi'
        self.variable = self.directory / 'LoaderEntryDefault'

    def write(self, file: str, text: str, age: float = 0) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))

    def found(self) -> Path | Unknown:
        return default_system([self.boot, self.efi], self.variable)

    def boots(self, number: int) -> None:
        self.assertEqual(self.found(), Path(system(number)))

    def unknown(self, text: str) -> None:
        found = self.found()
        assert isinstance(found, Unknown), found
        self.assertIn(text, found.reason)


class Systemd(Booting):
    def entry(self, name: str, number: int, root: str = 'boot', extra: str = '') -> None:
        text = f'title NixOS\nsort-key nixos\nversion Generation {number} NixOS 25.11\nlinux /EFI/nixos/k.efi\noptions {options(number)}\n{extra}'
        self.write(f'{root}/loader/entries/{name}', text)

    def default(self, name: str, root: str = 'boot') -> None:
        self.write(
            f'{root}/loader/loader.conf',
            f'timeout 5\n#default nixos-generation-1.conf\ndefault {name}\nconsole-mode keep\n',
        )

    def test_the_entry_loader_conf_names(self) -> None:
        for number in (9, 10, 11):
            self.entry(f'nixos-generation-{number}.conf', number)
        self.default('nixos-generation-10.conf')
        self.boots(10)

    def test_what_is_preferred_comes_first_unless_it_is_bad(self) -> None:
        self.entry('nixos-a.conf', 9)
        self.entry('nixos-b+1.conf', 10)
        self.write('boot/loader/loader.conf', 'preferred nixos-b.conf\ndefault nixos-a.conf\n')
        self.boots(10)
        os.rename(self.boot / 'loader/entries/nixos-b+1.conf', self.boot / 'loader/entries/nixos-b+0-1.conf')
        self.boots(9)

    def test_entries_that_count_their_boots(self) -> None:
        self.entry('nixos-generation-9+0-3.conf', 9)
        self.entry('nixos-generation-10+3-0.conf', 10)
        self.entry('nixos-generation-11+3.conf', 11)
        self.default('nixos-generation-10.conf')
        self.boots(10)
        self.default('nixos-generation-11.conf')
        self.boots(11)

    def test_a_pattern_takes_the_newest_that_has_tries_left(self) -> None:
        self.entry('nixos-generation-9.conf', 9)
        self.entry('nixos-generation-10.conf', 10)
        self.entry('nixos-generation-11+0-3.conf', 11)
        self.default('nixos-*')
        self.boots(10)

    def test_no_default_is_the_first_in_the_loaders_order(self) -> None:
        self.entry('nixos-generation-9.conf', 9)
        self.entry('nixos-generation-10.conf', 10)
        self.boots(10)
        self.default('@saved')
        self.boots(10)

    def test_entries_on_a_boot_partition_of_their_own(self) -> None:
        self.entry('nixos-generation-9.conf', 9)
        self.entry('nixos-generation-10.conf', 10)
        self.default('nixos-generation-9.conf', root='efi')
        self.boots(9)

    def test_what_bootctl_set_counts_more(self) -> None:
        self.entry('nixos-generation-9.conf', 9)
        self.entry('nixos-generation-10.conf', 10)
        self.default('nixos-generation-10.conf')
        self.variable.write_bytes(b'\x07\0\0\0' + 'nixos-generation-9.conf\0'.encode('utf-16-le'))
        self.boots(9)

    def test_a_specialisation_is_another_entry(self) -> None:
        self.entry('nixos-generation-10.conf', 10)
        self.entry('nixos-generation-10-specialisation-x.conf', 77)
        self.default('nixos-generation-10.conf')
        self.boots(10)

    def test_says_that_the_default_does_not_exist_or_is_no_nixos(self) -> None:
        self.entry('nixos-generation-9.conf', 9)
        self.default('nixos-generation-10.conf')
        self.unknown('nixos-generation-10.conf')
        self.write('boot/loader/entries/windows.conf', 'title Windows\nefi /x.efi\n')
        self.default('windows.conf')
        self.unknown('names no init=')

    def test_the_link_of_a_profile_is_followed(self) -> None:
        (self.directory / 'system-1-link').symlink_to(system(1))
        self.write(
            'boot/loader/entries/nixos-generation-1.conf', f'options root=x init={self.directory}/system-1-link/init\n'
        )
        self.boots(1)


def image(number: int) -> bytes:
    """A PE file as far as anybody looks at it: DOS stub, header, two sections of text and one of something else."""
    release = f'ID=lanza\nPRETTY_NAME="NixOS"\nVERSION_ID="Generation {number}, 2026-11-23"\n'
    texts = {
        b'.text': b'init=/nix/store/wrong/init',
        b'.osrel': release.encode(),
        b'.cmdline': options(number).encode(),
    }
    head = b'MZ'.ljust(0x3C, b'\0') + struct.pack('<I', 0x80)
    header = struct.pack('<4sHHIIIHH', b'PE\0\0', 0x8664, len(texts), 0, 0, 0, 240, 0).ljust(24 + 240, b'\0')
    table, body, offset = b'', b'', 0x80 + len(header) + 40 * len(texts)
    for name, text in texts.items():
        raw = text.ljust(-(-len(text) // 512) * 512, b'\0')
        table += struct.pack('<8sIIIIIIHHI', name, len(text), 0, len(raw), offset + len(body), 0, 0, 0, 0, 0)
        body += raw
    return head.ljust(0x80, b'\0') + header + table + body


class Images(Booting):
    def image(self, name: str, number: int, age: float = 0) -> None:
        self.write(f'boot/EFI/Linux/{name}', '', age)
        (self.boot / 'EFI/Linux' / name).write_bytes(image(number))

    def test_the_newest_image_that_fits(self) -> None:
        self.write('boot/loader/loader.conf', 'default nixos-*\n')
        self.write(
            'boot/loader/entries/nixos-generation-99.conf', f'sort-key nixos\nversion 99\noptions {options(99)}\n'
        )
        self.image('nixos-generation-9-abcdef.efi', 9)
        self.image('nixos-generation-10-fedcba.efi', 10)
        self.image('nixos-generation-11-aaaaaa+0-3.efi', 11)
        self.boots(10)

    def test_what_is_no_image_names_no_system(self) -> None:
        for content in (b'', b'MZ', b'MZ' + b'\xff' * 200, image(5)[:300]):
            self.write('boot/EFI/Linux/nixos-generation-5.efi', '')
            (self.boot / 'EFI/Linux/nixos-generation-5.efi').write_bytes(content)
            self.unknown('names no init=')


GRUB = """\
if [ -s $prefix/grubenv ]; then
  load_env
fi
function savedefault {
  save_env saved_entry
}
if [ "${next_entry}" ]; then
  set default="${next_entry}"
else
  set default=%s
  set timeout=5
fi
menuentry "Rescue" {
  linux /rescue root=x
}
menuentry "NixOS - Default" --class nixos --unrestricted {
search --set=drive1 --fs-uuid abc
  linux ($drive1)/nix/store/k/bzImage init=%s/init loglevel=4
  initrd ($drive1)/nix/store/i/initrd
}
submenu "NixOS - All configurations" --class submenu {
menuentry "NixOS - Configuration 3 (2026-11-22 - 25.11)" --class nixos --unrestricted {
function say {
  echo hello
}
  linux ($drive1)/nix/store/k/bzImage init=%s/init loglevel=4
}
menuentry "NixOS - Configuration 2 (2026-11-20 - 25.11)" --class nixos --unrestricted {
  linux ($drive1)/nix/store/k/bzImage init=%s/init loglevel=4
}
}
"""


class Grub(Booting):
    def menu(self, default: str, saved: str | None = None) -> None:
        self.write('boot/grub/grub.cfg', GRUB % (default, system(1), system(3), system(2)))
        if saved is not None:
            self.write('boot/grub/grubenv', f'# GRUB Environment Block\nsaved_entry={saved}\n#####')

    def test_table(self) -> None:
        table = {
            '1': 1,
            '"1"': 1,
            '"NixOS - Default"': 1,
            '"2>0"': 3,
            '"2>1"': 2,
            '"NixOS - All configurations>NixOS - Configuration 2 (2026-11-20 - 25.11)"': 2,
            '2': 3,
        }
        for default, number in table.items():
            with self.subTest(default=default):
                self.menu(default)
                self.boots(number)

    def test_the_saved_entry(self) -> None:
        for default in ('saved', '"${saved_entry}"'):
            self.menu(default, saved='2>1')
            self.boots(2)
        self.menu('saved', saved='')
        self.unknown('names no init=')

    def test_says_that_there_is_no_such_entry(self) -> None:
        self.menu('7')
        self.unknown('the default 7')
        self.menu('0')
        self.unknown('names no init=')


EXTLINUX = """\
# Generated file, all changes will be lost on nixos-rebuild!

# Change this to e.g. nixos-42 to temporarily boot to an older configuration.
DEFAULT %s

MENU TITLE ------------------------------------------------------------
TIMEOUT 50

LABEL nixos-default
  MENU LABEL NixOS - Default
  LINUX ../nixos/x-linux-6.12-Image
  APPEND init=%s/init console=ttyS0
  FDTDIR ../nixos/x-dtbs

LABEL nixos-41
  MENU LABEL NixOS - Configuration 41 (2026-11-22 03:00 - 25.11)
  LINUX ../nixos/x-linux-6.12-Image
  APPEND init=%s/init console=ttyS0
"""


class Extlinux(Booting):
    def test_the_default_label(self) -> None:
        self.write('boot/extlinux/extlinux.conf', EXTLINUX % ('nixos-default', system(42), system(41)))
        self.boots(42)
        self.write('boot/extlinux/extlinux.conf', EXTLINUX % ('nixos-41', system(42), system(41)))
        self.boots(41)
        self.write('boot/extlinux/extlinux.conf', EXTLINUX % ('nixos-40', system(42), system(41)))
        self.unknown('nixos-40')


class Several(Booting):
    def test_the_loader_written_last_counts(self) -> None:
        self.write('boot/extlinux/extlinux.conf', EXTLINUX % ('nixos-default', system(42), system(41)), age=1000)
        self.write('boot/grub/grub.cfg', GRUB % ('1', system(1), system(3), system(2)), age=10)
        self.boots(1)
        self.write('efi/loader/entries/nixos-generation-5.conf', f'options {options(5)}\n', age=2000)
        self.boots(1)
        self.write('efi/loader/loader.conf', 'default nixos-generation-5.conf\n', age=1)
        self.boots(5)

    def test_none_at_all(self) -> None:
        self.unknown('No entries of systemd-boot, GRUB or extlinux')
        (self.boot / 'loader/entries').mkdir(parents=True)
        self.unknown('No entries')


if __name__ == '__main__':
    unittest.main()
