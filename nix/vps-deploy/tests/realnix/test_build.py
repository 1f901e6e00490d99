import os
import time
from pathlib import Path
from unittest.mock import patch

from tests.gitserver import GitServer
from tests.realnix.nixstore import NixCase
from tests.repositories import Repo
from vps_deploy import closure
from vps_deploy.build import BuildFailed, BuildRefused, EvalFailed, Resolved, Work, nix_version, realise, resolve
from vps_deploy.config import Config, Repository
from vps_deploy.git import Mirror
from vps_deploy.nixlog import BuildLine, EvalError, Event, Message
from vps_deploy.process import Canceled, TimedOut

# A system as NixOS makes it, as far as this goes: never to be substituted, with a program to switch to it.
FLAKE = """{
  outputs = { self }:
    let
      make = name: script: builtins.derivation {
        inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ];
        preferLocalBuild = true; allowSubstitutes = false; PATH = "/bin:/usr/bin";
      };
      system = name: script: { config.system.build.toplevel = make name ''
        ${script}
        mkdir -p $out/bin; echo "#!/bin/sh" > $out/bin/switch-to-configuration
        chmod +x $out/bin/switch-to-configuration
      ''; };
    in {
      nixosConfigurations = {
        host = system "nixos-system-host-1" "echo building for ${self.rev or "nobody"}; mkdir $out; echo ${make "hello-2.12.1" "head -c 400000 /dev/zero > $out"} > $out/hello";
        broken = system "nixos-system-broken-1" "echo before; echo oops >&2; exit 3";
        bare.config.system.build.toplevel = make "no-system" "mkdir $out";
        undefined = import ./undefined.nix;
        syntax = import ./hosts/syntax.nix;
        thrown = throw "no such \\${thing}";
        slow = system "nixos-system-slow-1" "echo pid $$; sleep 60";
        endless.config.system.build.toplevel = builtins.foldl' (a: b: builtins.seq (builtins.genList (x: x) 10000) a) 0 (builtins.genList (x: x) 100000000);
        imported.config.system.build.toplevel = make "imports-${builtins.readFile (make "built-while-evaluating" "echo -n x > $out")}" "mkdir $out";
      };
    };
}
"""
FILES = {
    'nix/flake.nix': FLAKE,
    'nix/undefined.nix': '{\n  config.system.build.toplevel =\n    nothing;\n}\n',
    'nix/hosts/syntax.nix': '{\n  a = ;\n}\n',
}


class BuildCase(NixCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'file'}))
        self.origin = Repo(self.directory / 'origin.git')
        self.rev = self.origin.commit('one', files=FILES)
        self.events: list[Event] = []

    def config(self, configuration: str = 'host', **fields: object) -> Config:
        repository = Repository(url=f'file://{self.origin.path}')
        return Config(repository=repository, configuration=configuration)._replace(**fields)

    def mirror(self, config: Config) -> Mirror:
        mirror = Mirror(self.directory / 'state dir/mirror.git', config.repository, self.home)
        mirror.fetch(lambda _, __, ___: None, 30)
        return mirror

    def work(self, config: Config, seconds: float = 60) -> Work:
        return Work(config, self.home, time.monotonic() + seconds, self.events.append)

    def plan(self, config: Config) -> Resolved:
        return resolve(self.work(config), self.mirror(config), self.rev)

    def failure(self, configuration: str) -> EvalFailed:
        with self.assertRaises(EvalFailed) as caught:
            self.plan(self.config(configuration))
        return caught.exception

    def build(self, config: Config) -> Path:
        return realise(self.work(config), self.plan(config), self.directory / 'roots/system')


class Building(BuildCase):
    def test_builds_the_commit_and_keeps_it(self) -> None:
        config = self.config()
        plan = self.plan(config)
        self.assertEqual(
            [closure.name_and_version(path) for path in plan.to_build],
            [('hello', '2.12.1'), ('nixos-system-host', '1')],
        )
        system = realise(self.work(config), plan, self.directory / 'roots/system')
        self.assertEqual(str(system), plan.out)
        self.assertEqual(os.path.realpath(self.directory / 'roots/system'), plan.out)
        self.assertIn(BuildLine(plan.drv, f'building for {self.rev}'), self.events)
        self.assertTrue(any(isinstance(event, Message) and 'building' in event.text for event in self.events))
        self.nix('store', 'gc')
        self.assertTrue(system.exists())
        self.assertEqual(self.plan(config).to_build, ())

    def test_a_failed_build_says_what_failed(self) -> None:
        with self.assertRaisesRegex(BuildFailed, r'nixos-system-broken-1\.drv') as caught:
            self.build(self.config('broken'))
        self.assertNotIn('\x1b', str(caught.exception))
        self.assertIn('oops', [event.text for event in self.events if isinstance(event, BuildLine)])

    def test_what_is_no_system_is_no_success(self) -> None:
        with self.assertRaisesRegex(BuildFailed, 'switch-to-configuration'):
            self.build(self.config('bare'))

    def test_ends_in_time_and_when_canceled_with_the_builder(self) -> None:
        config = self.config('slow')
        plan = self.plan(config)
        with self.assertRaises(TimedOut):
            realise(self.work(config, 3), plan, self.directory / 'roots/system')
        pids = [
            event.text.split()[1]
            for event in self.events
            if isinstance(event, BuildLine) and event.text.startswith('pid')
        ]
        self.assertTrue(pids, 'the build had not begun: nothing was tested')
        self.assertFalse([pid for pid in pids if os.path.exists(f'/proc/{pid}')])
        with self.assertRaises(Canceled):
            realise(
                Work(config, self.home, time.monotonic() + 60, self.events.append, lambda: True),
                plan,
                self.directory / 'roots/system',
            )

    def test_evaluation_ends_in_time(self) -> None:
        config = self.config('endless')
        with self.assertRaises(TimedOut):
            resolve(self.work(config, 3), self.mirror(config), self.rev)

    def test_reads_closures_of_the_store(self) -> None:
        system = self.build(self.config())
        paths = closure.read_closures([str(system)])
        sizes = closure.reachable(paths, str(system))
        self.assertEqual({closure.name_and_version(path)[0] for path in sizes}, {'hello', 'nixos-system-host'})
        self.assertTrue(all(size > 100 for size in sizes.values()))
        diff = closure.diff(None, system)
        self.assertEqual([change.name for change in diff.added], ['hello', 'nixos-system-host'])
        self.assertEqual(diff.bytes_after, sum(sizes.values()))
        with self.assertRaises(closure.StoreUnreadable):
            closure.diff(None, self.store / ('0' * 32 + '-nothing'))


class Errors(BuildCase):
    def test_have_their_place_in_the_repository(self) -> None:
        table = {
            'undefined': ('nix/undefined.nix', 3, 5, "undefined variable 'nothing'"),
            'syntax': ('nix/hosts/syntax.nix', 2, 7, 'syntax error'),
            'thrown': ('nix/flake.nix', 20, 18, 'no such ${thing}'),
        }
        for name, (file, line, column, text) in table.items():
            error = self.failure(name).error
            assert error is not None
            self.assertEqual((error.file, error.line, error.column), (file, line, column), name)
            self.assertIn(text, error.message)
            self.assertNotIn('\x1b', error.message)
            self.assertIn(error, self.events)

    def test_of_the_flake_itself_have_a_place_too(self) -> None:
        self.rev = self.origin.commit('two', files={'nix/flake.nix': '{\n  outputs = { self }: }\n'})
        error = self.failure('host').error
        assert error is not None
        self.assertEqual((error.file, error.line), ('nix/flake.nix', 2))

    def test_name_a_configuration_that_does_not_exist(self) -> None:
        self.assertIn('nosuchhost', str(self.failure('nosuchhost')))
        self.assertIn('configuration is', str(self.failure('a"b')))

    def test_an_outdated_lock_file_is_an_error(self) -> None:
        other = Repo(self.directory / 'other.git')
        other.commit('other', files={'flake.nix': '{ outputs = _: { }; }'})
        flake = FLAKE.replace('{', f'{{ inputs.other.url = "git+file://{other.path}";', 1).replace(
            '{ self }', '{ self, other }'
        )
        self.rev = self.origin.commit('two', files={**FILES, 'nix/flake.nix': flake})
        self.assertIn('lock file', str(self.failure('host')))

    def test_settings_of_the_flake_do_not_count(self) -> None:
        ran = self.directory / 'ran'
        hook = self.directory / 'hook'
        hook.write_text(f'#!/bin/sh\ntouch {ran}\n')
        hook.chmod(0o755)
        flake = FLAKE.replace('{', f'{{ nixConfig = {{ post-build-hook = "{hook}"; accept-flake-config = true; }};', 1)
        self.rev = self.origin.commit('two', files={**FILES, 'nix/flake.nix': flake})
        self.build(self.config())
        self.assertFalse(ran.exists())


class NeverBuilding(BuildCase):
    """`builds: never`: what no cache has is refused before anything is done."""

    def cached(self, *paths: str) -> Config:
        """Uploads to a signed cache, forgets everything, and returns the configuration that uses the cache."""
        secret = self.directory / 'secret'
        secret.write_text(self.nix('key', 'generate-secret', '--key-name', 'cache-1'))
        public = self.nix('key', 'convert-secret-to-public', input=secret.read_text()).strip()
        cache = self.directory / 'cache'
        self.nix('copy', '--to', f'file://{cache}?secret-key={secret}', *paths)
        self.empty_store()
        return self.config(builds='never', substituters=(f'file://{cache}',), trusted_public_keys=(public,))

    def test_refuses_what_would_have_to_be_built(self) -> None:
        with self.assertRaisesRegex(BuildRefused, 'nixos-system-host-1'):
            self.plan(self.config(builds='never'))

    def test_fetches_what_a_cache_has(self) -> None:
        config = self.cached(str(self.build(self.config())))
        plan = self.plan(config)
        self.assertEqual(plan.to_build, ())
        self.assertEqual({closure.name_and_version(path)[0] for path in plan.to_fetch}, {'hello', 'nixos-system-host'})
        self.assertGreater(plan.unpacked_bytes, 300_000)
        self.events.clear()
        system = realise(self.work(config), plan, self.directory / 'roots/system')
        self.assertTrue((system / 'hello').exists())
        self.assertFalse([event for event in self.events if 'building' in str(event)])

    def test_refuses_a_system_whose_parts_are_missing_in_the_cache(self) -> None:
        system = self.build(self.config())
        hello = next(path for path in closure.read_closures([str(system)]) if 'hello' in path)
        config = self.cached(str(system))
        (self.directory / f'cache/{os.path.basename(hello)[:32]}.narinfo').unlink()
        with self.assertRaisesRegex(BuildRefused, 'hello-2.12.1'):
            self.plan(config)

    def test_refuses_what_is_signed_by_nobody_it_trusts(self) -> None:
        config = self.cached(str(self.build(self.config())))._replace(trusted_public_keys=())
        with self.assertRaises((BuildRefused, BuildFailed)):
            realise(self.work(config), self.plan(config), self.directory / 'roots/system')

    def test_builds_nothing_while_evaluating_either(self) -> None:
        config = self.config('imported', builds='never')
        with self.assertRaises(EvalFailed):
            self.plan(config)
        self.assertFalse([event for event in self.events if isinstance(event, BuildLine)])

    def test_the_same_evaluation_is_fine_where_building_is(self) -> None:
        self.assertTrue(self.plan(self.config('imported')).drv)


class References(BuildCase):
    def test_submodules_with_relative_addresses(self) -> None:
        library = Repo(self.directory / 'library.git')
        inner = library.commit('lib', files={'value.nix': '"from the submodule"'})
        flake = FLAKE.replace('building for', 'building ${import ./lib/value.nix} for')
        self._commit_with_submodule({'flake.nix': flake}, inner)
        token = self.directory / 'token'
        token.write_text('secret')
        with (
            GitServer(self.directory, 'secret') as server,
            patch.dict(os.environ, {'VPS_DEPLOY_GIT_PROTOCOLS': 'http'}),
        ):
            repository = Repository(
                url=f'{server.url}/origin.git', submodules=True, flake_dir='.', token_file=str(token)
            )
            self.build(self.config()._replace(repository=repository))
        self.assertIn(
            f'building from the submodule for {self.rev}',
            [event.text for event in self.events if isinstance(event, BuildLine)],
        )

    def _commit_with_submodule(self, files: dict[str, str], inner: str) -> None:
        modules = '[submodule "lib"]\n\tpath = lib\n\turl = ../library.git\n'
        plain = self.origin.commit('files', files={**files, '.gitmodules': modules})
        listing = self.origin.git('ls-tree', plain)
        tree = self.origin.git('mktree', '--missing', input=f'{listing}\n160000 commit {inner}\tlib\n')
        self.rev = self.origin.git('commit-tree', tree, '-m', 'with submodule', '-p', plain)
        self.origin.git('update-ref', 'refs/heads/main', self.rev)

    def test_large_files_need_a_newer_nix_or_work(self) -> None:
        config = self.config()
        config = config._replace(repository=config.repository._replace(lfs=True))
        if nix_version() >= (2, 27):
            self.assertTrue(self.plan(config).drv)
        else:
            with self.assertRaisesRegex(EvalFailed, r'lfs needs Nix 2\.27'):
                self.plan(config)

    def test_an_error_without_a_place_is_one_too(self) -> None:
        self.rev = 'f' * 40
        config = self.config()
        with self.assertRaises(EvalFailed) as caught:
            resolve(self.work(config), self.mirror(config), self.rev)
        self.assertIsInstance(caught.exception.error, EvalError)
