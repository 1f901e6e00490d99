import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.realnix.test_build import BuildCase
from vps_deploy import closure
from vps_deploy.build import BuildFailed, BuildRefused, Work, realise, resolve_path
from vps_deploy.config import Config
from vps_deploy.nixlog import BuildLine


class RecordedCase(BuildCase):
    """A system that CI has built and uploaded, signed and not; the store of this host is empty."""

    def setUp(self) -> None:
        super().setUp()
        self.cache, self.unsigned = self.directory / 'cache', self.directory / 'unsigned'
        self.system = str(self.build(self.config()))
        self.hello = Path(self.system, 'hello').read_text().strip()
        self.key = self.new_key('cache-1')
        self.nix('copy', '--to', f'file://{self.cache}?secret-key={self.directory}/cache-1', self.system)
        self.nix('copy', '--to', f'file://{self.unsigned}', self.system)
        self.empty_store()
        self.events.clear()

    def new_key(self, name: str) -> str:
        secret = self.nix('key', 'generate-secret', '--key-name', name)
        (self.directory / name).write_text(secret)
        return self.nix('key', 'convert-secret-to-public', input=secret).strip()

    def recorded(self, cache: str | Path, **fields: object) -> Work:
        url = cache if isinstance(cache, str) else f'file://{cache}'
        fields = {'substituters': (url,), 'trusted_public_keys': (self.key,), **fields}
        return self.work(self.config(**fields))._replace(is_recorded=True)  # type: ignore[arg-type]

    def take(self, work: Work) -> Path:
        return realise(work, resolve_path(work, self.system), self.directory / 'roots/system')

    def refusal(self, work: Work) -> str:
        with self.assertRaises(BuildRefused) as caught:
            self.take(work)
        self.assertRegex(str(caught.exception), r'\A[^\n]+\.\Z')
        return str(caught.exception)

    def put_into_store(self, path: str) -> None:
        """As somebody may who need not care for signatures."""
        options = {'substituters': f'file://{self.unsigned}', 'require-sigs': 'false'}
        pairs = (('--option', name, value) for name, value in options.items())
        self.nix('build', '--no-link', *(part for pair in pairs for part in pair), path)

    def configure(self, line: str) -> None:
        with open(f'{os.environ["NIX_CONF_DIR"]}/nix.conf', 'a', encoding='ascii') as conf:
            conf.write(f'{line}\n')

    def narinfo(self, cache: Path, path: str) -> Path:
        return cache / f'{os.path.basename(path)[:32]}.narinfo'

    def without_signature(self, path: str) -> None:
        file = self.narinfo(self.cache, path)
        file.write_text(''.join(line for line in file.read_text().splitlines(True) if not line.startswith('Sig:')))


class Taking(RecordedCase):
    def test_fetches_it_and_keeps_it_and_evaluates_nothing(self) -> None:
        work = self.recorded(self.cache)
        plan = resolve_path(work, self.system)
        self.assertEqual({closure.name_and_version(path)[0] for path in plan.to_fetch}, {'hello', 'nixos-system-host'})
        self.assertGreater(plan.unpacked_bytes, 300_000)
        self.assertEqual(self.take(work), Path(self.system))
        self.assertEqual(os.path.realpath(self.directory / 'roots/system'), self.system)
        self.assertFalse([event for event in self.events if isinstance(event, BuildLine)])
        self.assertEqual(resolve_path(work, self.system).to_fetch, ())
        self.assertEqual(self.take(work), Path(self.system))

    def test_knows_how_much_of_a_whole_system_is_missing(self) -> None:
        part = 'n: builtins.toFile "part-with-a-name-that-is-long-${toString n}" "${toString n}"'
        parts = f'builtins.concatStringsSep "\\n" (builtins.genList ({part}) 800)'
        system = self.nix('eval', '--raw', '--expr', f'builtins.toFile "nixos-system-host-2" ({parts})')
        self.nix('copy', '--to', f'file://{self.cache}?secret-key={self.directory}/cache-1', system)
        self.empty_store()
        plan = resolve_path(self.recorded(self.cache), system)
        self.assertGreater(sum(map(len, plan.to_fetch)), 64 << 10)
        self.assertEqual(len(plan.to_fetch), 801)
        self.assertGreater(plan.unpacked_bytes, 80_000)

    def test_is_fetched_though_nothing_else_is(self) -> None:
        self.configure('substitute = false')
        self.assertEqual(self.take(self.recorded(self.cache)), Path(self.system))

    def test_builds_nothing_though_it_could(self) -> None:
        self.build(self.config())
        os.unlink(self.directory / 'roots/system')
        self.nix('store', 'delete', self.system)
        self.assertIn('gone or not there yet', self.refusal(self.recorded(self.directory / 'empty')))

    def test_what_was_built_here_is_fine(self) -> None:
        self.build(self.config())
        self.assertEqual(self.take(self.recorded(self.directory / 'empty')), Path(self.system))

    def test_what_is_uploaded_after_a_refusal_is_found(self) -> None:
        later = self.directory / 'later'
        shutil.copytree(self.cache, later)
        self.narinfo(later, self.system).unlink()
        handler = partial(_Quiet, directory=str(later))
        with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.shutdown)
            work = self.recorded(f'http://127.0.0.1:{server.server_port}')
            self.assertIn('gone or not there yet', self.refusal(work))
            shutil.copy(self.narinfo(self.cache, self.system), later)
            self.assertEqual(self.take(work), Path(self.system))


class Trusting(RecordedCase):
    def test_unsigned_is_refused(self) -> None:
        said = self.refusal(self.recorded(self.unsigned))
        self.assertIn(f'{self.system} of the recorded {self.system} is not signed by a key this host trusts', said)
        self.assertFalse(os.path.exists(self.system))

    def test_signed_by_another_key_is_refused(self) -> None:
        work = self.recorded(self.cache, trusted_public_keys=(self.new_key('other-1'),))
        self.assertIn('unsigned, or signed by another key', self.refusal(work))

    def test_one_unsigned_part_is_enough(self) -> None:
        self.without_signature(self.hello)
        self.assertIn(f'{self.hello} of the recorded {self.system} is not signed', self.refusal(self.recorded(self.cache)))
        self.assertFalse(os.path.exists(self.system))

    def test_no_setting_of_the_host_and_no_address_of_a_cache_lifts_it(self) -> None:
        self.configure('require-sigs = false')
        self.assertIn('the cache has it unsigned', self.refusal(self.recorded(self.unsigned)))
        self.assertFalse(os.path.exists(self.system))
        self.assertIn('was not built here', self.refusal(self.recorded(f'file://{self.unsigned}?trusted=1')))

    def test_what_somebody_put_into_the_store_before_is_refused(self) -> None:
        self.put_into_store(self.system)
        words = 'is in the store of this host, but was not built here and is not signed by a key this host trusts'
        self.assertIn(f'{self.system} of the recorded {self.system} {words}', self.refusal(self.recorded(self.cache)))

    def test_so_is_a_part_of_it(self) -> None:
        self.put_into_store(self.hello)
        words = 'is in the store of this host, but was not built here'
        self.assertIn(f'{self.hello} of the recorded {self.system} {words}', self.refusal(self.recorded(self.cache)))

    def test_a_note_brings_no_keys_or_caches(self) -> None:
        self.assertIn('No cache of this host has', self.refusal(self.work(Config())._replace(is_recorded=True)))


class Missing(RecordedCase):
    def test_a_system_that_no_cache_has_is_refused(self) -> None:
        self.narinfo(self.cache, self.system).unlink()
        said = self.refusal(self.recorded(self.cache))
        self.assertIn(f'No cache of this host has {os.path.basename(self.system)} of the recorded {self.system}', said)

    def test_so_is_one_with_a_part_missing(self) -> None:
        self.narinfo(self.cache, self.hello).unlink()
        self.assertIn(f'No cache of this host has {os.path.basename(self.hello)} of', self.refusal(self.recorded(self.cache)))

    def test_so_is_one_whose_files_are_gone(self) -> None:
        for file in (self.cache / 'nar').iterdir():
            file.unlink()
        self.assertRegex(self.refusal(self.recorded(self.cache)), r'for nar/\S+ is no longer in the cache')

    def test_a_nix_that_cannot_ask_is_a_failure_in_its_own_words(self) -> None:
        self.configure('garbage')
        with self.assertRaisesRegex(BuildFailed, 'nix build --dry-run ended with 1: .*garbage'):
            self.take(self.recorded(self.cache))

    def test_a_cache_that_does_not_answer_is_a_failure(self) -> None:
        with self.assertRaisesRegex(BuildFailed, 'A cache did not answer.*127.0.0.1:1/'):
            self.take(self.recorded('http://127.0.0.1:1'))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass
