"""Why a system cannot be had from the caches of this host, in sentences; told from what Nix says. Pure."""

import os
import re

from .config import Config
from .plan import Resolved
from .text import escaped

# In the words of Nix 2.18 and 2.26.
_SILENT = re.compile('unable to download|cannot connect|unable to open')
_UNTRUSTED = re.compile(
    r"(?:ignoring substitute for|cannot add path) '(\S+?)'.*(?:not signed by any|lacks a (?:valid )?signature)"
)
_GONE = re.compile(r"file '(\S+?)' does not exist in binary cache")
_NOT_VERIFIED = re.compile(r"path '(\S+?)' is untrusted")


class BuildRefused(Exception):
    """The system may not be built, and cannot be fetched whole, or is not signed. Nothing was touched."""


def check_plan(plan: Resolved, config: Config, *, is_recorded: bool) -> Resolved:
    """The plan, if all of it can be fetched. Raises BuildRefused."""
    lacking = [*plan.to_build, *plan.unknown]
    if not lacking:
        return plan
    first = ', '.join(os.path.basename(path) for path in lacking[:3])
    more = f' and {len(lacking) - 3} more' if len(lacking) > 3 else ''
    check = f'or check substituters ({" ".join(config.substituters) or "nix.conf"}).'
    if is_recorded:
        raise BuildRefused(
            f'No cache of this host has {first}{more} of the recorded {plan.out}: '
            f"CI's upload is gone or not there yet; wait for it, have CI build the commit anew, {check}"
        )
    raise BuildRefused(
        f'builds is "never", and no cache this host trusts has {first}{more}: '
        f'wait until CI has uploaded {plan.out}, {check}'
    )


def silent_one(said: str) -> str | None:
    """The line that says that a cache did not answer, if there is one."""
    lines = [line for line in said.splitlines() if _SILENT.search(line)]
    return escaped(lines[-1].strip()) if lines else None


def check_fetch(out: str, warnings: str) -> None:
    """Raises BuildRefused if a fetch of the recorded system failed for what another try would meet again."""
    if _SILENT.search(warnings):
        return
    if match := _UNTRUSTED.search(warnings):
        raise BuildRefused(
            f'{match[1]} of the recorded {out} is not signed by a key this host trusts (trustedPublicKeys, nix.conf): '
            'the cache has it unsigned, or signed by another key.'
        )
    if match := _GONE.search(warnings):
        raise BuildRefused(
            f'The recorded {out} cannot be fetched whole, for {match[1]} is no longer in the cache: '
            'have CI build the commit anew.'
        )


def check_store(system: str, said: str) -> None:
    """Raises BuildRefused for what `nix store verify` does not trust. What was there already, Nix takes as it is."""
    untrusted = _NOT_VERIFIED.findall(said)
    if untrusted:
        first = min(untrusted, key=lambda path: path != system)
        raise BuildRefused(
            f'{first} of the recorded {system} is in the store of this host, but was not built here and is not signed by '
            'a key this host trusts (trustedPublicKeys, nix.conf).'
        )
