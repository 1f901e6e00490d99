import multiprocessing
import os
import unittest
from multiprocessing.synchronize import Barrier
from pathlib import Path
from unittest import mock

from vps_deploy.decision import By, Decision, Verb, decide, read

from .support import InTemporaryDirectory

RACES = 40


def take_part(directory: str, verb: Verb, by: By, start: Barrier) -> None:
    for number in range(RACES):
        start.wait()
        standing = decide(f'{directory}/{number}', verb, by)
        with open(f'{directory}/{number}.{by}', 'w', encoding='ascii') as file:
            file.write(f'{standing.verb} {standing.by}')


class Decisions(InTemporaryDirectory):
    def test_there_is_none_before_the_first(self) -> None:
        self.assertIsNone(read(self.root))

    def test_the_first_stands_and_later_ones_obey(self) -> None:
        self.assertEqual(decide(self.root, 'commit', 'confirm'), Decision('commit', 'confirm'))
        self.assertEqual(decide(self.root, 'rollback', 'deadline'), Decision('commit', 'confirm'))
        self.assertEqual(read(self.root), Decision('commit', 'confirm'))
        self.assertEqual(os.listdir(self.root), ['decision'])

    def test_who_saw_none_a_moment_too_early_obeys_as_well(self) -> None:
        standing = decide(self.root, 'commit', 'confirm')
        with mock.patch('vps_deploy.decision.read', side_effect=[None, standing]):
            self.assertEqual(decide(self.root, 'rollback', 'deadline'), standing)
        self.assertEqual(read(self.root), standing)
        self.assertEqual(os.listdir(self.root), ['decision'])

    def test_something_else_in_the_file_is_no_decision(self) -> None:
        with open(f'{self.root}/decision', 'w', encoding='ascii') as file:
            file.write('maybe\n')
        with self.assertRaises(ValueError):
            decide(self.root, 'commit', 'confirm')

    def test_of_two_processes_that_race_one_wins_and_both_know(self) -> None:
        for number in range(RACES):
            os.mkdir(f'{self.root}/{number}')
        context = multiprocessing.get_context('fork')
        start = context.Barrier(2)
        parts = (('commit', 'confirm'), ('rollback', 'deadline'))
        racers = [context.Process(target=take_part, args=(self.root, verb, by, start)) for verb, by in parts]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(60)
            self.assertEqual(racer.exitcode, 0)
        for number in range(RACES):
            said = {Path(f'{self.root}/{number}.{by}').read_text('ascii') for _, by in parts}
            standing = read(f'{self.root}/{number}')
            self.assertEqual(said, {f'{standing.verb} {standing.by}'} if standing else None)


if __name__ == '__main__':
    unittest.main()
