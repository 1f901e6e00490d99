"""A real Nix with a store of its own in a temporary directory: /nix is not touched."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.process import run

_CONF = """
experimental-features = nix-command flakes
build-users-group =
sandbox = false
substituters =
flake-registry =
"""


class NixCase(unittest.TestCase):
    """Needs `nix` on PATH, or its full path in NIX_BIN; without it every test fails."""

    def setUp(self) -> None:
        program = os.environ.get('NIX_BIN') or shutil.which('nix')
        if not program or not os.access(program, os.X_OK):
            self.fail('These tests need a real Nix: put it on PATH, or its full path into NIX_BIN.')
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(self.make_writable)
        places = {
            name: self.directory / name.lower()
            for name in ('NIX_STORE_DIR', 'NIX_STATE_DIR', 'NIX_LOG_DIR', 'NIX_CONF_DIR')
        }
        places['NIX_CONF_DIR'].mkdir()
        (places['NIX_CONF_DIR'] / 'nix.conf').write_text(_CONF)
        self.store = places['NIX_STORE_DIR']
        self.home = self.directory / 'home'
        self.home.mkdir()
        path = f'{os.path.dirname(os.path.realpath(program))}:{os.environ["PATH"]}'
        variables = {name: str(place) for name, place in places.items()}
        self.enterContext(patch.dict(os.environ, {**variables, 'PATH': path, 'HOME': str(self.home)}))

    def make_writable(self) -> None:
        """The store is read-only; what is to be removed must not be."""
        for place, _, _ in os.walk(self.directory):
            os.chmod(place, 0o700)

    def empty_store(self) -> None:
        self.make_writable()
        for name in ('NIX_STORE_DIR', 'NIX_STATE_DIR'):
            shutil.rmtree(os.environ[name], ignore_errors=True)
        shutil.rmtree(self.home / '.cache', ignore_errors=True)

    def nix(self, *args: str, input: str | None = None) -> str:
        done = run(['nix', *args], timeout=60, env={'HOME': str(self.home)}, input=input)
        self.assertEqual(done.code, 0, done.stderr)
        return done.stdout
