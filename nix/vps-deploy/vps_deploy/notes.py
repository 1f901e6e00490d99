"""Recorded closures: the note of a commit, its lines, and what their signatures are over. Pure.

A line is `<configuration> <store path>[ <signature>]`; other lines are somebody else's and mean nothing here.
"""

import os
import re
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from .text import escaped

REF = 'refs/notes/nixos-closures'
NAMESPACE = 'nixos-closures'
MAX_NOTE_BYTES = 1 << 20
MAX_LINES = 16
"""Of one configuration: each may cost two programs that check its signature."""
_SHOWN, _SHOWN_CHARACTERS = 5, 100

# A path that cannot be one is shown and refused, and not passed over.
_LINE = re.compile(r'(\S+) (/\S*)(?: ([A-Za-z0-9+/]+={0,2}))?')
_STORE_NAME = re.compile('[0-9a-df-np-sv-z]{32}-[0-9A-Za-z+_-][0-9A-Za-z.+_-]*')
_SCP = re.compile(r'(?:[^/:\[]*@)?(?:\[(?:[^\]/@]*@)?([^\]/@]+)\]|([^:/\[@]+)):(.*)')
_OWN_PORTS = {'https': 443, 'http': 80}


class Line(NamedTuple):
    """A store path that somebody says the configuration has at this commit. `signature`: base64; '' if there is none."""

    path: str
    signature: str


class Lines(NamedTuple):
    """The lines of one configuration, at most `MAX_LINES` of them; which configurations there are besides."""

    found: tuple[Line, ...]
    left_out: int
    others: tuple[str, ...]


def lines_of(note: str, configuration: str) -> Lines:
    matches = [match for line in note.split('\n') if (match := _LINE.fullmatch(line))]
    # Signed ones first: no flood of others keeps them from being looked at.
    wanted = sorted((match for match in matches if match[1] == configuration), key=lambda match: not match[3])
    found = tuple(Line(match[2], match[3] or '') for match in wanted[:MAX_LINES])
    others = dict.fromkeys(match[1] for match in matches if match[1] != configuration)
    return Lines(found, len(wanted) - len(found), tuple(escaped(name[:_SHOWN_CHARACTERS]) for name in [*others][:_SHOWN]))


def candidates(rev: str) -> list[str]:
    """Where the note of a commit may stand in the tree of the ref: flat, or below directories of two digits."""
    return ['/'.join([*(rev[at : at + 2] for at in range(0, depth, 2)), rev[depth:]]) for depth in range(0, 40, 2)]


def message(url: str, rev: str, configuration: str, path: str) -> str:
    """What a signature is over. `url` as `canonical_url` writes it."""
    return f'{url}\n{rev}\n{configuration}\n{path}\n'


def armored(signature: str) -> str:
    """The signature as ssh-keygen reads it."""
    rows = [signature[at : at + 70] for at in range(0, len(signature), 70)]
    return '\n'.join(['-----BEGIN SSH SIGNATURE-----', *rows, '-----END SSH SIGNATURE-----', ''])


def canonical_url(url: str) -> str:
    """One name for a repository, however it is reached; who signs a line writes the same."""
    if url.startswith(('/', 'file://')):
        return _without_suffix(url)
    if '://' not in url:
        match = _SCP.fullmatch(url)
        return _web('https', _bracketed(_without_port(match[1] or match[2])), match[3]) if match else url
    with suppress(ValueError):
        if known := _of_parts(urlsplit(url)):
            return known
    # Another protocol; or a port that is no number, half a bracket: git says what is wrong.
    return re.sub('(?<=://)[^/]*@', '', url)


def path_problem(path: str, store: str | None = None) -> str | None:
    """Why this cannot be a system in the store, or None. `store`: the store's directory."""
    directory, name = os.path.split(path)
    store = store or store_directory()
    if directory != store or not _STORE_NAME.fullmatch(name):
        return f'{escaped(path[:300])} is not a path of the store {store}'
    return f'{path} is a derivation, not what it builds' if name.endswith('.drv') else None


def store_directory() -> str:
    return os.environ.get('NIX_STORE_DIR') or '/nix/store'


def _of_parts(parts: SplitResult) -> str | None:
    host = _bracketed(parts.hostname or '')
    if parts.scheme == 'ssh':
        return _web('https', host, parts.path)
    if parts.scheme not in _OWN_PORTS:
        return None
    port = '' if parts.port in (None, _OWN_PORTS[parts.scheme]) else f':{parts.port}'
    return _web(parts.scheme, host + port, parts.path)


def _without_port(host: str) -> str:
    """Git takes `[host:port]:path` too; more colons than one are an address."""
    return host.partition(':')[0] if host.count(':') == 1 else host


def _bracketed(host: str) -> str:
    return f'[{host}]' if ':' in host else host


def _web(scheme: str, host: str, path: str) -> str:
    # GitHub takes SSH under this name where only the port of https is open.
    host = 'github.com' if host.lower() == 'ssh.github.com' else host
    return _without_suffix(f'{scheme}://{host}/{path.lstrip("/")}'.lower())


def _without_suffix(url: str) -> str:
    return url.rstrip('/').removesuffix('.git').rstrip('/')
