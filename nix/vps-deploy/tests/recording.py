"""Notes on closures as CI writes them: with git's own notes and OpenSSH's own signatures."""

import os
import subprocess
from pathlib import Path
from unittest.mock import patch

from vps_deploy.config import Config, Repository
from vps_deploy.git import Mirror
from vps_deploy.notes import NAMESPACE, REF, canonical_url, message
from vps_deploy.recorded import Found, NotRecorded, RecordRefused, Records, records_of

from .repositories import Repo
from .support import InTemporaryDirectory

HASH = '4s1yjpqj2h397zjarf09lxbi2knd3x6g'
PATH = f'/nix/store/{HASH}-nixos-system-host-1'
OTHER = PATH.replace('host-1', 'host-2')


class Key:
    """A key pair below `directory`, made anew."""

    def __init__(self, directory: Path, name: str, kind: str = 'ed25519') -> None:
        self.file = directory / name
        subprocess.run(
            ['ssh-keygen', '-q', '-t', kind, '-N', '', '-C', name, '-f', str(self.file)], check=True, capture_output=True
        )

    @property
    def public(self) -> str:
        return (self.file.parent / f'{self.file.name}.pub').read_text(encoding='ascii').strip()

    def sign(self, text: str, namespace: str = NAMESPACE) -> str:
        argv = ['ssh-keygen', '-q', '-Y', 'sign', '-n', namespace, '-f', str(self.file)]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, input=text)
        return ''.join(line for line in done.stdout.splitlines() if not line.startswith('-----'))

    def line(self, url: str, rev: str, configuration: str = 'host', path: str = PATH) -> str:
        return f'{configuration} {path} {self.sign(message(url, rev, configuration, path))}'


def note(repo: Repo, rev: str, text: str) -> None:
    """Replaces the note of a commit by exactly `text`."""
    blob = repo.git('hash-object', '-w', '--stdin', input=text)
    repo.git('notes', f'--ref={REF}', 'add', '--force', '--allow-empty', '-C', blob, rev)


class RecordedCase(InTemporaryDirectory):
    """A repository with a commit, and a host that takes what is recorded for it."""

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'file'}))
        self.directory = Path(self.root)
        self.kept = self.state()
        (self.directory / 'home').mkdir()
        self.origin = Repo(self.directory / 'origin.git')
        self.rev = self.origin.commit('one')
        self.url = canonical_url(f'file://{self.origin.path}')

    def config(self, **fields: object) -> Config:
        repository = Repository(url=f'file://{self.origin.path}')
        return Config(repository=repository, configuration='host', resolve='recorded')._replace(**fields)

    def records(self, **fields: object) -> Records:
        """After a fetch, with what an earlier one has seen."""
        config = self.config(**fields)
        where = self.directory / 'state/mirror'
        mirror = Mirror(where, config.repository, self.directory / 'home', with_notes=True)
        mirror.fetch(lambda _, __, ___: None, 30)
        return records_of(config, self.kept, mirror)

    def found(self, **fields: object) -> Found:
        records = self.records(**fields)
        tip = records.tip()
        records.remember(tip, self.kept)
        return records.path_of(self.rev, tip)

    def refusal(self, kind: type[Exception] = RecordRefused, **fields: object) -> str:
        with self.assertRaises(kind) as caught:
            self.found(**fields)
        self.assertRegex(str(caught.exception), r'\A[^\n]+\.\Z')
        return str(caught.exception)

    def missing(self, **fields: object) -> str:
        return self.refusal(NotRecorded, **fields)
