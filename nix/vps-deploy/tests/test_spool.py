import os
import socket
import time
import unittest

from vps_deploy.spool import MAX_LETTER_BYTES, BadLetter, Letter, Spool, new_token, parse_letter

from .support import InTemporaryDirectory


def letter(request: str = 'abort abcdefgh') -> Letter:
    return Letter(new_token(), request, 1234, 22)


class Inbox(InTemporaryDirectory):
    def put(self, spool: Spool, name: str, data: bytes) -> str:
        path = f'{spool.inbox}/{name}'
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def assert_taken(self, spool: Spool, expected: list[Letter]) -> None:
        self.assertEqual(list(spool.take_all(os.geteuid())), expected)
        self.assertEqual(os.listdir(spool.inbox), [])

    def test_requests_come_out_as_they_went_in_oldest_first(self) -> None:
        spool, letters = self.spool(), [letter(f'abort number-{number}') for number in range(5)]
        for each in letters:
            spool.send(each)
            time.sleep(0.02)  # the clock of files ticks slowly
        self.assert_taken(spool, letters)

    def test_a_request_has_its_name_only_when_it_is_complete(self) -> None:
        spool, one = self.spool(), letter()
        spool.send(one)
        self.assertEqual(os.listdir(spool.inbox), [one.token])
        self.assertEqual(os.stat(f'{spool.inbox}/{one.token}').st_nlink, 1)

    def test_whatever_else_lies_there_is_removed_and_never_read(self) -> None:
        spool, good = self.spool(), letter()
        text = letter().text().encode()
        outside = f'{self.root}/outside'
        with open(outside, 'wb') as file:
            file.write(text)
        os.symlink(outside, f'{spool.inbox}/symlink')
        os.symlink(self.root, f'{spool.inbox}/symlink-to-directory')
        os.link(outside, f'{spool.inbox}/hardlink')
        os.mkfifo(f'{spool.inbox}/fifo')
        os.makedirs(f'{spool.inbox}/directory/deep/deeper')
        self.put(spool, 'directory/deep/file', text)
        os.makedirs(f'{spool.inbox}/.hidden')
        self.put(spool, 'large', text + b'x' * 512)
        whole = letter('x' * 468).text().encode()
        self.assertEqual(len(whole), MAX_LETTER_BYTES)
        self.put(spool, 'larger-by-one', whole + b'x')
        self.put(spool, 'empty', b'')
        self.put(spool, 'new\nline', b'\xff\x00')
        self.put(spool, '-rf', b'1 x\n')
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(f'{spool.inbox}/socket')
        spool.send(good)
        self.assert_taken(spool, [good])
        with open(outside, 'rb') as file:
            self.assertEqual(file.read(), text)

    def test_a_request_of_another_owner_does_not_count(self) -> None:
        spool = self.spool()
        spool.send(letter())
        self.assertEqual(list(spool.take_all(os.geteuid() + 1)), [])
        self.assertEqual(os.listdir(spool.inbox), [])

    def test_what_a_killed_intake_had_taken_out_is_still_answered(self) -> None:
        spool, one = self.spool(), letter()
        spool.send(one)
        os.mkdir(f'{spool.inbox}/.taken-before', 0o700)
        os.rename(f'{spool.inbox}/{one.token}', f'{spool.inbox}/.taken-before/0000')
        self.assert_taken(spool, [one])

    def test_what_an_intake_was_killed_over_comes_out_again(self) -> None:
        spool, one, two = self.spool(), letter(), letter()
        spool.send(one)
        time.sleep(0.02)  # the clock of files ticks slowly
        spool.send(two)
        killed = spool.take_all(os.geteuid())
        self.assertEqual((next(killed), next(killed)), (one, two))
        killed.close()
        self.assert_taken(spool, [two])

    def test_what_its_writer_has_given_up_is_not_carried_out_later(self) -> None:
        spool, one = self.spool(), letter()
        spool.send(one)
        os.utime(f'{spool.inbox}/{one.token}', (0, time.time() - 20))
        self.assert_taken(spool, [])

    def test_a_link_in_place_of_the_private_directory_leads_nowhere(self) -> None:
        spool = self.spool()
        precious = f'{self.root}/precious'
        os.makedirs(f'{precious}/directory')
        with open(f'{precious}/file', 'w', encoding='ascii') as file:
            file.write('precious')
        os.symlink(precious, f'{spool.inbox}/.taken')
        os.symlink(precious, f'{spool.inbox}/.taken-before')
        one = letter()
        spool.send(one)
        self.assert_taken(spool, [one])
        self.assertEqual(sorted(os.listdir(precious)), ['directory', 'file'])

    def test_a_private_directory_that_others_may_enter_is_taken_for_anything_else(self) -> None:
        spool = self.spool()
        os.mkdir(f'{spool.inbox}/.taken-before')
        os.chmod(f'{spool.inbox}/.taken-before', 0o777)
        self.put(spool, '.taken-before/inside', letter().text().encode())
        self.assert_taken(spool, [])


class Letters(unittest.TestCase):
    def test_three_lines_and_nothing_else(self) -> None:
        one = letter()
        self.assertEqual(parse_letter(one.text().encode()), one)
        token = one.token
        wrong = [
            b'', b'\n\n\n', one.text().encode() + b'more\n', b'2 ' + one.text().encode()[2:],
            f'1 {token[:-1]}\nabort x\n1 2\n'.encode(), f'1 ../{token[3:]}\nabort x\n1 2\n'.encode(),
            f'1 {token}\nabort x\n1\n'.encode(), f'1 {token}\nabort x\n-1 2\n'.encode(),
            f'1 {token}\nabort \xe9\n1 2\n'.encode(), f'1 {token}\nabort x\n{"9" * 30} 2\n'.encode(),
        ]  # fmt: skip
        for data in wrong:
            with self.subTest(data=data), self.assertRaises(BadLetter):
                parse_letter(data)


class Queue(InTemporaryDirectory):
    def test_ids_come_out_in_the_order_they_went_in(self) -> None:
        spool = self.spool()
        for id in ('zzzzzzzz-1', 'aaaaaaaa-2', 'mmmmmmmm-3'):
            spool.enqueue(id)
        self.assertEqual(spool.queued(), ['zzzzzzzz-1', 'aaaaaaaa-2', 'mmmmmmmm-3'])
        spool.dequeue('aaaaaaaa-2')
        self.assertEqual(spool.queued(), ['zzzzzzzz-1', 'mmmmmmmm-3'])

    def test_the_active_deploy_is_looked_up_in_the_state_directory_that_serves_it(self) -> None:
        spool = self.spool()
        self.assertIsNone(spool.active())
        spool.set_active('deploy-0001', '/old')
        self.assertEqual(spool.locate('/new', 'deploy-0001').path, '/old/deploys/deploy-0001')
        self.assertEqual(spool.locate('/new', 'deploy-0002').path, '/new/deploys/deploy-0002')
        spool.clear_active('deploy-0002')
        self.assertIsNotNone(spool.active())
        spool.clear_active('deploy-0001')
        self.assertIsNone(spool.active())

    def test_answers_are_found_by_token_and_forgotten_after_a_while(self) -> None:
        spool = self.spool()
        spool.answer('a' * 32, {'accepted': 'x'})
        spool.answer('b' * 32, {'accepted': 'y'})
        os.utime(f'{spool.answers}/{"b" * 32}', (1, 1))
        spool.forget_old_answers()
        self.assertEqual(spool.answer_to('a' * 32), {'accepted': 'x'})
        self.assertIsNone(spool.answer_to('b' * 32))

    def test_a_flood_of_answers_does_not_pile_up(self) -> None:
        spool = self.spool()
        for number in range(1100):
            with open(f'{spool.answers}/{number:032}', 'w', encoding='ascii') as file:
                file.write('{}')
        spool.forget_old_answers()
        self.assertEqual(len(os.listdir(spool.answers)), 1024)


if __name__ == '__main__':
    unittest.main()
