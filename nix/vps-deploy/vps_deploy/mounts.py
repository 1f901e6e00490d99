"""The disks of a system: what it declares (fstab, crypttab) and what is mounted now, with names resolved to devices."""

import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast


class Entry(NamedTuple):
    """A line of fstab."""

    spec: str
    target: str
    type: str
    options: tuple[str, ...]

    @property
    def is_bind(self) -> bool:
        return bool({'bind', 'rbind'} & set(self.options))

    @property
    def is_initrd(self) -> bool:
        return 'x-initrd.mount' in self.options

    def option(self, name: str) -> str | None:
        values = [item.partition('=')[2] for item in self.options if item.startswith(f'{name}=')]
        return values[-1] if values else None


class Mounted(NamedTuple):
    """A line of mountinfo: `device` is `major:minor`, `root` the directory of the file system that is mounted."""

    target: str
    device: str
    root: str
    type: str
    source: str
    super_options: tuple[str, ...] = ()


class Layout(NamedTuple):
    """What a system declares: file systems by mount point, swap, and LUKS mappings (device by name)."""

    mounts: Mapping[str, Entry]
    swaps: tuple[Entry, ...]
    luks: Mapping[str, str]


class World(NamedTuple):
    """What is so now, and how names are resolved.

    `device_of(path)` is `major:minor` of a block device or `file:<path>` of a file, None if there is nothing there;
    `same(a, b)` whether two paths are one directory; `slaves`: for each active mapping by name, its own number and
    those of the devices below; `members`: the devices of a file system that has several (btrfs), by each of them.
    """

    mounts: Mapping[str, Mounted]
    swaps: frozenset[str]
    slaves: Mapping[str, tuple[str, frozenset[str]]]
    members: Mapping[str, frozenset[str]]
    device_of: Callable[[str], str | None]
    same: Callable[[str, str], bool]


def read_layout(system: Path) -> Layout:
    """From `etc/fstab`, `etc/crypttab` and, for mappings the initrd opens, `etc/vps-deploy/layout.json`."""
    entries = list(parse_fstab(_read(system / 'etc/fstab')))
    luks = {fields[0]: fields[1] for fields in _fields(_read(system / 'etc/crypttab')) if len(fields) > 1}
    declared = _json(_read(system / 'etc/vps-deploy/layout.json')).get('luks')
    if isinstance(declared, dict):
        luks |= {name: str(device) for name, device in cast(dict[str, object], declared).items()}
    mounts = {entry.target: entry for entry in entries if entry.type != 'swap' and entry.target.startswith('/')}
    return Layout(mounts, tuple(entry for entry in entries if entry.type == 'swap'), luks)


def parse_fstab(text: str) -> Iterator[Entry]:
    for fields in _fields(text):
        if len(fields) >= 3:
            spec, target, kind = fields[:3]
            options = fields[3] if len(fields) > 3 else 'defaults'
            yield Entry(spec, target.rstrip('/') or '/', kind, tuple(options.split(',')))


def parse_mountinfo(text: str) -> dict[str, Mounted]:
    """By mount point; where several are stacked, the topmost. An automount that has not been triggered is none."""
    found: dict[str, Mounted] = {}
    for fields in _fields(text):
        end = fields.index('-')
        kind, source, *options = fields[end + 1 :]
        target = fields[4]
        found[target] = Mounted(target, fields[2], fields[3], kind, source, tuple(','.join(options).split(',')))
    return {target: mounted for target, mounted in found.items() if mounted.type != 'autofs'}


def filesystem_of(path: str | Path) -> str:
    """The type of the file system that holds `path`, such as ext4."""
    mounts = parse_mountinfo(_read(Path('/proc/self/mountinfo')))
    real = Path(os.path.realpath(path))
    return next(mounts[str(place)].type for place in (real, *real.parents) if str(place) in mounts)


def _fields(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith('#'):
            yield [re.sub(r'\\([0-7]{3})', lambda match: chr(int(match[1], 8)), field) for field in line.split()]


def _json(text: str) -> dict[str, object]:
    value = cast(object, json.loads(text or '{}'))
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding='utf-8', errors='surrogateescape')
    except FileNotFoundError:
        return ''


def read_world() -> World:
    """Looks at this machine."""
    for directory in ('/boot', '/efi'):
        # They may be mounted on demand only; other file systems of that kind are left alone, a server may be away.
        with suppress(OSError):
            os.listdir(directory)
    swaps = (device_of(fields[0]) for fields in _fields(_read(Path('/proc/swaps'))) if fields[0].startswith('/'))
    return World(
        mounts=parse_mountinfo(_read(Path('/proc/self/mountinfo'))),
        swaps=frozenset(filter(None, swaps)),
        slaves=_mappings(Path('/sys/block')),
        members=_btrfs_members(Path('/sys/fs/btrfs')),
        device_of=device_of,
        same=_same,
    )


def device_of(path: str, look: Callable[[str], os.stat_result] = os.stat) -> str | None:
    """`major:minor` of a block device, `file:<real path>` of anything else, None if there is nothing."""
    try:
        status = look(path)
    except OSError:
        return None
    if stat.S_ISBLK(status.st_mode):
        return f'{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}'
    return f'file:{os.path.realpath(path)}'


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _mappings(blocks: Path) -> dict[str, tuple[str, frozenset[str]]]:
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for directory in blocks.glob('dm-*'):
        slaves = frozenset(_read(slave / 'dev').strip() for slave in (directory / 'slaves').glob('*'))
        found[_read(directory / 'dm/name').strip()] = (_read(directory / 'dev').strip(), slaves)
    return found


def _btrfs_members(file_systems: Path) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for directory in file_systems.glob('*/devices'):
        members = frozenset(_read(device / 'dev').strip() for device in directory.glob('*'))
        found |= {member: members for member in members}
    return found
