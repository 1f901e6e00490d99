"""What a system in the store says of itself, read from its files: nothing of a system that may be refused is run."""

import json
import os
import re
import stat
from typing import cast

from .notes import store_directory
from .text import escaped

_MAX_BYTES = 64 << 10
_SWITCH, _VERSION, _TOOL = 'bin/switch-to-configuration', 'nixos-version', 'sw/bin/nixos-version'

# The tool is a script, and what it answers to --json stands in it as one line of JSON.
_OBJECT = re.compile(r'\{[^{}\n]*\}')


class Undeclared(Exception):
    """The files of the system do not say which commit it was built from; the text says what was found."""


def problem_of(system: str, rev: str) -> str | None:
    """Why this is not the NixOS system of the commit, or None. What it says of itself is no proof, but a mistake shows."""
    if os.path.islink(system):
        return f'{system} is not a NixOS system but a link to {escaped(os.readlink(system)[:300])}: record what it leads to.'
    lacking = next((name for name in (_SWITCH, _VERSION) if _file_in(system, name) is None), None)
    if lacking or not os.access(f'{system}/{_SWITCH}', os.X_OK):
        return f'{system} is not a NixOS system: it has no {lacking or f"{_SWITCH} that can be run"}.'
    try:
        said = revision_of(system)
    except Undeclared as error:
        return str(error)
    if said is None:
        return (
            f'{system} does not say which commit it was built from (configurationRevision is null): '
            'set system.configurationRevision = self.rev in its configuration.'
        )
    if said != rev:
        return f'{system} says that it was built from {escaped(said[:60])}, not from commit {rev} it is recorded for.'
    return None


def revision_of(system: str) -> str | None:
    """`configurationRevision` as the system's own nixos-version would print it. Raises Undeclared."""
    file = _file_in(system, _TOOL)
    if file is None:
        raise Undeclared(f'{system} has no {_TOOL}, so it does not say which commit it was built from.')
    with open(file, 'rb') as opened:
        text = opened.read(_MAX_BYTES).decode('utf-8', 'replace')
    answers = [answer for found in _OBJECT.findall(text) if (answer := _answer(found)) is not None]
    revisions = {answer.get('configurationRevision') or None for answer in answers}
    if len(revisions) != 1:
        raise Undeclared(f'{system}/{_TOOL} is not the tool of NixOS: it does not say which commit it was built from.')
    return str(revision) if (revision := revisions.pop()) else None


def _answer(found: str) -> dict[str, str | None] | None:
    try:
        value = cast(object, json.loads(found))
    except (ValueError, RecursionError):
        return None
    answer = cast(dict[str, object], value)
    known = isinstance(answer.get('nixosVersion'), str)
    revision = answer.get('configurationRevision')
    return {'configurationRevision': revision if isinstance(revision, str) else None} if known else None


def _file_in(system: str, name: str) -> str | None:
    """The file a name in the system leads to; None if there is none, or if it is not in the store."""
    file = os.path.realpath(f'{system}/{name}')
    inside = file.startswith(f'{os.path.realpath(store_directory())}/')
    return file if inside and os.path.exists(file) and stat.S_ISREG(os.stat(file).st_mode) else None
