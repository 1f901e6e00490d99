"""An entry that the boot loader starts once: the default stays what it is, and is what the boot after that starts.

systemd-boot  the EFI variable LoaderEntryOneShot, set by bootctl; where variables cannot be written, an entry with one
              try left that is `preferred` (systemd-boot 260): once that try is used up, the loader passes it over
GRUB          next_entry in its environment block, set by grub-reboot, if GRUB itself can write there to forget it again
"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from . import bootentry, files
from .mounts import filesystem_of
from .process import TimedOut, run

_VENDOR = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'
_STARTS_ONCE = 1 << 3
"""EFI_LOADER_FEATURE_ENTRY_ONESHOT, https://systemd.io/BOOT_LOADER_INTERFACE"""
_SECONDS = 30.0
_COPY_ON_WRITE = ('btrfs', 'zfs', 'bcachefs')
"""GRUB writes its environment block in place, which these do not bear; nor do volumes it has to put together itself."""

Kind = Literal['efi-variable', 'boot-counting', 'grub']


class OneShotFailed(Exception):
    """The loader was not told, or not to be told; the text says what and why."""


class Places(NamedTuple):
    """Where the files of a loader are looked for, and the variables of the firmware."""

    roots: Sequence[Path] = bootentry.ROOTS
    efivars: Path = Path('/sys/firmware/efi/efivars')


HERE = Places()


class Means(NamedTuple):
    """How this host's loader starts an entry once; `root` is where its files are."""

    kind: Kind
    root: Path
    places: Places = HERE

    def set(self, system: str, default: str) -> None:
        """The next boot starts `system`, every later one `default`. Raises OneShotFailed."""
        match self.kind:
            case 'efi-variable':
                self._bootctl(self._entry_of(system).id)
            case 'boot-counting':
                self._count(self._entry_of(system), self._entry_of(default))
            case 'grub':
                _tell(['grub-reboot', f'--boot-directory={self.root}', _grub_path(self.root, system)])

    def clear(self) -> None:
        """The next boot starts the default. Fine if that is so already. Raises OneShotFailed."""
        match self.kind:
            case 'efi-variable':
                if _variable(self.places, 'LoaderEntryOneShot'):
                    self._bootctl('')
            case 'boot-counting':
                self._prefer(None)
            case 'grub':
                if (block := self.root / 'grub/grubenv').exists():
                    _tell(['grub-editenv', str(block), 'unset', 'next_entry'])

    def forget_tries(self, system: str) -> None:
        """Its entry is good: it stays one that may be started, however often."""
        if self.kind != 'grub':
            entry = self._entry_of(system)
            _rename(entry.file, entry.id)

    def _bootctl(self, id: str) -> None:
        """Sets the variable, or removes it for an empty id."""
        _tell(['bootctl', 'set-oneshot', id])
        if (found := _variable(self.places, 'LoaderEntryOneShot')) != id:
            raise OneShotFailed(f'bootctl set-oneshot "{id}" succeeded, but LoaderEntryOneShot is "{found}"')

    def _entry_of(self, system: str) -> bootentry.Entry:
        for entry in bootentry.entries(self.places.roots):
            if bootentry.system_in(entry.text, '') == Path(system):
                return entry
        raise OneShotFailed(f'no boot entry names {system}')

    def _count(self, entry: bootentry.Entry, default: bootentry.Entry) -> None:
        # A boot that is cut off between the two finds a default that is not preferred, but still is the default.
        self._prefer(default.id)
        _rename(entry.file, f'{Path(entry.id).stem}+1{Path(entry.id).suffix}')
        self._prefer(entry.id, default.id)

    def _prefer(self, preferred: str | None, default: str | None = None) -> None:
        """Without `preferred`, the default is preferred again."""
        for conf in bootentry.loader_confs(self.places.roots):
            text = conf.read_text(encoding='utf-8')
            default = default or preferred or _value_of(text, 'default')
            if default is None:
                raise OneShotFailed(f'{conf} names no default')
            text = _with_value(_with_value(text, 'default', default), 'preferred', preferred or default)
            files.write(str(conf), text.encode(), files.SECRET_MODE)


def means(places: Places = HERE) -> Means | None:
    """None where the loader cannot, or where it is not known what it starts. Root."""
    try:
        found = bootentry.loader(places.roots)
        if isinstance(found, bootentry.Unknown) or isinstance(found.system, bootentry.Unknown):
            return None
        kind = _kind(found, places)
    except OSError:
        return None
    return None if kind is None else Means(kind, found.root, places)


def can_try(state_dir: str) -> bool:
    """Whether a boot can be tried: by the loader, and by what is known of it being there after that boot. Root."""
    return filesystem_of(state_dir) not in ('tmpfs', 'ramfs') and means() is not None


def _kind(found: bootentry.Loader, places: Places) -> Kind | None:
    if found.kind == 'systemd-boot':
        if _can_set_variables(places):
            return 'efi-variable'
        return 'boot-counting' if _knows_preferred(places) else None
    return 'grub' if found.kind == 'grub' and _grub_forgets(found.root / 'grub') else None


def _can_set_variables(places: Places) -> bool:
    try:
        features = int.from_bytes(_file_of(places, 'LoaderFeatures').read_bytes()[4:12], 'little')
        is_writable = not os.statvfs(places.efivars).f_flag & os.ST_RDONLY
    except OSError:
        return False
    return bool(features & _STARTS_ONCE) and is_writable and shutil.which('bootctl') is not None


def _knows_preferred(places: Places) -> bool:
    """NixOS writes this with boot counting, which it has for loaders of 260 and later only."""
    confs = bootentry.loader_confs(places.roots)
    return any(_value_of(conf.read_text(encoding='utf-8'), 'preferred') for conf in confs)


def _grub_forgets(directory: Path) -> bool:
    if not all(map(shutil.which, ('grub-reboot', 'grub-editenv', 'grub-probe'))):
        return False
    try:
        probed = run(['grub-probe', '--target=abstraction', str(directory)], timeout=_SECONDS)
    except (OSError, TimedOut):
        return False
    text = (directory / 'grub.cfg').read_text(encoding='utf-8', errors='replace')
    return probed.code == 0 and can_forget(text, filesystem_of(directory), probed.stdout.split())


def can_forget(config: str, filesystem: str, abstractions: Sequence[str]) -> bool:
    """Whether GRUB takes the entry out of its environment block again when it has started it."""
    is_written_in_place = filesystem not in _COPY_ON_WRITE and not {'lvm', 'diskfilter'} & set(abstractions)
    return is_written_in_place and 'save_env next_entry' in config


def _grub_path(root: Path, system: str) -> str:
    """The entry by its place at each level of the menu, such as `1>0`: titles may hold any character."""
    text = (root / 'grub/grub.cfg').read_text(encoding='utf-8', errors='replace')
    path = _place_in(bootentry.grub_menu(text), system)
    if path is None:
        raise OneShotFailed(f'no entry of {root}/grub/grub.cfg names {system}')
    return '>'.join(map(str, path))


def _place_in(entries: Sequence[bootentry.Menu], system: str) -> list[int] | None:
    for number, entry in enumerate(entries):
        if entry.entries:
            within = _place_in(entry.entries, system)
            if within is not None:
                return [number, *within]
        elif bootentry.system_in(entry.text, '') == Path(system):
            return [number]
    return None


def _variable(places: Places, name: str) -> str:
    """Four bytes of attributes, then UTF-16; empty if there is none."""
    try:
        return _file_of(places, name).read_bytes()[4:].decode('utf-16-le', 'replace').rstrip('\0')
    except FileNotFoundError:
        return ''


def _file_of(places: Places, name: str) -> Path:
    return places.efivars / f'{name}-{_VENDOR}'


def _tell(argv: Sequence[str]) -> None:
    try:
        done = run(argv, timeout=_SECONDS)
    except (OSError, TimedOut) as error:
        raise OneShotFailed(f'{argv[0]}: {error}') from error
    if done.code != 0:
        raise OneShotFailed(f'{" ".join(argv)} ended with {done.code}: {(done.stderr or done.stdout).strip()}')


def _rename(file: Path, name: str) -> None:
    if file.name != name:
        os.rename(file, file.with_name(name))
        files.sync_directory(str(file.parent))


def _value_of(text: str, key: str) -> str | None:
    values = re.findall(rf'^\s*{key}\s+(\S.*?)\s*$', text, re.MULTILINE)
    return values[-1] if values else None


def _with_value(text: str, key: str, value: str) -> str:
    lines = [line for line in text.splitlines() if line.split()[:1] != [key]]
    return '\n'.join([f'{key} {value}', *lines, ''])
