import os
import resource
import subprocess
import tempfile
import threading
import time
import unittest
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from vps_deploy import process
from vps_deploy.config import Repository, SignedCommits
from vps_deploy.git import FetchFailed, GitFailed, Mirror, check_repository
from vps_deploy.gitsettings import allowed_protocols, git_environment, network_settings

from .gitserver import GitServer
from .repositories import Repo

TOKEN = 'ghs_Hunter2Hunter2'


class Bench(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'file'}))
        self.home = self.directory / 'home'
        self.home.mkdir()
        self.origin = Repo(self.directory / 'origin.git')
        self.said: list[str] = []

    def mirror(self, **fields: object) -> Mirror:
        repository = Repository(url=f'file://{self.origin.path}', branch='main')._replace(**fields)
        return Mirror(self.directory / 'state/mirror.git', repository, self.home)

    def fetch(self, mirror: Mirror, timeout: float = 30) -> None:
        mirror.fetch(lambda _, raw, __: self.said.append(raw.decode()), timeout)

    def fetched(self, **fields: object) -> Mirror:
        mirror = self.mirror(**fields)
        self.fetch(mirror)
        return mirror


class Fetching(Bench):
    def test_gets_the_tracked_branch_and_follows_it(self) -> None:
        first = self.origin.commit('one')
        mirror = self.fetched()
        self.assertEqual(mirror.tip(), first)
        self.assertEqual(self.said, [f'Branch main is at {first}.'])
        second = self.origin.commit('two')
        self.fetch(mirror)
        self.assertEqual(mirror.tip(), second)
        self.assertTrue(mirror.contains(second, first))
        self.assertFalse(mirror.contains(first, second))
        self.assertTrue(mirror.contains(first, first))

    def test_knows_no_other_branch(self) -> None:
        self.origin.commit('one')
        other = self.origin.commit('other', branch='feature')
        self.assertFalse(self.fetched().exists(other))

    def test_follows_a_rewritten_branch_and_still_knows_what_was_there(self) -> None:
        base = self.origin.commit('base')
        lost = self.origin.commit('lost', (base,))
        mirror = self.fetched()
        kept = self.origin.commit('kept', (base,))
        self.fetch(mirror)
        self.assertEqual(mirror.tip(), kept)
        subprocess.run(['git', f'--git-dir={mirror.path}', 'gc', '--quiet', '--prune=now'], check=True)
        self.assertTrue(mirror.exists(lost))
        self.assertFalse(mirror.contains(kept, lost))

    def test_a_failed_fetch_never_gives_the_old_tip(self) -> None:
        self.origin.commit('one')
        mirror = self.fetched()
        self.origin.path.rename(self.directory / 'gone.git')
        with self.assertRaises(FetchFailed):
            self.fetch(mirror)
        with self.assertRaises(GitFailed):
            mirror.tip()

    def test_says_that_the_branch_does_not_exist(self) -> None:
        self.origin.commit('one')
        with self.assertRaisesRegex(FetchFailed, 'repository.branch'):
            self.fetched(branch='release')

    def test_a_branch_may_take_the_place_of_a_directory_of_branches(self) -> None:
        self.origin.commit('one', branch='live/a')
        self.fetched(branch='live/a')
        self.origin.git('update-ref', '-d', 'refs/heads/live/a')
        rev = self.origin.commit('two', branch='live')
        self.assertEqual(self.fetched(branch='live').tip(), rev)

    def test_heals_a_mirror_that_a_power_cut_damaged(self) -> None:
        rev = self.origin.commit('one')
        mirror = self.fetched()
        for file in mirror.path.glob('objects/*/*'):
            file.chmod(0o600)
            file.write_bytes(b'')
        self.fetch(mirror)
        self.assertEqual(mirror.tip(), rev)
        self.assertTrue(mirror.has_file(rev, 'file'))

    def test_heals_a_mirror_that_was_never_finished(self) -> None:
        rev = self.origin.commit('one')
        mirror = self.fetched()
        (mirror.path / 'HEAD').write_bytes(b'')
        self.fetch(mirror)
        self.assertEqual(mirror.tip(), rev)

    def test_does_not_wait_for_what_was_killed(self) -> None:
        rev = self.origin.commit('one')
        mirror = self.fetched()
        left = ['packed-refs.lock', 'refs/heads/main.lock', 'objects/maintenance.lock', 'objects/pack/tmp_pack_1']
        for name in left:
            (mirror.path / name).write_bytes(b'')
        self.fetch(mirror)
        self.assertEqual(mirror.tip(), rev)
        self.assertEqual([name for name in left if (mirror.path / name).exists()], [])

    def test_heals_refs_that_a_power_cut_damaged(self) -> None:
        base = self.origin.commit('one')
        self.origin.commit('two', (base,))
        mirror = self.fetched()
        rev = self.origin.commit('three', (base,))
        self.fetch(mirror)
        kept = next(mirror.path.glob('refs/kept/*'))
        for file in (kept, mirror.path / 'packed-refs', mirror.path / 'refs/heads/main'):
            file.write_bytes(bytes(41))
            self.fetch(mirror)
            self.assertEqual(mirror.tip(), rev, file)

    def test_heals_packs_that_a_power_cut_damaged(self) -> None:
        rev = self.origin.commit('one')
        mirror = self.fetched()
        for kind in ('idx', 'pack'):
            subprocess.run(['git', f'--git-dir={mirror.path}', 'gc', '--quiet'], check=True)
            file = next(mirror.path.glob(f'objects/pack/*.{kind}'))
            file.chmod(0o600)
            file.write_bytes(bytes(file.stat().st_size))
            self.fetch(mirror)
            self.assertTrue(mirror.has_file(rev, 'file'), kind)

    def test_a_large_file_does_not_fill_the_memory(self) -> None:
        big = self.directory / 'big'
        with open(big, 'wb') as file:
            file.truncate(256 << 20)
        self.origin.git('config', 'core.bigFileThreshold', '1m')
        blob = self.origin.git('hash-object', '-w', str(big))
        tree = self.origin.git('mktree', input=f'100644 blob {blob}\tbig\n')
        self.origin.git('update-ref', 'refs/heads/main', self.origin.git('commit-tree', tree, '-m', 'big'))
        before = resource.getrlimit(resource.RLIMIT_DATA)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_DATA, before)
        resource.setrlimit(resource.RLIMIT_DATA, (192 << 20, before[1]))
        self.assertTrue(self.fetched().has_file(self.origin.git('rev-parse', 'main'), 'big'))

    def test_a_question_without_an_end_is_a_failure_of_its_own(self) -> None:
        self.origin.commit('one')
        mirror = self.fetched()
        with patch('vps_deploy.git.GIT_TIMEOUT', 0.0), self.assertRaisesRegex(GitFailed, 'git rev-parse failed: It did not'):
            mirror.tip()

    def test_only_https_and_ssh_are_allowed(self) -> None:
        self.origin.commit('one')
        with patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': ''}):
            self.assertEqual(allowed_protocols(), 'https:ssh')
            for url in (
                f'file://{self.origin.path}',
                str(self.origin.path),
                'http://127.0.0.1:1/x',
                f'ext::touch {self.home}/ran',
            ):
                with self.assertRaisesRegex(FetchFailed, 'Only https and ssh', msg=url):
                    self.fetched(url=url)
        self.assertEqual(list(self.home.iterdir()), [])

    def test_ends_in_time_when_the_server_is_silent(self) -> None:
        with GitServer(self.directory) as server, patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'http'}):
            release = threading.Event()
            server.at_request = lambda: release.wait(20)
            started = time.monotonic()
            with self.assertRaises(process.TimedOut):
                self.fetch(self.mirror(url=f'{server.url}/origin.git'), timeout=1)
            self.assertLess(time.monotonic() - started, 6)
            release.set()


class Hostile(Bench):
    def test_no_hook_runs(self) -> None:
        self.origin.commit('one')
        mirror = self.fetched()
        ran = self.directory / 'ran'
        hooks = mirror.path / 'hooks'
        hooks.mkdir(exist_ok=True)
        for name in ('reference-transaction', 'post-update', 'pre-auto-gc', 'post-index-change'):
            (hooks / name).write_text(f'#!/bin/sh\ntouch {ran}\n')
            (hooks / name).chmod(0o755)
        subprocess.run(['git', f'--git-dir={mirror.path}', 'config', 'core.hooksPath', str(hooks)], check=True)
        subprocess.run(['git', f'--git-dir={mirror.path}', 'config', 'core.fsmonitor', f'touch {ran}'], check=True)
        self.origin.commit('two')
        self.fetch(mirror)
        self.assertFalse(ran.exists())

    def test_no_system_or_user_configuration_is_read(self) -> None:
        self.origin.commit('one')
        elsewhere = Repo(self.directory / 'elsewhere.git')
        elsewhere.commit('evil')
        evil = f'[url "file://{elsewhere.path}"]\n\tinsteadOf = file://{self.origin.path}\n'
        (self.home / '.gitconfig').write_text(evil)
        (self.directory / 'gitconfig').write_text(evil)
        variables = {
            'GIT_CONFIG_GLOBAL': str(self.directory / 'gitconfig'),
            'HOME': str(self.home),
            'GIT_DIR': str(elsewhere.path),
        }
        with patch.dict(os.environ, variables):
            self.assertEqual(self.fetched().tip(), self.origin.git('rev-parse', 'main'))

    def test_a_mirror_of_somebody_else_is_refused(self) -> None:
        self.origin.commit('one')
        if os.geteuid() == 0:
            foreign = self.fetched()
            os.chown(foreign.path, 65534, 65534)
        else:
            foreign = Mirror(Path('/usr'), self.mirror().repository, self.home)
        with self.assertRaisesRegex(FetchFailed, 'not a directory of our own'):
            self.fetch(foreign)
        mirror = Mirror(self.directory / 'link', self.mirror().repository, self.home)
        mirror.path.symlink_to(self.origin.path)
        with self.assertRaisesRegex(FetchFailed, 'not a directory of our own'):
            self.fetch(mirror)

    def test_a_commit_is_named_by_40_hex_digits_only(self) -> None:
        self.origin.commit('one')
        mirror = self.fetched()
        for rev in ('main', '--help', '-x', 'HEAD~1', 'a' * 39, 'A' * 40, ''):
            with self.assertRaises(GitFailed):
                mirror.exists(rev)

    def test_tells_files_of_a_commit(self) -> None:
        rev = self.origin.commit('one', files={'nix/flake.nix': '{}'})
        mirror = self.fetched()
        self.assertTrue(mirror.has_file(rev, 'nix/flake.nix'))
        self.assertFalse(mirror.has_file(rev, 'nix'))
        self.assertFalse(mirror.has_file(rev, 'flake.nix'))


class Token(Bench):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'http'}))
        self.token = self.directory / "token of the 'deploy'"
        self.token.write_text(f'{TOKEN}\n')
        self.rev = self.origin.commit('one')

    def test_goes_to_its_own_host(self) -> None:
        with GitServer(self.directory, TOKEN) as server:
            mirror = self.fetched(url=f'{server.url}/origin.git', token_file=str(self.token))
            self.assertEqual(mirror.tip(), self.rev)
            self.assertTrue(server.authorizations)

    def test_goes_to_no_other_host_not_even_by_a_redirect(self) -> None:
        with GitServer(self.directory, TOKEN) as other, GitServer(self.directory, redirect_to=other.url) as own:
            with self.assertRaisesRegex(FetchFailed, 'tokenFile'):
                self.fetched(url=f'{own.url}/origin.git', token_file=str(self.token))
            self.assertTrue(other.seen, 'the redirect was not followed: nothing was tested')
            self.assertEqual(other.authorizations, [])

    def test_does_not_follow_a_redirect_after_it_was_shown(self) -> None:
        with GitServer(self.directory) as other, GitServer(self.directory, TOKEN) as own:

            def redirect_from_now_on() -> None:
                own.redirect_to = other.url if own.authorizations else ''

            own.at_request = redirect_from_now_on
            try:
                self.fetched(url=f'{own.url}/origin.git', token_file=str(self.token))
            except FetchFailed:
                pass
            self.assertTrue(own.authorizations)
            self.assertEqual(other.authorizations, [])

    def test_a_wrong_one_is_reported_with_what_to_look_at_and_never_shown(self) -> None:
        with GitServer(self.directory, 'another') as server:
            with self.assertRaises(FetchFailed) as caught:
                self.fetched(url=f'{server.url}/origin.git', token_file=str(self.token))
        self.assertIn('tokenFile', str(caught.exception))
        self.assertNotIn(TOKEN, str(caught.exception) + ''.join(self.said))

    def test_is_in_no_command_line_and_in_no_environment(self) -> None:
        repository = Repository(url='https://git.example.org/r.git', token_file=str(self.token))
        env = git_environment(self.home, network_settings(repository), repository, 'https')
        self.assertNotIn(TOKEN, repr(env))
        seen: list[str] = []
        with GitServer(self.directory, TOKEN) as server:

            def look_at_processes() -> None:
                for entry in Path('/proc').glob('[0-9]*'):
                    with suppress(OSError):
                        # Other programs' arguments need not be text.
                        shown = (entry / 'cmdline').read_bytes() + (entry / 'environ').read_bytes()
                        seen.append(shown.decode('utf-8', 'replace'))

            server.at_request = look_at_processes
            self.fetched(url=f'{server.url}/origin.git', token_file=str(self.token))
        self.assertTrue(any('remote-http' in item for item in seen), 'no git was seen: nothing was tested')
        self.assertFalse([item for item in seen if TOKEN in item])

    def test_no_token_no_question(self) -> None:
        with GitServer(self.directory, TOKEN) as server:
            started = time.monotonic()
            with self.assertRaisesRegex(FetchFailed, 'tokenFile'):
                self.fetched(url=f'{server.url}/origin.git')
            self.assertLess(time.monotonic() - started, 5)

    def test_a_file_that_cannot_be_read_is_named(self) -> None:
        with self.assertRaisesRegex(FetchFailed, 'repository.tokenFile /nonexistent cannot be read'):
            check_repository(Repository(url='https://h/r', token_file='/nonexistent'))

    def test_a_password_in_the_url_is_refused_and_not_repeated(self) -> None:
        table = {'h/r': 'tokenFile', '[::1/r': 'is no URL', 'h\u2100/r': 'is no URL'}
        for rest, words in table.items():
            with self.assertRaisesRegex(FetchFailed, words) as caught:
                check_repository(Repository(url=f'https://u:{TOKEN}@{rest}'))
            self.assertNotIn(TOKEN, str(caught.exception))


class Ssh(unittest.TestCase):
    def test_uses_the_named_key_and_host_keys_only(self) -> None:
        repository = Repository(url='ssh://git@h/r', ssh_key_file='/etc/keys/a b', known_hosts_file='/etc/known hosts')
        command = git_environment(Path('/h'), {}, repository)['GIT_SSH_COMMAND']
        # ssh itself is asked how it understands the options.
        shown = subprocess.run(
            ['sh', '-c', f'{command} -G example.org'], check=True, capture_output=True, text=True
        ).stdout
        for line in (
            'batchmode yes',
            'stricthostkeychecking true',
            'identitiesonly yes',
            'identityagent none',
            'identityfile /etc/keys/a b',
        ):
            self.assertIn(line, shown)
        self.assertRegex(shown, r'userknownhostsfile "?/etc/known hosts"?\n')


class Signatures(Bench):
    def setUp(self) -> None:
        super().setUp()
        self.key = self.directory / 'key'
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(self.key)], check=True)
        self.signers = self.directory / 'signers'
        self.signers.write_text(f'ci@example.org {self.key.with_suffix(".pub").read_text()}')

    def signed(self, key: Path) -> str:
        tree = self.origin.git('mktree', input='')
        options = ['-c', 'gpg.format=ssh', '-c', f'user.signingKey={key}']
        rev = self.origin.git(*options, 'commit-tree', '-S', tree, '-m', 'signed')
        self.origin.git('update-ref', 'refs/heads/main', rev)
        return rev

    def test_accepts_an_allowed_key(self) -> None:
        rev = self.signed(self.key)
        self.assertIsNone(self.fetched().verify_signature(rev, SignedCommits(True, str(self.signers))))

    def test_refuses_another_key_none_and_no_list(self) -> None:
        other = self.directory / 'other'
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(other)], check=True)
        allowed = SignedCommits(True, str(self.signers))
        for rev, signed in (
            (self.signed(other), allowed),
            (self.origin.commit('plain'), allowed),
            (self.signed(self.key), SignedCommits(True)),
        ):
            problem = self.fetched().verify_signature(rev, signed)
            self.assertIsNotNone(problem)
            self.assertIn(rev, problem or '')
        self.assertEqual(list(self.home.iterdir()), [])

    def test_the_keyring_of_root_does_not_count(self) -> None:
        home = self.directory / 'roots'
        home.mkdir(mode=0o700)
        self.addCleanup(process.run, ['gpgconf', '--homedir', str(home), '--kill', 'all'], timeout=10)
        gpg = ['gpg', '--homedir', str(home), '--batch']
        made = process.run([*gpg, '--passphrase', '', '--quick-gen-key', 'a@b.c', 'ed25519', 'sign'], timeout=30)
        self.assertEqual(made.code, 0, made.stderr)
        keyring = self.directory / 'ring.asc'
        keyring.write_text(process.run([*gpg, '--armor', '--export'], timeout=30).stdout)
        tree = self.origin.git('mktree', input='')
        with patch.dict(os.environ, {'GNUPGHOME': str(home)}):
            rev = self.origin.git('commit-tree', '-Sa@b.c', tree, '-m', 'signed')
            self.origin.git('update-ref', 'refs/heads/main', rev)
            mirror = self.fetched()
            self.assertIsNotNone(mirror.verify_signature(rev, SignedCommits(True)))
            self.assertIsNone(mirror.verify_signature(rev, SignedCommits(True, gpg_keyring=str(keyring))))


if __name__ == '__main__':
    unittest.main()
