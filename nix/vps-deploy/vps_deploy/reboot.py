"""Whether a system needs a reboot to take effect, compared with what is booted; and which commit a system is."""

import json
import os
import re
from pathlib import Path
from typing import cast

from .process import TimedOut, run

BOOTED = Path('/run/booted-system')
_INIT = 'init-interface-version'
_LINKS = ('kernel', 'initrd', 'kernel-modules')
_STORE_NAME = re.compile(r'/nix/store/[0-9a-z]{32}-')


def reasons(booted: str | Path, new: str | Path) -> list[str]:
    """`name: old -> new` for each part that only a boot can change; empty if none differs.

    Systems say themselves what it is (`reboot-triggers`); for older ones kernel, initrd, modules and kernel
    parameters are compared. No switch activates a system with another `init-interface-version`. An unknown booted
    system (a container, a first boot) gives no reason.
    """
    booted, new = Path(os.path.realpath(booted)), Path(os.path.realpath(new))
    if booted == new or not booted.is_dir():
        return []
    before, after = _triggers(booted), _triggers(new)
    if before is None or after is None:
        before, after = _links(booted), _links(new)
    before, after = before | _text_of(booted, _INIT), after | _text_of(new, _INIT)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [f'{name}: {_change(before.get(name), after.get(name))}' for name in names]


def _triggers(system: Path) -> dict[str, str] | None:
    try:
        value = cast(object, json.loads((system / 'reboot-triggers').read_text(encoding='utf-8')))
    except (OSError, ValueError):
        return None
    if not isinstance(value, dict):
        return None
    items = cast(dict[str, object], value).items()
    return {name: item if isinstance(item, str) else json.dumps(item, sort_keys=True) for name, item in items}


def _links(system: Path) -> dict[str, str]:
    found = {name: os.path.realpath(system / name) for name in _LINKS if os.path.lexists(system / name)}
    return found | _text_of(system, 'kernel-params')


def _text_of(system: Path, name: str) -> dict[str, str]:
    try:
        return {name: (system / name).read_text(encoding='utf-8', errors='replace').strip()}
    except OSError:
        return {}


def _change(before: str | None, after: str | None) -> str:
    old, new = _short(before), _short(after)
    return f'{old} -> {new}{" (built anew)" if old == new else ""}'


def _short(value: str | None) -> str:
    if value is None:
        return 'none'
    short = _STORE_NAME.sub('', value)
    return short if len(short) <= 200 else f'{short[:197]}...'


_revisions: dict[str, str | None] = {}


def revision_of(system: str | Path) -> str | None:
    """The commit a system says it was built from (`system.configurationRevision`), or None. Asked once a path."""
    real = os.path.realpath(system)
    if real not in _revisions:
        _revisions[real] = _asked(real)
    return _revisions[real]


def _asked(system: str) -> str | None:
    program = f'{system}/sw/bin/nixos-version'
    if not os.access(program, os.X_OK):
        return None
    try:
        done = run([program, '--json'], timeout=15)
        answer = cast(object, json.loads(done.stdout))
    except (OSError, TimedOut, ValueError):
        return None
    revision = cast(dict[str, object], answer).get('configurationRevision') if isinstance(answer, dict) else None
    return revision if isinstance(revision, str) and re.fullmatch('[0-9a-f]{40}(-dirty)?', revision) else None
