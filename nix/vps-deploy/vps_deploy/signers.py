"""Whose signature stands on a recorded line: asked of ssh-keygen."""

import os
from pathlib import Path
from typing import NamedTuple

from .notes import NAMESPACE, armored
from .process import Finished, TimedOut, run
from .text import escaped

_SECONDS = 10.0
_MAX_PRINCIPALS = 16


class NoSigners(Exception):
    """It cannot be told who signed; the text says why."""


class Signers(NamedTuple):
    """`file`: allowed signers, see ssh-keygen(1); `home`: a private directory that exists."""

    file: str
    home: Path

    def check(self) -> None:
        """Raises NoSigners for a file that names nobody or cannot be read."""
        try:
            with open(self.file, encoding='utf-8', errors='replace') as opened:
                named = any(line.strip() and not line.strip().startswith('#') for line in opened)
        except OSError as error:
            raise NoSigners(f'recordedSigners {self.file} cannot be read: {error.strerror}.') from error
        if not named:
            raise NoSigners(f'recordedSigners {self.file} names nobody: put the public key that CI records with there.')

    def who_signed(self, message: str, signature: str) -> str | None:
        """The allowed signer who signed `message`, or None: another key, another message, or no signature at all.

        Raises NoSigners if ssh-keygen cannot say.
        """
        if not signature:
            return None
        file = str(self.home / f'signature-{os.getpid()}')
        try:
            with open(file, 'w', encoding='ascii') as opened:
                opened.write(armored(signature))
            return next((name for name in self._principals(file) if self._is_by(name, message, file)), None)
        except TimedOut as error:
            raise NoSigners(f'Who signed cannot be told with recordedSigners {self.file}: ssh-keygen: {error}') from error
        finally:
            if os.path.exists(file):
                os.unlink(file)

    def _principals(self, file: str) -> list[str]:
        """Who may have signed: the names that stand with the signature's key."""
        done = self._ask('find-principals', file)
        names = [name for line in done.stdout.splitlines() for name in line.split(',')] if done.code == 0 else []
        return [escaped(name) for name in names if name and not name.startswith('!')][:_MAX_PRINCIPALS]

    def _is_by(self, name: str, message: str, file: str) -> bool:
        return self._ask('verify', file, '-I', name, '-n', NAMESPACE, input=message).code == 0

    def _ask(self, verb: str, file: str, *args: str, input: str | None = None) -> Finished:
        argv = ['ssh-keygen', '-Y', verb, '-s', file, '-f', self.file, *args]
        try:
            return run(argv, timeout=_SECONDS, input=input)
        except OSError as error:
            raise NoSigners(f'Who signed cannot be told, for ssh-keygen cannot be started: {error.strerror}.') from error
