"""The host's own bare mirror of the repository: fetched as root, so nothing in it, in /etc or in a home may run."""

import os
import re
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .config import Repository, SignedCommits
from .process import OOM_SCORE, Finished, OnLine, never, run, stream
from .text import escaped, printable

GIT_TIMEOUT = 60.0
_DAMAGED = re.compile(
    r'is corrupt|object file .* is empty|bad object|unable to read|invalid sha1 pointer|missing (?:blob|tree|commit)'
    r'|does not point to a valid object|not a git repository|bad config',
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


class Mirror:
    """A root-owned bare repository with one branch: the tracked one.

    `path` is the repository, made by the first fetch; `home` an existing private directory that git may take for HOME.
    Earlier tips stay as `refs/kept/<rev>`, so that a rewritten branch can be told from an unknown commit.
    """

    def __init__(self, path: Path, repository: Repository, home: Path) -> None:
        self.path, self.repository, self._home = path, repository, home
        self._ref = f'refs/heads/{repository.branch}'

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

    def verify_signature(self, rev: str, signed: SignedCommits) -> str | None:
        """What is wrong with the commit's signature, or None if one of the given keys made it."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix='gpg-', dir=self._home) as keys:
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
        for line in self._ask('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/').splitlines():
            rev, _, ref = line.partition(' ')
            self._ask('update-ref', f'refs/kept/{rev}', rev)
            self._ask('update-ref', '-d', ref)

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
        argv = [*self._command(), *args, '--', self.repository.url, f'+{self._ref}:{self._ref}']
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
        for ref in self._ask('for-each-ref', '--format=%(refname)', f'--merged={tip}', 'refs/kept/').splitlines():
            self._ask('update-ref', '-d', ref)

    def _ask(self, *args: str, in_mirror: bool = True) -> str:
        done = self._git(*args, in_mirror=in_mirror)
        if done.code != 0:
            raise GitFailed(f'git {args[0]} failed ({done.code}): {_one_line(done.stderr)}')
        return done.stdout

    def _git(
        self,
        *args: str,
        in_mirror: bool = True,
        settings: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Finished:
        argv = [*(self._command() if in_mirror else ['git']), *args]
        return run(argv, timeout=GIT_TIMEOUT, env={**self._env(settings or {}), **(env or {})})

    def _command(self) -> list[str]:
        return ['git', f'--git-dir={self.path}']

    def _env(self, settings: Mapping[str, str]) -> dict[str, str]:
        return git_environment(self._home, {**_QUIET, **settings}, self.repository, allowed_protocols())


# Nothing that runs a program by configuration, nothing that waits for a person, nothing left half-written.
_QUIET = {
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'core.askPass': 'true',
    'core.fsync': 'all',
    'core.alternateRefsCommand': 'true',
    'gc.autoDetach': 'false',
    'maintenance.autoDetach': 'false',
    'gc.pruneExpire': 'never',
    'fetch.recurseSubmodules': 'false',
    'advice.fetchShowForcedUpdates': 'false',
}


def check_repository(repository: Repository) -> None:
    """Raises FetchFailed for a URL that would carry a secret into command lines, or be taken for an option."""
    url = repository.url
    if not url or url.startswith('-'):
        raise FetchFailed(f'repository.url is {escaped(url)!r}: give the URL of the repository.')
    if '://' in url and urlsplit(url).password is not None:
        raise FetchFailed(
            'repository.url holds a password: put it into a root-only file, named by repository.tokenFile.'
        )
    for name, file in (('tokenFile', repository.token_file), ('sshKeyFile', repository.ssh_key_file)):
        if file and not os.access(file, os.R_OK):
            raise FetchFailed(f'repository.{name} {file} cannot be read.')


def allowed_protocols() -> str:
    """https and ssh; a test host may add others."""
    extra = re.split(r'[:,\s]+', os.environ.get('VPS_DEPLOY_GIT_PROTOCOLS', ''))
    return ':'.join(['https', 'ssh', *filter(None, extra)])


def git_environment(
    home: Path, settings: Mapping[str, str], repository: Repository, protocols: str | None = None
) -> dict[str, str]:
    """The variables that make git ignore all configuration but `settings`; also for programs that run git."""
    env = {
        'HOME': str(home),
        'GIT_CONFIG_NOSYSTEM': '1',
        'GIT_CONFIG_GLOBAL': '/dev/null',
        'GIT_TERMINAL_PROMPT': '0',
        'GIT_ASKPASS': 'true',
        'GIT_SSH_VARIANT': 'ssh',
        'GIT_SSH_COMMAND': _ssh_command(repository),
        'GIT_CONFIG_COUNT': str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        env[f'GIT_CONFIG_KEY_{number}'], env[f'GIT_CONFIG_VALUE_{number}'] = key, value
    return env | ({'GIT_ALLOW_PROTOCOL': protocols} if protocols else {})


def network_settings(repository: Repository) -> dict[str, str]:
    """git settings to reach the repository. The token is named by its file only, and for its own host only."""
    settings = {'credential.helper': '', 'http.lowSpeedLimit': '1000', 'http.lowSpeedTime': '30'}
    url = urlsplit(repository.url)
    if repository.token_file and url.scheme in ('https', 'http') and url.hostname:
        # A header (http.extraHeader) would follow a redirect to another host; credentials are asked for by host.
        host = url.netloc.rpartition('@')[2]
        answer = f'printf "username=x-access-token\\npassword=%s\\n" "$(cat {shlex.quote(repository.token_file)})"'
        settings[f'credential.{url.scheme}://{host}.helper'] = f'!f() {{ test "$1" = get && {answer}; }}; f'
    return settings


def _ssh_command(repository: Repository) -> str:
    options = {
        'BatchMode': 'yes',
        'StrictHostKeyChecking': 'yes',
        'IdentityAgent': 'none',
        'ConnectTimeout': '20',
        'ServerAliveInterval': '15',
        'ServerAliveCountMax': '3',
        'UserKnownHostsFile': f'"{repository.known_hosts_file or "/dev/null"}"',
    }
    argv = ['ssh', '-F', '/dev/null', *(f'-o{name}={value}' for name, value in options.items())]
    if repository.ssh_key_file:
        argv += ['-oIdentitiesOnly=yes', f'-oIdentityFile="{repository.ssh_key_file}"']
    return shlex.join(argv)


def _remove(directory: Path) -> None:
    # Loaded only when needed: with its compressors it costs every start of the worker some milliseconds.
    from shutil import rmtree

    if directory.exists():
        rmtree(directory)


def _one_line(said: str) -> str:
    return '; '.join(escaped(line) for line in said.splitlines() if line.strip()) or 'it said nothing'


def _checked(rev: str) -> str:
    if not re.fullmatch('[0-9a-f]{40}', rev):
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
