"""Whether a new system keeps the disks as they are mounted: judged by what is mounted, not by what it is called."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from .mounts import Entry, Layout, Mounted, World, read_layout, read_world

# File systems that hold no data of a disk: their size and options may change at will.
_PSEUDO = frozenset(
    'autofs bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc pstore'
    ' ramfs rpc_pipefs securityfs sysfs tmpfs tracefs'.split()
)
# Named by something that is no device here.
_NAMED = frozenset('zfs nfs nfs4 cifs smb3 9p virtiofs ceph overlay glusterfs'.split())
_BY = {'UUID': 'by-uuid', 'LABEL': 'by-label', 'PARTUUID': 'by-partuuid', 'PARTLABEL': 'by-partlabel', 'ID': 'by-id'}


def layout_problems(running: str | Path, new: str | Path) -> list[str]:
    """A sentence for each mounted disk, swap or LUKS mapping that `new` removes or takes from elsewhere."""
    return compare(read_layout(Path(running)), read_layout(Path(new)), read_world())


def compare(old: Layout, new: Layout, world: World) -> list[str]:
    found = [problem for entry in old.mounts.values() if (problem := _mount_problem(entry, new, world))]
    found += [problem for entry in old.swaps if (problem := _swap_problem(entry, new, world))]
    found += [problem for name in old.luks if (problem := _luks_problem(name, old, new, world))]
    return found


def _mount_problem(old: Entry, new: Layout, world: World) -> str | None:
    mounted = world.mounts.get(old.target)
    if mounted is None and not old.is_initrd:
        return None
    entry = new.mounts.get(old.target)
    where = f'File system {old.target}'
    if entry is None:
        return None if _is_pseudo(old, mounted) else f'{where} is mounted, but the new system does not have it.'
    if _is_pseudo(old, mounted) and _is_pseudo(entry, None):
        return None
    if _type_differs(old, entry, mounted):
        return f'{where} is {mounted.type if mounted else old.type}, but {entry.type} in the new system.'
    if old.is_bind or entry.is_bind:
        return _bind_problem(old, entry, world)
    return _device_problem(old, entry, mounted, new, world) or _subvolume_problem(old, entry, mounted)


def _is_pseudo(entry: Entry, mounted: Mounted | None) -> bool:
    return (mounted.type if mounted else entry.type) in _PSEUDO and not entry.is_bind


def _type_differs(old: Entry, entry: Entry, mounted: Mounted | None) -> bool:
    # The kernel may call it otherwise than fstab does (fuseblk for ntfs), so what fstab said before is as good.
    accepted = {old.type, 'auto', *([mounted.type] if mounted else [])}
    return not (old.is_bind or entry.is_bind) and entry.type not in accepted


def _bind_problem(old: Entry, entry: Entry, world: World) -> str | None:
    where = f'File system {old.target}'
    if old.is_bind != entry.is_bind:
        return f'{where} is {"a bind mount" if old.is_bind else "no bind mount"}, but not so in the new system.'
    if _normal(old.spec) == _normal(entry.spec) or world.same(entry.spec, old.target):
        return None
    return f'{where} is bound to {old.spec}, but to {entry.spec} in the new system.'


def _device_problem(old: Entry, entry: Entry, mounted: Mounted | None, new: Layout, world: World) -> str | None:
    where = f'File system {old.target}'
    wanted = _identity(entry, new.luks, world)
    if wanted is None and entry.spec == old.spec:
        return None
    if wanted is None:
        return f'{where} would be {entry.spec} in the new system, and there is no such device.'
    if wanted in _identities(old, mounted, world):
        return None
    return f'{where} is on {mounted.source if mounted else old.spec}, but on {entry.spec} in the new system.'


def _identities(old: Entry, mounted: Mounted | None, world: World) -> frozenset[str]:
    """All that the mounted file system may rightly be called."""
    if mounted is None:
        own = _identity(old, {}, world)
        return frozenset([own] if own else [])
    if mounted.type in _NAMED or _is_named(old):
        return frozenset([f'{mounted.type}:{mounted.source}', f'{old.type}:{old.spec}'])
    # btrfs and others have a device number of no device: then the source's counts, which may name several.
    devices = {mounted.device, *filter(None, map(world.device_of, mounted.source.split(':')))}
    return frozenset(name for device in devices for name in world.members.get(device, frozenset([device])))


def _identity(entry: Entry, luks: Mapping[str, str], world: World) -> str | None:
    return f'{entry.type}:{entry.spec}' if _is_named(entry) else _device(entry.spec, luks, world)


def _is_named(entry: Entry) -> bool:
    return entry.type in _NAMED or entry.type.startswith('fuse.')


def _device(spec: str, luks: Mapping[str, str], world: World) -> str | None:
    """The device that `spec` means; a mapping that is open under another name is found by what lies below it."""
    path = _path_of(spec)
    found = world.device_of(path)
    name = path.removeprefix('/dev/mapper/')
    if found is None and name in luks:
        below = world.device_of(_path_of(luks[name]))
        return next((number for number, slaves in world.slaves.values() if below in slaves), None)
    return found


def _path_of(spec: str) -> str:
    key, separator, value = spec.partition('=')
    if separator and key in _BY:
        # udev writes what cannot stand in a file name as \xNN.
        value = re.sub(
            r'[^A-Za-z0-9#+\-.:=@_]',
            lambda match: ''.join(f'\\x{byte:02x}' for byte in match[0].encode()),
            value.strip('"'),
        )
        return f'/dev/disk/{_BY[key]}/{value}'
    return spec


def _subvolume_problem(old: Entry, entry: Entry, mounted: Mounted | None) -> str | None:
    where, wanted = f'File system {old.target}', entry.option('subvol')
    if wanted is not None:
        is_so = _normal(mounted.root) if mounted else _normal(old.option('subvol') or '/')
        if _normal(wanted) != is_so:
            return f'{where} is subvolume {is_so}, but {_normal(wanted)} in the new system.'
        return None
    if (number := entry.option('subvolid')) is not None:
        mounted_options = mounted.super_options if mounted else old.options
        if f'subvolid={number}' not in {
            option.replace('=0', '=5') if option == 'subvolid=0' else option for option in mounted_options
        }:
            return f'{where} is another subvolume than number {number} of the new system.'
        return None
    if old.option('subvol') is not None or old.option('subvolid') is not None:
        return f'{where} is a subvolume ({old.option("subvol") or old.option("subvolid")}), but none in the new system.'
    return None


def _swap_problem(old: Entry, new: Layout, world: World) -> str | None:
    device = _device(old.spec, {}, world)
    if device is None or device not in world.swaps:
        return None
    if device in {_device(entry.spec, new.luks, world) for entry in new.swaps}:
        return None
    return f'Swap {old.spec} is in use, but the new system does not have it.'


def _luks_problem(name: str, old: Layout, new: Layout, world: World) -> str | None:
    if name not in world.slaves:
        return None
    _, below = world.slaves[name]
    if {_device(device, {}, world) for device in new.luks.values()} & below:
        return None
    if name in new.luks:
        return f'LUKS mapping {name} is on {old.luks[name]}, but on {new.luks[name]} in the new system.'
    return f'LUKS mapping {name} is open, but the new system does not have it.'


def _normal(path: str) -> str:
    return str(PurePosixPath('/', *PurePosixPath(path).parts[path.startswith('/') :])) if path else '/'
