"""The one decision of a deploy: `commit` or `rollback`, made once by link(2), on disk before anybody acts on it."""

import os
from contextlib import suppress
from typing import Literal, NamedTuple

from . import files

Verb = Literal['commit', 'rollback']
By = Literal['checks', 'confirm', 'abort', 'deadline', 'stop', 'recover', 'worker']

_MODE = 0o640


class Decision(NamedTuple):
    verb: Verb
    by: str


def path_in(directory: str) -> str:
    return f'{directory}/decision'


def decide(directory: str, verb: Verb, by: By) -> Decision:
    """Makes the decision, or returns the one that somebody else made before; whoever asks must obey what it returns."""
    path = path_in(directory)
    standing = read(directory)
    if standing is not None:
        return standing
    temporary = files.temporary_file(path, f'{verb} {by}\n'.encode(), _MODE)
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
        files.sync_directory(directory)
    finally:
        os.unlink(temporary)
    made = read(directory)
    if made is None:
        raise RuntimeError(f'{path} was made and is gone again')
    return made


def read(directory: str) -> Decision | None:
    data = files.read(path_in(directory))
    if data is None:
        return None
    verb, _, by = data.decode('ascii', 'replace').strip().partition(' ')
    if verb not in ('commit', 'rollback'):
        raise ValueError(f'{path_in(directory)} holds {data[:80]!r}, expected "commit" or "rollback"')
    return Decision(verb, by)
