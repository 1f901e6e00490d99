import os
import shutil
import unittest
from pathlib import Path
from unittest.mock import patch

from vps_deploy.notes import message
from vps_deploy.recorded import Found

from .recording import OTHER, PATH, Key, RecordedCase, note


class Signed(RecordedCase):
    def setUp(self) -> None:
        super().setUp()
        self.key = Key(self.directory, 'ci')
        self.thief = Key(self.directory, 'thief')
        self.file = self.signers(f'ci@example.org {self.key.public}')

    def signers(self, *lines: str) -> str:
        file = self.directory / 'signers'
        file.write_text(''.join(f'{line}\n' for line in lines))
        return str(file)

    def signed(self) -> Found:
        return self.found(recorded_signers=self.file)

    def unsigned(self) -> str:
        return self.missing(recorded_signers=self.file)

    def test_a_signed_line_counts_and_others_do_not(self) -> None:
        lines = [f'host {OTHER}', self.thief.line(self.url, self.rev, path=OTHER), self.key.line(self.url, self.rev)]
        note(self.origin, self.rev, '\n'.join([*lines, '']))
        self.assertEqual(self.signed(), Found(PATH, 'ci@example.org'))
        self.assertIn('signed by ci@example.org', self.signed().sentence())

    def test_nothing_else_counts(self) -> None:
        two = self.origin.commit('two')
        good = self.key.line(self.url, self.rev)
        signature = good.split()[2]
        table = {
            'unsigned': f'host {PATH}',
            'another key': self.thief.line(self.url, self.rev),
            'another commit': self.key.line(self.url, two),
            'another repository': self.key.line('https://example.org/other', self.rev),
            'another configuration': f'host {PATH} {self.key.line(self.url, self.rev, "web").split()[2]}',
            'another path': f'host {OTHER} {signature}',
            'another namespace': f'host {PATH} {self.key.sign(message(self.url, self.rev, "host", PATH), "git")}',
            'half a signature': f'host {PATH} {signature[:100]}',
            'garbage': f'host {PATH} {"A" * 40000}',
        }
        for name, line in table.items():
            note(self.origin, self.rev, f'{line}\n')
            self.assertRegex(self.unsigned(), f'is signed by none of recordedSigners .* for {self.url}: let', name)
        note(self.origin, self.rev, f'{good}\n')
        self.assertEqual(self.signed().path, PATH)

    def test_nothing_is_left_behind(self) -> None:
        note(self.origin, self.rev, f'{self.key.line(self.url, self.rev)}\n')
        self.signed()
        self.assertEqual(os.listdir(self.directory / 'home'), [])

    def test_signers_who_do_not_agree_are_refused(self) -> None:
        self.signers(f'ci@example.org {self.key.public}', f'second@example.org {self.thief.public}')
        agreed = [self.key.line(self.url, self.rev), self.thief.line(self.url, self.rev)]
        note(self.origin, self.rev, '\n'.join(agreed))
        self.assertEqual(self.signed().path, PATH)
        note(self.origin, self.rev, '\n'.join([agreed[0], self.thief.line(self.url, self.rev, path=OTHER)]))
        self.assertIn('Different closures', self.refusal(recorded_signers=self.file))

    def test_every_kind_of_key_and_of_name_is_good(self) -> None:
        for kind in ('ecdsa', 'rsa'):
            key = Key(self.directory, kind, kind)
            self.signers(f'!x@example.org,*@example.org namespaces="nixos-closures" {key.public}')
            note(self.origin, self.rev, f'{key.line(self.url, self.rev)}\n')
            self.assertEqual(self.signed(), Found(PATH, '*@example.org'))

    def test_a_key_for_other_things_or_of_another_time_is_none(self) -> None:
        note(self.origin, self.rev, f'{self.key.line(self.url, self.rev)}\n')
        for option in ('namespaces="git"', 'valid-before="20200101"'):
            self.signers(f'ci@example.org {option} {self.key.public}')
            self.unsigned()

    def test_a_file_without_signers_is_refused(self) -> None:
        note(self.origin, self.rev, f'{self.key.line(self.url, self.rev)}\n')
        self.assertIn('cannot be read: No such file', self.refusal(recorded_signers='/nonexistent'))
        self.assertIn('names nobody', self.refusal(recorded_signers=self.signers('# nobody', '')))

    def test_a_program_that_cannot_tell_who_signed_is_refused_at_once(self) -> None:
        note(self.origin, self.rev, f'{self.key.line(self.url, self.rev)}\n' * 3)
        programs = self.directory / 'programs'
        programs.mkdir()
        (programs / 'git').symlink_to(shutil.which('git') or '')
        with patch.dict(os.environ, {'PATH': str(programs)}):
            self.assertIn('ssh-keygen cannot be started: No such file', self.refusal(recorded_signers=self.file))
        (programs / 'ssh-keygen').write_text(f'#!/bin/sh\necho x >> {self.root}/started\nexec /bin/sleep 30\n')
        (programs / 'ssh-keygen').chmod(0o755)
        with patch.dict(os.environ, {'PATH': str(programs)}), patch('vps_deploy.signers._SECONDS', 0.5):
            self.assertIn('ssh-keygen: It did not end within', self.refusal(recorded_signers=self.file))
        self.assertEqual(Path(self.root, 'started').read_text(), 'x\n')
        self.assertEqual(os.listdir(self.directory / 'home'), [])

    def test_only_so_many_lines_are_looked_at(self) -> None:
        note(self.origin, self.rev, f'host {PATH} AAAA\n' * 16 + self.key.line(self.url, self.rev))
        self.assertIn('1 more lines of this configuration were not looked at.', self.unsigned())


if __name__ == '__main__':
    unittest.main()
