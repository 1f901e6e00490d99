"""What differs between two systems, by package name and version, and how large they are: from the store alone."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from .process import TimedOut, run
from .text import escaped

QUERY_SECONDS = 120.0

# Output names that nixpkgs appends to `name-version`; other suffixes are part of the version (`2.0-rc1`, `1.0-beta`).
_OUTPUTS = frozenset(
    (
        'bin cc data debug dev devdoc devman dist dnsutils doc env examples fonts getent headers host info lib lib32 '
        'lib64 libgcc locale login man modules mount out pc plugin py runtime scripts server shrunk static swap '
        'terminfo tools unwrapped utils wrapped'
    ).split()
)


class StoreUnreadable(Exception):
    """Nix could not say what a system consists of."""


class PathInfo(NamedTuple):
    """Of a store path: size in bytes as unpacked (NAR size), and the base names of the paths it refers to."""

    size: int
    references: tuple[str, ...]


class Change(NamedTuple):
    """One package; `before` and `after` are its versions (empty lists also for packages without a version)."""

    name: str
    before: list[str]
    after: list[str]
    bytes_before: int
    bytes_after: int

    def to_json(self) -> dict[str, object]:
        return {
            'name': self.name,
            'from': self.before,
            'to': self.after,
            'sizeBytes': {'from': self.bytes_before, 'to': self.bytes_after},
        }


class ClosureDiff(NamedTuple):
    """Sizes are bytes as unpacked (NAR size)."""

    added: list[Change]
    removed: list[Change]
    changed: list[Change]
    bytes_before: int
    bytes_after: int

    def to_json(self) -> dict[str, object]:
        return {
            'added': [_without(item.to_json(), 'from') for item in self.added],
            'removed': [_without(item.to_json(), 'to') for item in self.removed],
            'changed': [item.to_json() for item in self.changed],
            'sizeBytes': {'from': self.bytes_before, 'to': self.bytes_after},
        }


def name_and_version(store_path: str) -> tuple[str, str]:
    """Package name and version of a store path; the version is empty if it has none.

    As Nix does, the version begins at the first dash that a digit follows; names of outputs after it are left out.
    """
    base = re.sub(r'\A[0-9a-z]{32}-', '', os.path.basename(store_path)).removesuffix('.drv')
    match = re.fullmatch(r'(.+?)-([0-9].*)', base)
    if not match:
        return base, ''
    parts = match[2].split('-')
    while len(parts) > 1 and parts[-1] in _OUTPUTS:
        parts.pop()
    return match[1], '-'.join(parts)


def diff(old: str | Path | None, new: str | Path) -> ClosureDiff:
    """Compares two systems in the store. Raises StoreUnreadable."""
    old_path, new_path = os.path.realpath(old) if old is not None else None, os.path.realpath(new)
    paths = read_closures([path for path in (old_path, new_path) if path])
    return compare(reachable(paths, old_path) if old_path else {}, reachable(paths, new_path))


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> ClosureDiff:
    """`before` and `after`: size by store path. Packages whose set of versions is the same do not appear."""
    old, new = _by_name(before), _by_name(after)
    result = ClosureDiff([], [], [], sum(before.values()), sum(after.values()))
    for name in sorted({*old, *new}, key=str.lower):
        change = _change(name, old.get(name), new.get(name))
        if name not in old:
            result.added.append(change)
        elif name not in new:
            result.removed.append(change)
        elif change.before != change.after:
            result.changed.append(change)
    return result


def reachable(paths: Mapping[str, PathInfo], start: str) -> dict[str, int]:
    """Size by store path of `start` and all it refers to."""
    found: dict[str, int] = {}
    pending = [os.path.basename(start)]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = paths[name].size
            pending += paths[name].references
    return found


def read_closures(roots: Sequence[str]) -> dict[str, PathInfo]:
    """Everything the given store paths need, by base name. Raises StoreUnreadable."""
    argv = ['nix', '--extra-experimental-features', 'nix-command', 'path-info', '--json', '--recursive', *roots]
    try:
        done = run(argv, timeout=QUERY_SECONDS)
        if done.code != 0:
            # Later versions will ask which form is wanted, earlier ones do not know the question.
            done = run([*argv, '--json-format', '1'], timeout=QUERY_SECONDS)
        if done.code != 0:
            raise ValueError(done.stderr.strip())
        return parse_path_info(done.stdout)
    except (OSError, TimedOut, ValueError) as error:
        raise StoreUnreadable(f'The closure of {" and ".join(roots)} cannot be read: {escaped(str(error))}') from error


def parse_path_info(text: str) -> dict[str, PathInfo]:
    """Reads `nix path-info --json`: a list up to Nix 2.18, then an object by path, in format 2 one under `info`."""
    value = cast(object, json.loads(text))
    if isinstance(value, list):
        items = [(item.get('path'), item) for item in cast(list[dict[str, object]], value)]
    else:
        members = cast(dict[str, object], value)
        items = list(cast(dict[object, object], members.get('info', members)).items())
    return {os.path.basename(str(path)): _path_info(str(path), item) for path, item in items}


def _path_info(path: str, item: object) -> PathInfo:
    members = cast(dict[str, object], item) if isinstance(item, dict) else {}
    size, references = members.get('narSize'), members.get('references')
    if not isinstance(size, int) or not isinstance(references, list):
        raise ValueError(f'{path} is not in the store')
    return PathInfo(size, tuple(os.path.basename(str(name)) for name in cast(list[object], references)))


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts 2.9 before 2.10."""
    return [(1, int(part), '') if part.isdecimal() else (0, 0, part) for part in re.findall(r'[0-9]+|[^0-9]+', text)]


def _by_name(sizes_by_path: Mapping[str, int]) -> dict[str, tuple[set[str], int]]:
    found: dict[str, tuple[set[str], int]] = {}
    for path, size in sizes_by_path.items():
        name, version = name_and_version(path)
        versions, total = found.get(name, (set[str](), 0))
        found[name] = (versions | ({version} if version else set()), total + size)
    return found


def _change(name: str, old: tuple[set[str], int] | None, new: tuple[set[str], int] | None) -> Change:
    none = (set[str](), 0)
    (before, bytes_before), (after, bytes_after) = old or none, new or none
    return Change(name, sorted(before, key=natural), sorted(after, key=natural), bytes_before, bytes_after)


def _without(members: dict[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in members.items() if name != key}
