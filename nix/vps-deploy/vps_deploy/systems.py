"""The three systems of a NixOS host: what runs, what was booted, what boots next; and the numbers of the profile."""

import os
import re

RUNNING = '/run/current-system'
BOOTED = '/run/booted-system'


def real(link: str) -> str | None:
    """The store path a link leads to, or None if it leads nowhere."""
    path = os.path.realpath(link)
    return path if os.path.exists(path) else None


def generation(profile: str) -> int | None:
    """The number of the profile's current generation."""
    try:
        target = os.readlink(profile)
    except OSError:
        return None
    match = re.fullmatch(re.escape(os.path.basename(profile)) + r'-([0-9]+)-link', os.path.basename(target))
    return int(match.group(1)) if match else None


def is_generation(profile: str, number: int | None, system: str) -> bool:
    return number is not None and real(f'{profile}-{number}-link') == system


def generation_before(profile: str) -> str | None:
    """The system of the newest generation that is older than the profile's current one."""
    current = generation(profile)
    directory, name = os.path.split(profile)
    pattern = re.compile(re.escape(name) + r'-([0-9]+)-link')
    numbers = [int(match.group(1)) for entry in os.listdir(directory) if (match := pattern.fullmatch(entry))]
    older = [number for number in numbers if current is not None and number < current]
    return real(f'{directory}/{name}-{max(older)}-link') if older else None
