"""What is asked of Nix for a commit, and what it answers: the flake's address, the plan, sizes. Pure."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from .config import Repository
from .nixlog import EvalError

LFS_VERSION = (2, 27)

_HASHED = r'(/\S*/[0-9a-z]{32}-\S+)'
_SIZES = re.compile(r'will be fetched \(([\d.]+) (\w+) download, ([\d.]+) (\w+) unpacked\)')
_UNITS = {'bytes': 1, 'B': 1, 'KiB': 1 << 10, 'MiB': 1 << 20, 'GiB': 1 << 30, 'TiB': 1 << 40}


class EvalFailed(Exception):
    """The commit gives no system. `error` holds the place in the repository, if Nix named one."""

    def __init__(self, message: str, error: EvalError | None = None) -> None:
        super().__init__(message)
        self.error = error


class Resolved(NamedTuple):
    """What a commit evaluates to, and what is missing in the store. Sizes are rounded as Nix prints them."""

    drv: str
    out: str
    to_build: tuple[str, ...] = ()
    to_fetch: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Paths that can be neither built nor fetched."""
    download_bytes: int = 0
    unpacked_bytes: int = 0


def flake_reference(repository: Repository, mirror: Path, rev: str, version: tuple[int, ...]) -> str:
    """The flake at the commit, without an attribute.

    Usually read from the mirror. Submodules and LFS objects are not in it, and relative addresses of submodules mean
    the repository's own place: with them Nix fetches the very same commit from there.
    """
    if repository.lfs and version < LFS_VERSION:
        raise EvalFailed(f'repository.lfs needs Nix {dotted(LFS_VERSION)} or later, this is {dotted(version)}.')
    query = [f'ref={quote(f"refs/heads/{repository.branch}")}', f'rev={rev}']
    if repository.flake_dir.strip('/') not in ('', '.'):
        query.append(f'dir={quote(repository.flake_dir.strip("/"))}')
    query += ['submodules=1'] * repository.submodules + ['lfs=1'] * repository.lfs
    whole = repository.submodules or repository.lfs
    url = _as_url(repository.url) if whole else f'file://{quote(str(mirror))}'
    return f'git+{url}{"&" if "?" in url else "?"}{"&".join(query)}'


def parse_missing(text: str) -> Resolved:
    """Reads what `nix build --dry-run` prints; of the result, `drv` and `out` are empty."""
    lists: dict[str, list[str]] = {'build': [], 'fetch': [], 'unknown': []}
    current: list[str] | None = None
    sizes = (0, 0)
    for line in text.splitlines():
        if match := re.fullmatch(rf'  {_HASHED}', line):
            if current is not None:
                current.append(match[1])
        elif line.endswith('will be built:'):
            current = lists['build']
        elif 'will be fetched' in line:
            current = lists['fetch']
            sizes = _sizes(line)
        elif line.startswith("don't know how to build these paths"):
            current = lists['unknown']
        else:
            current = None
    return Resolved('', '', tuple(lists['build']), tuple(lists['fetch']), tuple(lists['unknown']), *sizes)


def _sizes(line: str) -> tuple[int, int]:
    match = _SIZES.search(line)
    if not match:
        return 0, 0
    return _bytes(match[1], match[2]), _bytes(match[3], match[4])


def _bytes(number: str, unit: str) -> int:
    return round(float(number) * _UNITS.get(unit, 1))


def _as_url(url: str) -> str:
    """Git's `user@host:path` and plain paths, as URLs."""
    if '://' in url:
        return url
    if url.startswith('/'):
        return f'file://{quote(url)}'
    host, _, path = url.partition(':')
    return f'ssh://{host}/{path.lstrip("/")}'


def dotted(version: Iterable[int]) -> str:
    return '.'.join(map(str, version))
