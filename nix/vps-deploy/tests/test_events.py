import json
import multiprocessing
import os
import unittest

from vps_deploy.events import EventLog, last_line, mend

from .support import InTemporaryDirectory


def write_many(directory: str, name: str, count: int) -> None:
    log = EventLog(directory)
    for number in range(count):
        log.append('phase' if number % 10 == 0 else 'log', name=name, number=number)
    log.close()


class Events(InTemporaryDirectory):
    def lines(self) -> list[dict[str, object]]:
        with open(f'{self.root}/events.ndjson', encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def tear(self, tail: bytes) -> None:
        with open(f'{self.root}/events.ndjson', 'ab') as file:
            file.write(tail)

    def test_an_event_has_its_number_time_and_type_first(self) -> None:
        log = EventLog(self.root)
        self.assertEqual([log.append('accepted', id='x'), log.append('log', text='ü\n')], [0, 1])
        self.assertEqual([list(event)[:3] for event in self.lines()], [['seq', 'time', 'type']] * 2)
        self.assertEqual(self.lines()[1]['text'], 'ü\n')

    def test_several_processes_number_without_gap_or_doublet(self) -> None:
        context = multiprocessing.get_context('fork')
        writers = [context.Process(target=write_many, args=(self.root, str(n), 200)) for n in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        self.assertEqual([event['seq'] for event in self.lines()], list(range(600)))

    def test_a_torn_tail_is_cut_by_the_next_writer(self) -> None:
        EventLog(self.root).append('accepted')
        self.tear(b'{"seq":1,"time":"2026-')
        self.assertEqual(EventLog(self.root).append('log'), 1)
        self.assertEqual([event['type'] for event in self.lines()], ['accepted', 'log'])

    def test_a_whole_event_without_its_line_break_gets_it(self) -> None:
        EventLog(self.root).append('accepted')
        self.tear(b'{"seq":1,"time":"x","type":"phase"}')
        self.assertEqual(EventLog(self.root).append('log'), 2)
        self.assertEqual([event['type'] for event in self.lines()], ['accepted', 'phase', 'log'])

    def test_a_tail_of_zeros_and_a_file_of_nothing_else_are_cut(self) -> None:
        self.tear(b'\0' * 5000)
        self.assertEqual(EventLog(self.root).append('accepted'), 0)
        self.assertEqual(len(self.lines()), 1)

    def test_the_last_event_is_found_behind_a_long_one(self) -> None:
        log = EventLog(self.root)
        log.append('log', text='x' * 300_000)
        self.assertEqual((log.last() or {}).get('seq'), 0)
        log.append('result', status='deployed')
        self.assertEqual((log.last() or {}).get('status'), 'deployed')

    def test_mend_leaves_whole_files_alone(self) -> None:
        self.tear(b'{"seq":0}\n')
        fd = os.open(f'{self.root}/events.ndjson', os.O_RDWR | os.O_APPEND)
        self.addCleanup(os.close, fd)
        self.assertEqual(mend(fd, 10), 10)
        self.assertEqual(last_line(fd, 10), b'{"seq":0}')


if __name__ == '__main__':
    unittest.main()
