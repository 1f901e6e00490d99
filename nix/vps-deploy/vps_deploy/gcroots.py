"""What must not be collected while a deploy is active: its system, the one before it, and these programs.

The root `trial` also tells the guard, before anything but the store is there, that this boot is one.
"""

import os
from collections.abc import Collection
from contextlib import suppress

NAMES = ('system', 'previous', 'tools', 'trial')


def directory() -> str:
    return f'{os.environ.get("NIX_STATE_DIR") or "/nix/var/nix"}/gcroots'


def path(id: str, name: str) -> str:
    return f'{directory()}/vps-deploy/{id}-{name}'


def prepare() -> None:
    os.makedirs(f'{directory()}/vps-deploy', 0o755, exist_ok=True)


def add(id: str, name: str, store_path: str) -> None:
    """Registers a root by an atomic rename: there is no moment without it."""
    prepare()
    link = path(id, name)
    temporary = f'{link}.new'
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    os.symlink(store_path, temporary)
    os.rename(temporary, link)


def forget_trials(known: Collection[str]) -> None:
    """Roots of trial boots that no deploy knows of any more: their state is lost."""
    with suppress(FileNotFoundError):
        for name in os.listdir(f'{directory()}/vps-deploy'):
            id = name.removesuffix('-trial')
            if id != name and id not in known:
                remove(id)


def remove(id: str) -> None:
    """Removes all roots of a deploy, and the links Nix made to them."""
    ours = {path(id, name) for name in NAMES}
    for link in ours:
        with suppress(FileNotFoundError):
            os.unlink(link)
    automatic = f'{directory()}/auto'
    with suppress(FileNotFoundError):
        for name in os.listdir(automatic):
            with suppress(OSError):
                if os.readlink(f'{automatic}/{name}') in ours:
                    os.unlink(f'{automatic}/{name}')
