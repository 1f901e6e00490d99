import os
import unittest

from vps_deploy.ancestry import connection_ticks, parse_stat, server_port
from vps_deploy.clock import TICKS_PER_SECOND, boot_ticks

from .support import InTemporaryDirectory

TAIL = ' '.join(str(number) for number in range(5, 22))


class Ancestry(InTemporaryDirectory):
    def process(self, pid: int, name: str, parent: int, start: int) -> None:
        os.mkdir(f'{self.root}/{pid}')
        with open(f'{self.root}/{pid}/stat', 'w', encoding='ascii') as file:
            file.write(f'{pid} ({name}) S {parent} {TAIL} {start} 0 0\n')

    def test_the_nearest_sshd_is_the_connection(self) -> None:
        for session in ('sshd', 'sshd-session'):
            with self.subTest(session=session):
                self.process(30, 'sh', 20, 900)
                self.process(20, session, 10, 800)
                self.process(10, 'sshd', 1, 100)
                self.assertEqual(connection_ticks(30, self.root), 800)
            self.setUp()

    def test_without_sshd_it_is_unknown(self) -> None:
        self.process(30, 'sh', 20, 900)
        self.process(20, 'not sshd) S 1 (sshd', 1, 800)
        self.assertEqual(connection_ticks(30, self.root), 0)

    def test_the_name_of_a_process_may_hold_anything(self) -> None:
        self.assertEqual(parse_stat(f'7 (a) R 1 (b) S 3 {TAIL} 42 0'.encode()), (b'a) R 1 (b', 3, 42))

    def test_our_own_start_is_on_the_same_clock(self) -> None:
        with open('/proc/self/stat', 'rb') as file:
            start = parse_stat(file.read())[2]
        self.assertTrue(0 < start <= boot_ticks() < start + 3600 * TICKS_PER_SECOND)

    def test_the_port_is_what_sshd_says(self) -> None:
        self.assertEqual(server_port({'SSH_CONNECTION': '192.0.2.1 5555 192.0.2.2 2222'}), 2222)
        for text in ('', '1 2 3', '1 2 3 x', '1 2 3 999999'):
            self.assertEqual(server_port({'SSH_CONNECTION': text}), 0)


if __name__ == '__main__':
    unittest.main()
