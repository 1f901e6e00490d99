import os
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.build import nix_version
from vps_deploy.config import Repository
from vps_deploy.plan import EvalFailed, Resolved, flake_reference, parse_missing

HASH = '4s1yjpqj2h397zjarf09lxbi2knd3x6g'
MIRROR = Path('/var/lib/vps deploy/mirror.git')
REV = 'a' * 40


class Missing(unittest.TestCase):
    def test_table(self) -> None:
        one, two = f'/nix/store/{HASH}-a.drv', f'/nix/store/{HASH}-b'
        table = {
            '': Resolved('', ''),
            f'this derivation will be built:\n  {one}\n': Resolved('', '', to_build=(one,)),
            f'warning: x\nthese 2 derivations will be built:\n  {one}\n  {two}\nthis path will be fetched (0.5 MiB download, 1.25 MiB unpacked):\n  {two}\n': Resolved(
                '', '', (one, two), (two,), (), 512 * 1024, 1280 * 1024
            ),
            f'these 2 paths will be fetched (300.0 KiB download, 1.5 GiB unpacked):\n  {one}\n  {two}': Resolved(
                '', '', (), (one, two), (), 300 * 1024, 3 * 512 << 20
            ),
            f"don't know how to build these paths:\n  {two}\nerror: no\n  {one}": Resolved('', '', unknown=(two,)),
            f"don't know how to build these paths (may be caused by read-only store access):\n  {two}": Resolved(
                '', '', unknown=(two,)
            ),
        }
        for text, expected in table.items():
            self.assertEqual(parse_missing(text), expected, text)


class References(unittest.TestCase):
    def reference(self, version: tuple[int, ...] = (2, 34, 8), **fields: object) -> str:
        repository = Repository(url='https://example.org/o/r.git')._replace(**fields)
        return flake_reference(repository, MIRROR, REV, version)

    def test_table(self) -> None:
        start, ref = 'git+file:///var/lib/vps%20deploy/mirror.git', f'ref=refs/heads/main&rev={REV}'
        self.assertEqual(self.reference(), f'{start}?{ref}&dir=nix')
        self.assertEqual(self.reference(flake_dir='.'), f'{start}?{ref}')
        self.assertEqual(self.reference(flake_dir=''), f'{start}?{ref}')
        self.assertEqual(
            self.reference(flake_dir='a b/c&d', branch='x&y'), f'{start}?ref=refs/heads/x%26y&rev={REV}&dir=a%20b/c%26d'
        )
        own = 'git+https://example.org/o/r.git'
        self.assertEqual(self.reference(submodules=True), f'{own}?{ref}&dir=nix&submodules=1')
        self.assertEqual(self.reference(lfs=True, submodules=True), f'{own}?{ref}&dir=nix&submodules=1&lfs=1')
        self.assertEqual(
            self.reference(submodules=True, url='git@example.org:o/r.git'),
            f'git+ssh://git@example.org/o/r.git?{ref}&dir=nix&submodules=1',
        )

    def test_large_files_are_refused_where_nix_cannot_have_them(self) -> None:
        with self.assertRaisesRegex(EvalFailed, r'lfs needs Nix 2\.27 or later, this is 2\.26\.3'):
            self.reference((2, 26, 3), lfs=True)


class Version(unittest.TestCase):
    def version(self, said: str) -> tuple[int, ...]:
        with tempfile.TemporaryDirectory() as directory:
            program = Path(directory) / 'nix'
            program.write_text(f"#!/bin/sh\necho '{said}'\n")
            program.chmod(0o755)
            with patch.dict(os.environ, {'PATH': f'{directory}:{os.environ["PATH"]}'}):
                return nix_version()

    def test_table(self) -> None:
        table = {
            'nix (Nix) 2.26.3': (2, 26, 3),
            'nix (Nix) 2.34.8': (2, 34, 8),
            'nix (Nix) 2.24.0pre20240101_abcdef0': (2, 24, 0),
            'nix (Determinate Nix 3.4.0) 2.28.3': (2, 28, 3),
            'nix (Lix, like Nix) 2.93.0': (2, 93, 0),
            'nix (Nix) 2.18': (2, 18),
        }
        for said, expected in table.items():
            self.assertEqual(self.version(said), expected)

    def test_says_that_it_is_no_version_or_no_nix(self) -> None:
        with self.assertRaisesRegex(EvalFailed, 'said'):
            self.version('something')
        with patch.dict(os.environ, {'PATH': '/nonexistent'}), self.assertRaisesRegex(EvalFailed, 'cannot be started'):
            nix_version()


if __name__ == '__main__':
    unittest.main()
