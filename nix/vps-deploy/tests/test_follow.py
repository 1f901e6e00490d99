import json
import os
import threading
import time
import unittest

from vps_deploy import clock
from vps_deploy.events import EventLog
from vps_deploy.follow import NoResult, follow

from .support import InTemporaryDirectory


class Following(InTemporaryDirectory):
    def events(self, seq: int, patience: float = 20) -> list[dict[str, object]]:
        lines: list[bytes] = []
        follow(self.root, seq, lines.append, clock.monotonic() + patience)
        return [json.loads(line) for line in lines]

    def test_starts_at_any_number(self) -> None:
        log = EventLog(self.root)
        for number in range(5):
            log.append('log', text=f'"type":"result" {number}')
        log.append('result', exitCode=0)
        self.assertEqual([event['seq'] for event in self.events(0)], [0, 1, 2, 3, 4, 5])
        self.assertEqual([event['seq'] for event in self.events(3)], [3, 4, 5])

    def test_sends_the_result_whatever_the_number(self) -> None:
        log = EventLog(self.root)
        log.append('accepted')
        log.append('result', exitCode=0)
        self.assertEqual([event['type'] for event in self.events(9999999999)], ['result'])

    def test_shows_every_event_once_while_they_are_written_in_pieces(self) -> None:
        log = EventLog(self.root)

        def write() -> None:
            for number in range(20):
                log.append('log', text='x' * 10_000 * (number % 3))
                time.sleep(0.005)
            with open(log.path, 'ab') as file:
                file.write(b'{"seq":20,"time":"","type":"result",')
                file.flush()
                time.sleep(0.1)
                file.write(b'"exitCode":81}\n')

        writer = threading.Thread(target=write)
        writer.start()
        self.assertEqual([event['seq'] for event in self.events(0)], list(range(21)))
        writer.join()

    def test_a_part_of_a_line_that_is_taken_back_is_not_seen(self) -> None:
        log = EventLog(self.root)
        log.append('accepted')
        whole = os.path.getsize(log.path)
        with open(log.path, 'ab') as file:
            file.write(b'{"seq":1,"time":"","type":"log","text":"' + b'x' * 5000)

        def write() -> None:
            time.sleep(0.1)
            os.truncate(log.path, whole)
            log.append('phase')
            log.append('result', exitCode=70)

        writer = threading.Thread(target=write)
        writer.start()
        self.assertEqual([event['type'] for event in self.events(0)], ['accepted', 'phase', 'result'])
        writer.join()

    def test_a_line_longer_than_what_is_read_at_once(self) -> None:
        log = EventLog(self.root)
        log.append('diff', added='x' * 300_000)
        log.append('result', exitCode=0)
        self.assertEqual([event['seq'] for event in self.events(0)], [0, 1])

    def test_gives_up_long_after_the_deadline(self) -> None:
        EventLog(self.root).append('accepted')
        with self.assertRaises(NoResult):
            self.events(0, patience=0.05)


if __name__ == '__main__':
    unittest.main()
