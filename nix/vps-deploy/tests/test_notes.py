import os
import unittest
from unittest.mock import patch

from vps_deploy.notes import Line, armored, candidates, canonical_url, lines_of, message, path_problem

from .recording import HASH, PATH

REV = '0123456789abcdef0123456789abcdef01234567'


class Addresses(unittest.TestCase):
    def test_one_name_for_a_repository_however_it_is_reached(self) -> None:
        table = {
            'git@github.com:Owner/Repo.git': 'https://github.com/owner/repo',
            'github.com:owner/repo': 'https://github.com/owner/repo',
            'git@github.com:/owner/repo/': 'https://github.com/owner/repo',
            'git@[2001:DB8::1]:owner/repo.git': 'https://[2001:db8::1]/owner/repo',
            '[git@git.example.org:2222]:o/r.git': 'https://git.example.org/o/r',
            'git@[git.example.org:2222]:o/r.git': 'https://git.example.org/o/r',
            '[git@2001:DB8::1]:o/r': 'https://[2001:db8::1]/o/r',
            'robot@example.org@git.example.org:o/r': 'https://git.example.org/o/r',
            'git.example.org:o@other.example.org:r': 'https://git.example.org/o@other.example.org:r',
            'https://git.example.org:port/o/r': 'https://git.example.org:port/o/r',
            'https://git.example.org:99999/o/r': 'https://git.example.org:99999/o/r',
            'https://User:pw@[::1/o/r': 'https://[::1/o/r',
            'git://User:pw@git.example.org/o/r': 'git://git.example.org/o/r',
            'ssh://git@github.com/owner/repo.git': 'https://github.com/owner/repo',
            'ssh://git@ssh.github.com:443/owner/repo.git': 'https://github.com/owner/repo',
            'git@ssh.github.com:owner/repo.git': 'https://github.com/owner/repo',
            'ssh://git@[2001:DB8::1]:22/o/r': 'https://[2001:db8::1]/o/r',
            'https://github.com/owner/repo': 'https://github.com/owner/repo',
            'HTTPS://User:pw@GitHub.com:443/Owner/Repo.git/': 'https://github.com/owner/repo',
            'https://git.example.org:8443/o/r.git': 'https://git.example.org:8443/o/r',
            'http://git.example.org:80/o/r': 'http://git.example.org/o/r',
            'http://git.example.org:443/o/r': 'http://git.example.org:443/o/r',
            'https://github.com/owner/repo.github.io': 'https://github.com/owner/repo.github.io',
            'file:///srv/Repo.git/': 'file:///srv/Repo',
            '/srv/Repo.git': '/srv/Repo',
            '/srv/a:b/repo': '/srv/a:b/repo',
        }
        for url, expected in table.items():
            self.assertEqual(canonical_url(url), expected, url)


class Reading(unittest.TestCase):
    def test_lines_of_one_configuration(self) -> None:
        note = f'Words of a person.\nhost {PATH}\nweb {PATH} AAA=\nhost {PATH} BBBB\nhost {PATH} a b\nhost  {PATH}\n'
        read = lines_of(note, 'host')
        self.assertEqual(read.found, (Line(PATH, 'BBBB'), Line(PATH, '')))
        self.assertEqual(read.others, ('web',))

    def test_no_flood_keeps_a_signed_line_from_being_looked_at(self) -> None:
        read = lines_of(f'host {PATH}\n' * 200 + f'host {PATH} BBBB\n', 'host')
        self.assertEqual((read.found[0], read.left_out), (Line(PATH, 'BBBB'), 201 - len(read.found)))

    def test_names_of_others_are_safe_to_show(self) -> None:
        note = ''.join(f'\x1b[31m{number}{"x" * 300} {PATH}\n' for number in range(50))
        shown = lines_of(note, 'host').others
        self.assertEqual(len(shown), 5)
        self.assertTrue(all('\x1b' not in name and len(name) < 120 for name in shown))

    def test_a_configuration_is_no_pattern(self) -> None:
        self.assertEqual(lines_of(f'host {PATH}\n', 'h.st').found, ())

    def test_where_a_note_may_stand(self) -> None:
        places = candidates(REV)
        self.assertEqual(places[:3], [REV, f'01/{REV[2:]}', f'01/23/{REV[4:]}'])
        self.assertEqual({place.replace('/', '') for place in places}, {REV})
        self.assertEqual(len(places[-1].split('/')), 20)

    def test_what_is_signed(self) -> None:
        self.assertEqual(message('u', REV, 'host', PATH), f'u\n{REV}\nhost\n{PATH}\n')
        self.assertEqual(armored('A' * 71).splitlines()[1:3], ['A' * 70, 'A'])


class Paths(unittest.TestCase):
    def test_of_the_store_this_host_has(self) -> None:
        self.assertIsNone(path_problem(PATH))
        self.assertIsNone(path_problem(f'/nix/store/{HASH}-nixos-system-a.b_c+d-25.11pre-git'))
        with patch.dict(os.environ, {'NIX_STORE_DIR': '/other/store'}):
            self.assertIn('of the store /other/store', path_problem(PATH) or '')
            self.assertIsNone(path_problem(PATH.replace('/nix', '/other')))

    def test_others_are_shown_safely(self) -> None:
        problem = path_problem('/nix/store/\x1b' + 'x' * 9000) or ''
        self.assertTrue('\x1b' not in problem and len(problem) < 400, problem)


if __name__ == '__main__':
    unittest.main()
