"""What differs between two systems, by package name and version, and how large they are: from the store alone."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .process import TimedOut, run
from .text import escaped

QUERY_SECONDS = 120.0
_BATCH = 500

# Output names that nixpkgs appends to `name-version`; other suffixes are part of the version (`2.0-rc1`, `1.0-beta`).
_OUTPUTS = (
    'bin|cc|data|debug|dev|devdoc|devman|dist|doc|env|examples|fonts|getent|headers|host|dnsutils|info|lib|lib32|lib64'
    '|libgcc|locale|login|man|modules|modules-shrunk|mount|out|pc|plugin|py|runtime|scripts|server|static|swap|terminfo'
    '|tools|utils|unwrapped|wrapped'
)
_NAME = re.compile(rf'(?P<name>.+?)-(?P<version>\d.*?)(?:-(?:{_OUTPUTS}))*\Z')


class StoreUnreadable(Exception):
    """Nix could not say what a system consists of."""


@dataclass(frozen=True)
class Change:
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


@dataclass(frozen=True)
class ClosureDiff:
    """Sizes are bytes as unpacked (NAR size)."""

    added: list[Change] = field(default_factory=list[Change])
    removed: list[Change] = field(default_factory=list[Change])
    changed: list[Change] = field(default_factory=list[Change])
    bytes_before: int = 0
    bytes_after: int = 0

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
    match = _NAME.match(base)
    return (match['name'], match['version']) if match else (base, '')


def diff(old: str | Path | None, new: str | Path) -> ClosureDiff:
    """Compares two systems in the store. Raises StoreUnreadable."""
    return compare(sizes(old) if old is not None else {}, sizes(new))


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> ClosureDiff:
    """`before` and `after`: size by store path. Packages whose set of versions is the same do not appear."""
    old, new = _by_name(before), _by_name(after)
    result = ClosureDiff(bytes_before=sum(before.values()), bytes_after=sum(after.values()))
    for name in sorted({*old, *new}, key=str.lower):
        change = _change(name, old.get(name), new.get(name))
        if name not in old:
            result.added.append(change)
        elif name not in new:
            result.removed.append(change)
        elif change.before != change.after:
            result.changed.append(change)
    return result


def sizes(system: str | Path) -> dict[str, int]:
    """NAR size in bytes by store path of everything `system` needs. Raises StoreUnreadable."""
    # Not by `nix path-info --json`: its form differs between versions, and will again.
    path = os.path.realpath(system)
    try:
        paths = _query('--requisites', [path])
        found: list[str] = []
        for start in range(0, len(paths), _BATCH):
            found += _query('--size', paths[start : start + _BATCH])
        return {item: int(size) for item, size in zip(paths, found, strict=True)}
    except (OSError, TimedOut, ValueError) as error:
        raise StoreUnreadable(f'The closure of {path} cannot be read: {escaped(str(error))}') from error


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts 2.9 before 2.10."""
    return [(1, int(part), '') if part.isdecimal() else (0, 0, part) for part in re.findall(r'[0-9]+|[^0-9]+', text)]


def _query(what: str, paths: list[str]) -> list[str]:
    done = run(['nix-store', '--query', what, *paths], timeout=QUERY_SECONDS)
    if done.code != 0:
        raise ValueError(done.stderr.strip())
    return done.stdout.split()


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
