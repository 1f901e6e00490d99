"""Whether a commit may be deployed, decided from facts about it; and the looking up of those facts."""

import re
from typing import NamedTuple, Protocol

from .config import Config, SignedCommits


class Lineage(NamedTuple):
    """How the requested commit stands to that of a system the host has. `rev` is None if that system names none."""

    system: str
    """`running` or `default`."""
    rev: str | None
    known: bool = False
    """Whether the mirror has it: on the tracked branch, or once at its tip."""
    on_branch: bool = False
    contained: bool = False
    """The requested commit contains it."""
    newer: bool = False
    """It contains the requested commit and is another one."""


class CommitFacts(NamedTuple):
    branch: str
    tip: str
    known: bool
    on_branch: bool
    lineages: tuple[Lineage, ...] = ()
    signature_problem: str | None = None
    """What is wrong with the signature; looked at only if signatures are required."""


class History(Protocol):
    """What is asked of the mirror."""

    def tip(self) -> str: ...
    def exists(self, rev: str) -> bool: ...
    def contains(self, descendant: str, ancestor: str) -> bool: ...
    def verify_signature(self, rev: str, signed: SignedCommits) -> str | None: ...


def refusal_of(rev: str, facts: CommitFacts, config: Config) -> str | None:
    """Why the commit may not be deployed, in one sentence with what to do; None if it may."""
    if not facts.known:
        return f'Commit {rev} is not on branch {facts.branch}, nor known at all: has it been pushed there?'
    if not facts.on_branch:
        return f'Commit {rev} is not on branch {facts.branch} (tip {facts.tip}): merge it there first.'
    if config.signed_commits.require and facts.signature_problem:
        return facts.signature_problem
    if config.allow_rewind:
        return None
    return next(filter(None, (_lineage_refusal(rev, lineage, facts) for lineage in facts.lineages)), None)


def warnings_of(facts: CommitFacts) -> list[str]:
    """What could not be checked, in sentences."""
    return list(dict.fromkeys(filter(None, map(_lineage_warning, facts.lineages))))


def facts_of(rev: str, systems: dict[str, str | None], history: History, config: Config) -> CommitFacts:
    """Looks the commit up. `systems` maps `running` and `default` to the revisions those systems name."""
    tip = history.tip()
    known = history.exists(rev)
    on_branch = known and history.contains(tip, rev)
    signed = config.signed_commits
    return CommitFacts(
        branch=config.repository.branch,
        tip=tip,
        known=known,
        on_branch=on_branch,
        lineages=tuple(_lineage(rev, name, base, tip, history) for name, base in systems.items()) if known else (),
        signature_problem=history.verify_signature(rev, signed) if on_branch and signed.require else None,
    )


def _lineage(rev: str, system: str, named: str | None, tip: str, history: History) -> Lineage:
    base = _clean(named)
    if base is None or not history.exists(base):
        return Lineage(system, named)
    contained = history.contains(rev, base)
    return Lineage(
        system,
        base,
        known=True,
        on_branch=history.contains(tip, base),
        contained=contained,
        newer=not contained and history.contains(base, rev),
    )


def _clean(named: str | None) -> str | None:
    """The commit in what a system calls its revision; Nix writes `<commit>-dirty` for a changed working tree."""
    match = re.fullmatch('([0-9a-f]{40})(-dirty)?', named or '')
    return match.group(1) if match else None


def _lineage_refusal(rev: str, lineage: Lineage, facts: CommitFacts) -> str | None:
    if not lineage.known or lineage.contained:
        return None
    lifted = 'allowRewind lifts this.'
    other = f'the {lineage.system} system ({lineage.rev})'
    if lineage.newer:
        return f'Rewind: commit {rev} is older than that of {other}. Deploy a newer one; {lifted}'
    if lineage.on_branch:
        return (
            f'Hotfix: {other} is on another line of {facts.branch} and would be lost with commit {rev}. '
            f'Deploy a commit that contains both; {lifted}'
        )
    return (
        f'Rewritten history: the commit of {other} is no longer on branch {facts.branch}, '
        f'and {rev} does not contain it. If the branch was meant to be rewritten: {lifted}'
    )


def _lineage_warning(lineage: Lineage) -> str | None:
    if lineage.rev is None:
        return (
            f'The {lineage.system} system does not say which commit it was built from '
            '(system.configurationRevision), so it is not known whether this deploy goes back behind it.'
        )
    if not lineage.known:
        return (
            f'The {lineage.system} system was built from {lineage.rev[:60]}, which branch history here does not know, '
            'so it is not known whether this deploy goes back behind it.'
        )
    return None
