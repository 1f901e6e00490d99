import json
import unittest

from vps_deploy.events import EventLog
from vps_deploy.logs import LogWriter

from .support import InTemporaryDirectory

MAX_TEXT = 16 * 1024


class Logs(InTemporaryDirectory):
    def written(self) -> list[dict[str, object]]:
        with open(f'{self.root}/events.ndjson', encoding='utf-8') as file:
            return [json.loads(line) for line in file]

    def writer(self, max_bytes: int = 1 << 30) -> LogWriter:
        return LogWriter(EventLog(self.root), max_bytes)

    def test_lines_of_one_stream_are_gathered(self) -> None:
        log = self.writer()
        for text in ('one', 'two'):
            log.line('git', text)
        log.line('nix', 'three')
        log.close()
        self.assertEqual([(e['stream'], e['text']) for e in self.written()], [('git', 'one\ntwo'), ('nix', 'three')])

    def test_no_event_is_longer_than_it_may_be(self) -> None:
        log = self.writer()
        for _ in range(50):
            log.raw('nix', b'\x1b' * 3000)
            log.raw('nix', 'ü'.encode() * 4000)
        log.raw('nix', b'\x00' * MAX_TEXT)
        log.close()
        sizes = [len(str(event['text']).encode()) for event in self.written()]
        self.assertLessEqual(max(sizes), MAX_TEXT)

    def test_a_long_line_is_put_together_again_from_its_parts(self) -> None:
        log = self.writer()
        line = ''.join(f'{number:06d} ' for number in range(10_000))
        log.line('switch', line[:16_000])
        log.line('switch', line[16_000:32_000], continued=True)
        log.line('switch', line[32_000:], continued=True)
        log.line('switch', 'next')
        log.close()
        text = ''
        for event in self.written():
            text += ('' if event.get('continued') or not text else '\n') + str(event['text'])
        self.assertEqual(text, f'{line}\nnext')

    def test_beyond_the_limit_lines_are_counted_and_said_once(self) -> None:
        log = self.writer(max_bytes=25_000)
        for _ in range(5):
            log.line('nix', 'x' * 12_000)
        log.close()
        log.close()
        self.assertEqual([event['type'] for event in self.written()], ['log', 'log', 'warning'])
        self.assertEqual(self.written()[-1]['dropped'], 3)


if __name__ == '__main__':
    unittest.main()
