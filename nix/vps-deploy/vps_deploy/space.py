"""Whether there is room in the store and on the boot partition, asked before anything is written there."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

BOOT_ROOTS = (Path('/boot'), Path('/efi'), Path('/boot/efi'))
MARGIN_BYTES = 64 << 20
"""Left free in the store besides what is needed: databases, logs and profiles must still be written."""
BOOT_MARGIN_BYTES = 1 << 20
MIN_INODES = 1000

_STORE_NAME = re.compile('[0-9a-z]{32}-')

# Where the boot loaders keep copies of kernels: systemd-boot, GRUB, extlinux.
_KERNEL_DIRS = ('EFI/nixos', 'kernels', 'nixos')


class Room(NamedTuple):
    """Free bytes, and free inodes (None: the file system has no fixed number of them)."""

    bytes: int
    inodes: int | None


def problems(
    needed_bytes: int,
    new: str | Path | None,
    current: str | Path | None = None,
    *,
    store: Path = Path('/nix/store'),
    boot_roots: Sequence[Path] = BOOT_ROOTS,
    room_of: Callable[[Path], Room] | None = None,
) -> list[str]:
    """A sentence for each file system that is too full.

    `needed_bytes`: what will be added to the store. `new`: the built system, whose kernel and initrd the boot loader
    will copy (None: not built yet, so only the store is looked at). `current`: the system whose boot files are there
    already in any case.
    """
    room = room_of or _room
    found = _store_problems(needed_bytes, room(store), store)
    if new is None:
        return found
    for root in _kernel_stores(boot_roots):
        needed = _boot_bytes(Path(new), Path(current) if current else None, root)
        free = room(root).bytes
        if needed and needed + BOOT_MARGIN_BYTES > free:
            found.append(
                f'{root} has {_mib(free)} free, but kernel and initrd of the new system need {_mib(needed)}: '
                'remove old generations (nix-collect-garbage --delete-older-than 14d).'
            )
    return found


def _store_problems(needed_bytes: int, room: Room, store: Path) -> list[str]:
    found: list[str] = []
    if needed_bytes + MARGIN_BYTES > room.bytes:
        found.append(
            f'{store} has {_mib(room.bytes)} free, but the new system needs {_mib(needed_bytes)} more '
            f'and {_mib(MARGIN_BYTES)} must stay free: run nix-collect-garbage -d, or enlarge the disk.'
        )
    if room.inodes is not None and room.inodes < MIN_INODES:
        found.append(f'{store} has only {room.inodes} inodes free: run nix-collect-garbage -d.')
    return found


def _room(path: Path) -> Room:
    stat = os.statvfs(path)
    return Room(stat.f_bavail * stat.f_frsize, stat.f_favail if stat.f_files else None)


def _kernel_stores(roots: Iterable[Path]) -> list[Path]:
    """Boot partitions that hold copies of kernels, each once."""
    found: dict[int, Path] = {}
    for root in roots:
        if any((root / name).is_dir() for name in _KERNEL_DIRS):
            found.setdefault((root.stat()).st_dev, root)
    return list(found.values())


def _boot_bytes(new: Path, current: Path | None, root: Path) -> int:
    """How much the loader will have to copy: a copy bears the name of the store path it is from."""
    present = [name for sub in _KERNEL_DIRS if (root / sub).is_dir() for name in os.listdir(root / sub)]
    there_already = {os.path.realpath(current / kind) for kind in ('kernel', 'initrd')} if current else set[str]()
    needed = 0
    for kind in ('kernel', 'initrd'):
        file = os.path.realpath(new / kind)
        key = next((part for part in Path(file).parts if _STORE_NAME.match(part)), file)
        copied = any(key in name for name in present) or file in there_already
        needed += 0 if copied or not os.path.isfile(file) else os.path.getsize(file)
    return needed


def _mib(size: int) -> str:
    return f'{size / (1 << 20):.1f} MiB'
