import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from unittest.mock import patch

from tests.repositories import Repo
from vps_deploy.config import Repository
from vps_deploy.git import FetchFailed, Mirror

_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {directory}/host
AuthorizedKeysFile {directory}/authorized_keys
StrictModes no
PidFile none
UsePAM no
"""


class Ssh(unittest.TestCase):
    """Fetches over OpenSSH's own server. Needs `sshd`; without it every test fails."""

    def setUp(self) -> None:
        program = shutil.which('sshd', path=f'{os.environ["PATH"]}:/usr/sbin:/usr/local/sbin')
        if program is None:
            self.fail('These tests need sshd on PATH or in /usr/sbin.')
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ('host', 'user', 'other'):
            subprocess.run(
                ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(self.directory / name)], check=True
            )
        shutil.copy(self.directory / 'user.pub', self.directory / 'authorized_keys')
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port: int = free.getsockname()[1]
        config = self.directory / 'sshd_config'
        config.write_text(_CONFIG.format(port=self.port, directory=self.directory))
        if os.geteuid() == 0:
            os.makedirs('/run/sshd', exist_ok=True)
        server = subprocess.Popen([program, '-D', '-q', '-f', str(config)])
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self._wait_for_server()
        self.origin = Repo(self.directory / 'origin.git')
        self.rev = self.origin.commit('one')
        (self.directory / 'home').mkdir()
        self.known('host')

    def _wait_for_server(self) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(('127.0.0.1', self.port)) == 0:
                    return
            time.sleep(0.05)
        self.fail('sshd did not start.')

    def known(self, key: str) -> None:
        public = (self.directory / f'{key}.pub').read_text()
        (self.directory / 'known hosts').write_text(f'[127.0.0.1]:{self.port} {public}')

    def fetched(self, **fields: str) -> str:
        repository = Repository(
            url=f'ssh://{getpass.getuser()}@127.0.0.1:{self.port}{self.origin.path}',
            ssh_key_file=str(self.directory / 'user'),
            known_hosts_file=str(self.directory / 'known hosts'),
        )._replace(**fields)
        mirror = Mirror(self.directory / 'mirror.git', repository, self.directory / 'home')
        mirror.fetch(lambda _, __, ___: None, 30)
        return mirror.tip()

    def test_with_the_named_key_from_the_known_host(self) -> None:
        self.assertEqual(self.fetched(), self.rev)

    def test_another_host_key_is_refused(self) -> None:
        self.known('other')
        with self.assertRaisesRegex(FetchFailed, 'knownHostsFile'):
            self.fetched()

    def test_an_unknown_host_is_refused_without_a_question(self) -> None:
        with self.assertRaisesRegex(FetchFailed, 'knownHostsFile'):
            self.fetched(known_hosts_file='')

    def test_another_key_is_refused(self) -> None:
        with self.assertRaisesRegex(FetchFailed, 'sshKeyFile'):
            self.fetched(ssh_key_file=str(self.directory / 'other'))

    def test_no_agent_helps(self) -> None:
        agent = subprocess.run(['ssh-agent', '-s'], capture_output=True, text=True, check=True).stdout
        variables = dict(part.split(';')[0].split('=', 1) for part in agent.splitlines() if '=' in part)
        self.addCleanup(os.kill, int(variables['SSH_AGENT_PID']), 15)
        with patch.dict(os.environ, variables):
            subprocess.run(['ssh-add', '-q', str(self.directory / 'user')], check=True)
            with self.assertRaisesRegex(FetchFailed, 'sshKeyFile'):
                self.fetched(ssh_key_file=str(self.directory / 'other'))
