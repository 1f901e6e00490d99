"""From a commit to the store path that CI recorded for it in a git note: nothing is evaluated on this host."""

from collections.abc import Sequence
from typing import NamedTuple

from . import notes
from .config import Config
from .git import Mirror, is_commit_id
from .notes import REF, Line, Lines
from .signers import NoSigners, Signers
from .state import StateDirectory
from .text import escaped

_RECORD = 'let garnix-wait record it (record: true) before it is deployed.'


class NotRecorded(Exception):
    """Nothing that counts is recorded for the commit; the text says which step is missing."""


class RecordRefused(Exception):
    """What is recorded, or how, is not to be believed."""


class Found(NamedTuple):
    path: str
    signer: str | None
    """None if signatures are not asked for."""
    left_out: int = 0
    """Lines that were not looked at, for there were too many."""

    def sentence(self) -> str:
        by = f'signed by {self.signer}' if self.signer else 'by whoever may push: recordedSigners is not set'
        return f'Recorded is {self.path}, {by}.{_left_out(self.left_out)}'


def _left_out(lines: int) -> str:
    return f' {lines} more lines of this configuration were not looked at.' if lines else ''


class Records(NamedTuple):
    """The notes that the mirror has fetched, and by what they are judged.

    `seen`: the tip of the notes that this host went by last, None if it never did.
    """

    mirror: Mirror
    config: Config
    seen: str | None

    def tip(self) -> str | None:
        """The tip of the notes; it contains what was seen. Raises RecordRefused, GitFailed."""
        tip = self.mirror.notes_tip()
        if tip is not None and tip != self.seen and not self.mirror.exists(tip):
            raise RecordRefused(
                f'{REF} is at {tip}, which is no commit that can be read: look who wrote it, remove it and record anew.'
            )
        if self.seen is None or self.config.allow_rewind or tip == self.seen:
            return tip
        if tip is None:
            raise RecordRefused(
                f'The recorded closures are gone: this host has seen {REF} at {self.seen}, and now there is none. '
                f'{self._meant}'
            )
        if not is_commit_id(self.seen):
            raise RecordRefused(
                f'It cannot be told which notes this host has seen: its file notes-seen says {escaped(self.seen[:60])!r}. '
                'Remove that file from stateDir.'
            )
        if not self.mirror.exists(self.seen) or not self.mirror.contains(tip, self.seen):
            raise RecordRefused(
                f'The recorded closures were rewritten: {REF} is at {tip}, which does not contain {self.seen} '
                f'that this host has seen. {self._meant}'
            )
        return tip

    @property
    def _meant(self) -> str:
        return f'If that is meant: remove {self.config.state_dir}/notes-seen on the host, once.'

    def remember(self, tip: str | None, state: StateDirectory) -> None:
        """What these notes are is what later ones must contain."""
        if tip != self.seen:
            state.set_notes_seen(self._url, tip)

    def path_of(self, rev: str, tip: str | None) -> Found:
        """The store path that counts for the commit. Raises NotRecorded, RecordRefused, GitFailed."""
        signers = Signers(self.config.recorded_signers, self.mirror.home) if self.config.recorded_signers else None
        try:
            if signers:
                signers.check()
            lines = self._lines(rev, tip)
            return self._found(rev, self._counted(rev, lines, signers), lines.left_out)
        except NoSigners as error:
            raise RecordRefused(str(error)) from error

    @property
    def _url(self) -> str:
        """The repository as signatures and `notes-seen` name it."""
        return notes.canonical_url(self.config.repository.url)

    def _lines(self, rev: str, tip: str | None) -> Lines:
        name = self.config.configuration
        if tip is None:
            raise NotRecorded(f'No closure was ever recorded in this repository (it has no {REF}): {_RECORD}')
        blobs = self.mirror.note_of(rev)
        if not blobs:
            raise NotRecorded(f'No closure is recorded for commit {rev} (it has no note in {REF}): {_RECORD}')
        size = sum(blob.size for blob in blobs)
        if size > notes.MAX_NOTE_BYTES:
            raise RecordRefused(
                f'The note of commit {rev} in {REF} has {size} bytes, and no more than {notes.MAX_NOTE_BYTES} are '
                'read: look who wrote it, remove it and record anew.'
            )
        lines = notes.lines_of('\n'.join(map(self.mirror.read, blobs)), name)
        if not lines.found:
            others = f'only for {", ".join(lines.others)}' if lines.others else 'nothing else either'
            raise NotRecorded(
                f'No closure of configuration {name} is recorded for commit {rev} ({others}): '
                f"name it in garnix-wait's configurations and {_RECORD}"
            )
        return lines

    def _counted(self, rev: str, lines: Lines, signers: Signers | None) -> Sequence[tuple[Line, str | None]]:
        if signers is None:
            return [(line, None) for line in lines.found]
        counted = [(line, by) for line in lines.found if (by := self._signer_of(rev, line, signers))]
        if not counted:
            raise NotRecorded(
                f'What is recorded of configuration {self.config.configuration} for commit {rev} is signed by none of '
                f'recordedSigners ({signers.file}) for {self._url}: let garnix-wait record it in the repository of this '
                f'name, with a record-key that stands in the file.{_left_out(lines.left_out)}'
            )
        return counted

    def _signer_of(self, rev: str, line: Line, signers: Signers) -> str | None:
        return signers.who_signed(notes.message(self._url, rev, self.config.configuration, line.path), line.signature)

    def _found(self, rev: str, counted: Sequence[tuple[Line, str | None]], left_out: int) -> Found:
        paths = list(dict.fromkeys(line.path for line, _ in counted))
        problem = next(filter(None, map(notes.path_problem, paths)), None)
        if problem:
            raise RecordRefused(f'What is recorded for commit {rev} is wrong: {problem}.')
        if len(paths) > 1:
            raise RecordRefused(
                f'Different closures of {self.config.configuration} are recorded for commit {rev}: '
                f'{", ".join(paths[:3])}. Let garnix-wait record it with record: replace.'
            )
        return Found(paths[0], counted[0][1], left_out)


def records_of(config: Config, state: StateDirectory, mirror: Mirror) -> Records:
    return Records(mirror, config, state.notes_seen(notes.canonical_url(config.repository.url)))
