import json
import os
import tempfile
import unittest
from pathlib import Path

from vps_deploy.reboot import reasons, revision_of


class Systems(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def system(self, name: str, triggers: object = None, **links: str) -> Path:
        system = self.directory / name
        system.mkdir()
        for link, target in links.items():
            (system / link.replace('_', '-')).symlink_to(target)
        if triggers is not None:
            (system / 'reboot-triggers').write_text(triggers if isinstance(triggers, str) else json.dumps(triggers))
        return system


class Reasons(Systems):
    def test_triggers_say_what_differs(self) -> None:
        old = self.system(
            'old',
            {'kernel': '/nix/store/' + 'a' * 32 + '-linux-6.12.3/bzImage', 'dbus': 'dbus', 'gone': 'x', 'same': 1},
        )
        new = self.system(
            'new',
            {
                'kernel': '/nix/store/' + 'b' * 32 + '-linux-6.12.9/bzImage',
                'dbus': 'broker',
                'new': {'a': 1},
                'same': 1,
            },
        )
        self.assertEqual(
            reasons(old, new),
            [
                'kernel: linux-6.12.3/bzImage -> linux-6.12.9/bzImage',
                'dbus: dbus -> broker',
                'gone: x -> none',
                'new: none -> {"a": 1}',
            ],
        )
        self.assertEqual(reasons(old, old), [])

    def test_the_same_version_built_anew_is_a_reason_too(self) -> None:
        old = self.system('old', {'kernel': '/nix/store/' + 'a' * 32 + '-linux-6.12.3'})
        new = self.system('new', {'kernel': '/nix/store/' + 'b' * 32 + '-linux-6.12.3'})
        self.assertEqual(reasons(old, new), ['kernel: linux-6.12.3 -> linux-6.12.3 (built anew)'])

    def test_older_systems_are_compared_by_their_links(self) -> None:
        old = self.system('old', kernel='/x/linux-1', initrd='/x/initrd-1', kernel_modules='/x/modules')
        new = self.system(
            'new', kernel='/x/linux-1', initrd='/x/initrd-2', kernel_modules='/x/modules', systemd='/x/systemd'
        )
        (old / 'kernel-params').write_text('quiet\n')
        (new / 'kernel-params').write_text('quiet splash\n')
        expected = ['initrd: /x/initrd-1 -> /x/initrd-2', 'kernel-params: quiet -> quiet splash']
        self.assertEqual(reasons(old, new), expected)

    def test_links_count_where_only_one_system_has_triggers_or_they_are_unreadable(self) -> None:
        old = self.system('old', kernel='/x/linux-1')
        new = self.system('new', {'kernel': 'other'}, kernel='/x/linux-1')
        self.assertEqual(reasons(old, new), [])
        broken = self.system('broken', '{', kernel='/x/linux-2')
        self.assertEqual(reasons(broken, new), ['kernel: /x/linux-2 -> /x/linux-1'])

    def test_another_init_interface_is_a_reason_whatever_the_triggers_say(self) -> None:
        for number, triggers in enumerate(({'kernel': 'same'}, None)):
            old, new = self.system(f'old{number}', triggers), self.system(f'new{number}', triggers)
            for system, version in ((old, '1\n'), (new, '2\n')):
                (system / 'init-interface-version').write_text(version)
            self.assertEqual(reasons(old, new), ['init-interface-version: 1 -> 2'])

    def test_one_system_under_two_names_and_none_booted(self) -> None:
        new = self.system('new', kernel='/x/linux-1')
        (self.directory / 'booted').symlink_to(new)
        self.assertEqual(reasons(str(self.directory / 'booted'), str(new)), [])
        self.assertEqual(reasons(self.directory / 'nothing', new), [])


class Revisions(Systems):
    def says(self, name: str, script: str) -> Path:
        system = self.system(name)
        (system / 'sw/bin').mkdir(parents=True)
        program = system / 'sw/bin/nixos-version'
        program.write_text(f'#!/bin/sh\n{script}\n')
        program.chmod(0o755)
        return system

    def test_table(self) -> None:
        rev = 'a' * 40
        table = {
            f'test "$1" = --json && echo \'{{"configurationRevision":"{rev}","nixosVersion":"25.11"}}\'': rev,
            f'echo \'{{"configurationRevision":"{rev}-dirty"}}\'': f'{rev}-dirty',
            'echo \'{"nixosVersion":"25.11"}\'': None,
            'echo \'{"configurationRevision":null}\'': None,
            'echo \'{"configurationRevision":"main; rm -rf /"}\'': None,
            'echo nonsense': None,
            'exit 1': None,
            "echo '[]'": None,
        }
        for number, (script, expected) in enumerate(table.items()):
            self.assertEqual(revision_of(self.says(f'system{number}', script)), expected, script)

    def test_is_asked_once_a_path(self) -> None:
        rev = 'c' * 40
        system = self.says('counted', f'echo x >> {self.directory}/asked; echo \'{{"configurationRevision":"{rev}"}}\'')
        (self.directory / 'link').symlink_to(system)
        self.assertEqual([revision_of(system), revision_of(str(self.directory / 'link'))], [rev, rev])
        self.assertEqual((self.directory / 'asked').read_text(), 'x\n')

    def test_a_system_without_the_program(self) -> None:
        self.assertIsNone(revision_of(self.system('bare')))
        os.symlink('/nonexistent', self.directory / 'dangling')
        self.assertIsNone(revision_of(self.directory / 'dangling'))


if __name__ == '__main__':
    unittest.main()
