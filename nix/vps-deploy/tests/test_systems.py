import os
import socket
import unittest

from vps_deploy import gcroots
from vps_deploy.listening import is_listening
from vps_deploy.systems import generation, generation_before, real

from .support import InTemporaryDirectory


class Profile(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.profile = f'{self.root}/system'
        for number in (1, 2, 9, 10):
            os.mkdir(f'{self.root}/store-{number}')
            os.symlink(f'store-{number}', f'{self.root}/system-{number}-link')

    def test_the_generation_is_the_number_of_the_link(self) -> None:
        self.assertIsNone(generation(self.profile))
        os.symlink('system-10-link', self.profile)
        self.assertEqual(generation(self.profile), 10)

    def test_the_one_before_is_the_newest_older_one(self) -> None:
        os.symlink('system-9-link', self.profile)
        self.assertEqual(generation_before(self.profile), os.path.realpath(f'{self.root}/store-2'))
        os.replace(f'{self.root}/system-1-link', self.profile)
        self.assertIsNone(generation_before(self.profile))

    def test_a_link_to_nowhere_is_no_system(self) -> None:
        os.symlink('gone', self.profile)
        self.assertIsNone(real(self.profile))


class Roots(InTemporaryDirectory):
    def setUp(self) -> None:
        super().setUp()
        before = os.environ.get('NIX_STATE_DIR')
        os.environ['NIX_STATE_DIR'] = self.root
        self.addCleanup(self.restore, before)

    def restore(self, before: str | None) -> None:
        del os.environ['NIX_STATE_DIR']
        if before is not None:
            os.environ['NIX_STATE_DIR'] = before

    def test_a_root_is_replaced_and_removed_with_the_links_nix_made_to_it(self) -> None:
        gcroots.add('deploy-0001', 'system', '/nix/store/a')
        gcroots.add('deploy-0001', 'system', '/nix/store/b')
        gcroots.add('deploy-0001-system', 'system', '/nix/store/c')
        self.assertEqual(os.readlink(gcroots.path('deploy-0001', 'system')), '/nix/store/b')
        os.mkdir(f'{self.root}/gcroots/auto')
        os.symlink(gcroots.path('deploy-0001', 'system'), f'{self.root}/gcroots/auto/ours')
        os.symlink('/home/somebody/result', f'{self.root}/gcroots/auto/theirs')
        gcroots.remove('deploy-0001')
        self.assertEqual(os.listdir(f'{self.root}/gcroots/vps-deploy'), ['deploy-0001-system-system'])
        self.assertEqual(os.listdir(f'{self.root}/gcroots/auto'), ['theirs'])


class Listening(unittest.TestCase):
    def test_sees_who_accepts_connections_and_who_does_not(self) -> None:
        with socket.socket() as server:
            server.bind(('127.0.0.1', 0))
            port = server.getsockname()[1]
            self.assertFalse(is_listening(port))
            server.listen()
            self.assertTrue(is_listening(port))
        self.assertFalse(is_listening(port))


if __name__ == '__main__':
    unittest.main()
