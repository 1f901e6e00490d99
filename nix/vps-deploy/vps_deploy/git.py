"""The host's own bare mirror of the repository: fetched as root, so nothing in it, in /etc or in a home may run."""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .config import Repository, SignedCommits
from .gitsettings import QUIET, allowed_protocols, git_environment, network_settings
from .notes import REF as NOTES
from .notes import candidates
from .process import OOM_SCORE, Finished, OnLine, TimedOut, TooMuchOutput, never, run, stream
from .text import escaped, printable

GIT_TIMEOUT = 60.0
_KEPT_NOTES = 'refs/kept-notes/closures'
_DAMAGED = re.compile(
    r'is corrupt|object file .* is empty|bad object|unable to read|invalid sha1 pointer|missing (?:blob|tree|commit)'
    r'|does not point to a valid object|not a git repository|bad config|reference broken|line in \S*/packed-refs'
    r'|nonexistent object',
    re.IGNORECASE,
)
_HINTS = (
    (r"couldn't find remote ref", 'Is the tracked branch named right (repository.branch)?'),
    (r'host key verification failed', "Put the server's host key into repository.knownHostsFile."),
    (r'permission denied \(|could not read from remote', 'May the key in repository.sshKeyFile read the repository?'),
    (
        r'could not read username|authentication failed|repository not found|error: (?:401|403|404)',
        'Is repository.url right, and may the token in repository.tokenFile read it?',
    ),
    (r"transport '.*' not allowed|protocol .* not supported", 'Only https and ssh are allowed.'),
    (r'could not resolve host|timed out|connection refused|no route', 'Can this host reach the server?'),
)


class GitFailed(Exception):
    """A question to the mirror that git could not answer."""


class FetchFailed(GitFailed):
    """The branch could not be fetched; the mirror then has no tip, rather than an old one."""


class NoteBlob(NamedTuple):
    id: str
    size: int
    """bytes"""


class Mirror:
    """A root-owned bare repository with one branch: the tracked one; and, if asked for, with the notes on closures.

    `path` is the repository, made by the first fetch; `home` an existing private directory that git may take for HOME.
    Earlier tips stay as `refs/kept/<rev>`, so that a rewritten branch can be told from an unknown commit.
    """

    def __init__(self, path: Path, repository: Repository, home: Path, *, with_notes: bool = False) -> None:
        self.path, self.repository, self.home = path, repository, home
        self._ref = f'refs/heads/{repository.branch}'
        # As a pattern, for a ref that is named must be there; what else matches is never read.
        self._refspecs = [f'+{self._ref}:{self._ref}', *([f'+{NOTES}*:{NOTES}*'] if with_notes else [])]

    def fetch(self, on_line: OnLine, timeout: float, canceled: Callable[[], bool] = never) -> None:
        """Gets the tracked branch. Raises FetchFailed, Canceled, or TimedOut when `timeout` seconds are over."""
        check_repository(self.repository)
        deadline = time.monotonic() + timeout
        said = _Said(on_line)
        try:
            self._fetch(said, timeout, canceled)
        except GitFailed as error:
            if not _DAMAGED.search(f'{error}\n{said.text()}'):
                raise
            # A power cut can leave empty objects behind; everything here can be fetched again.
            _remove(self.path)
            self._fetch(_Said(on_line), deadline - time.monotonic(), canceled)

    def tip(self) -> str:
        """The commit the last fetch found at the tip of the tracked branch."""
        return self._ask('rev-parse', '--verify', '--quiet', '--end-of-options', f'{self._ref}^{{commit}}').strip()

    def exists(self, rev: str) -> bool:
        return self._git('cat-file', '-e', f'{_checked(rev)}^{{commit}}').code == 0

    def contains(self, descendant: str, ancestor: str) -> bool:
        """Whether the history of `descendant` contains `ancestor`; a commit contains itself."""
        done = self._git('merge-base', '--is-ancestor', _checked(ancestor), _checked(descendant))
        if done.code not in (0, 1):
            raise GitFailed(f'git merge-base failed ({done.code}): {_one_line(done.stderr)}')
        return done.code == 0

    def has_file(self, rev: str, path: str) -> bool:
        """Whether `path` (from the repository's root) is a file at `rev`."""
        done = self._git('cat-file', '-t', f'{_checked(rev)}:{path}')
        return done.code == 0 and done.stdout.strip() == 'blob'

    def notes_tip(self) -> str | None:
        """What the last fetch found at the tip of the notes on closures: a commit unless it is broken; None without notes."""
        for name in (f'{NOTES}^{{commit}}', NOTES):
            done = self._git('rev-parse', '--verify', '--quiet', '--end-of-options', name)
            if done.code == 0:
                return done.stdout.strip()
        return None

    def note_of(self, rev: str) -> list[NoteBlob]:
        """What the notes on closures have for the commit; git reads several as one."""
        listed = self._ask('ls-tree', '-l', '-z', '--full-tree', NOTES, *candidates(_checked(rev)))
        entries = [entry.partition('\t')[0].split() for entry in listed.split('\0') if entry]
        # As git has it: a link or a directory is no note.
        blobs = [(id, size) for mode, _, id, size in entries if mode.startswith('100')]
        lost = next((id for id, size in blobs if not size.isdecimal()), None)
        if lost:
            raise GitFailed(f'{lost}, the note of commit {rev}, is missing in the mirror')
        return [NoteBlob(id, int(size)) for id, size in blobs]

    def read(self, blob: NoteBlob) -> str:
        return self._ask('cat-file', 'blob', blob.id)

    def verify_signature(self, rev: str, signed: SignedCommits) -> str | None:
        """What is wrong with the commit's signature, or None if one of the given keys made it."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix='gpg-', dir=self.home) as keys:
            if signed.gpg_keyring:
                args = ['gpg', '--homedir', keys, '--batch', '--quiet', '--import', signed.gpg_keyring]
                try:
                    done = run(args, timeout=GIT_TIMEOUT)
                except OSError as error:
                    return f'The keys in {signed.gpg_keyring} cannot be read: gpg cannot be started: {error}.'
                if done.code != 0:
                    return f'The keys in {signed.gpg_keyring} cannot be read: {_one_line(done.stderr)}'
            settings = {
                'gpg.ssh.allowedSignersFile': signed.allowed_signers_file or '/dev/null',
                'gpg.x509.program': 'false',
            }
            done = self._git('verify-commit', _checked(rev), settings=settings, env={'GNUPGHOME': keys})
        if done.code == 0:
            return None
        said = _one_line(done.stderr) if done.stderr.strip() else 'it has no signature'
        return f'Commit {rev} is not signed by one of the allowed keys: {said}.'

    def _prepare(self) -> None:
        """Makes the mirror if there is none, and moves the tips of earlier fetches out of the way."""
        if self.path.is_symlink() or (self.path.exists() and self.path.stat().st_uid != os.geteuid()):
            raise FetchFailed(f'{self.path} is not a directory of our own: remove it, it will be made again.')
        if self._git('rev-parse', '--is-bare-repository').stdout.strip() != 'true':
            _remove(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._ask('init', '--quiet', '--bare', '--template=', '--', str(self.path), in_mirror=False)
            self.path.chmod(0o700)
        self._forget_unfinished()
        listed = self._ask('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/', 'refs/notes/')
        changes: list[str] = []
        for line in listed.splitlines():
            rev, _, ref = line.partition(' ')
            if ref == NOTES:
                # Known to the next fetch, which then gets only what is new.
                changes.append(f'update {_KEPT_NOTES} {rev}')
            elif ref.startswith('refs/heads/'):
                changes.append(f'update refs/kept/{rev} {rev}')
            changes.append(f'delete {ref}')
        self._update_refs(changes)

    def _forget_unfinished(self) -> None:
        """What a git that was killed, or a power cut, left behind: nobody else writes here."""
        for pattern in ('*.lock', 'refs/**/*.lock', 'objects/*.lock', 'objects/pack/tmp_*'):
            for file in self.path.glob(pattern):
                file.unlink(missing_ok=True)

    def _update_refs(self, changes: Sequence[str]) -> None:
        if changes:
            self._ask('update-ref', '--stdin', input=''.join(f'{change}\n' for change in changes))

    def _fetch(self, said: '_Said', timeout: float, canceled: Callable[[], bool]) -> None:
        self._prepare()
        args = [
            'fetch',
            '--quiet',
            '--no-tags',
            '--no-write-fetch-head',
            '--no-recurse-submodules',
            '--no-show-forced-updates',
        ]
        argv = [*self._command(), *args, '--', self.repository.url, *self._refspecs]
        env = self._env(network_settings(self.repository))
        try:
            code = stream(argv, on_line=said.take, timeout=timeout, env=env, canceled=canceled, oom_score_adj=OOM_SCORE)
        except OSError as error:
            raise FetchFailed(f'git cannot be started: {error}') from error
        if code != 0:
            raise FetchFailed(f'git fetch of {escaped(self.repository.url)} failed ({code}): {said.reason()}')
        tip = self.tip()
        said.take('stdout', f'Branch {self.repository.branch} is at {tip}.'.encode(), False)
        self._forget_contained(tip)

    def _forget_contained(self, tip: str) -> None:
        contained = self._ask('for-each-ref', '--format=delete %(refname)', f'--merged={tip}', 'refs/kept/')
        self._update_refs(contained.splitlines())

    def _ask(self, *args: str, in_mirror: bool = True, input: str | None = None) -> str:
        done = self._git(*args, in_mirror=in_mirror, input=input)
        if done.code != 0:
            raise GitFailed(f'git {args[0]} failed ({done.code}): {_one_line(done.stderr)}')
        return done.stdout

    def _git(
        self,
        *args: str,
        in_mirror: bool = True,
        settings: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        input: str | None = None,
    ) -> Finished:
        argv = [*(self._command() if in_mirror else ['git']), *args]
        try:
            return run(argv, timeout=GIT_TIMEOUT, env={**self._env(settings or {}), **(env or {})}, input=input)
        except (TimedOut, TooMuchOutput) as error:
            raise GitFailed(f'git {args[0]} failed: {error}') from error

    def _command(self) -> list[str]:
        return ['git', f'--git-dir={self.path}']

    def _env(self, settings: Mapping[str, str]) -> dict[str, str]:
        return git_environment(self.home, {**QUIET, **settings}, self.repository, allowed_protocols())


def check_repository(repository: Repository) -> None:
    """Raises FetchFailed for a URL that would carry a secret into command lines, or be taken for an option."""
    url = repository.url
    if not url or url.startswith('-'):
        raise FetchFailed(f'repository.url is {escaped(url)!r}: give the URL of the repository.')
    try:
        has_password = '://' in url and urlsplit(url).password is not None
    except ValueError as error:
        # Not shown, for it may hold a password.
        raise FetchFailed('repository.url is no URL: look at its brackets and for characters of other scripts.') from error
    if has_password:
        raise FetchFailed(
            'repository.url holds a password: put it into a root-only file, named by repository.tokenFile.'
        )
    for name, file in (('tokenFile', repository.token_file), ('sshKeyFile', repository.ssh_key_file)):
        if file and not os.access(file, os.R_OK):
            raise FetchFailed(f'repository.{name} {file} cannot be read.')


def _remove(directory: Path) -> None:
    # Loaded only when needed: with its compressors it costs every start of the worker some milliseconds.
    from shutil import rmtree

    if directory.exists():
        rmtree(directory)


def _one_line(said: str) -> str:
    return '; '.join(escaped(line) for line in said.splitlines() if line.strip()) or 'it said nothing'


def is_commit_id(text: str) -> bool:
    return re.fullmatch('[0-9a-f]{40}', text) is not None


def _checked(rev: str) -> str:
    if not is_commit_id(rev):
        raise GitFailed(f'{escaped(rev)!r} is not a commit: 40 hex digits are.')
    return rev


class _Said:
    """Passes git's lines on, and keeps the last of them for the error message."""

    def __init__(self, on_line: OnLine) -> None:
        self._on_line, self._lines = on_line, list[str]()

    def take(self, stream_name: str, raw: bytes, continued: bool) -> None:
        self._lines = [*self._lines[-19:], printable(raw)]
        self._on_line(stream_name, raw, continued)

    def text(self) -> str:
        return '\n'.join(self._lines)

    def reason(self) -> str:
        told = [line for line in self._lines if line.startswith(('fatal:', 'error:', 'ERROR:', 'remote:'))]
        said = '; '.join(told or self._lines[-3:]) or 'it said nothing'
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, self.text(), re.IGNORECASE)), '')
        return f'{said.rstrip(".")}. {hint}'.rstrip()
