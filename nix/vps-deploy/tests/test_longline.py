import json
import unittest

from vps_deploy.longline import LongLine
from vps_deploy.nixlog import BuildLine, NixLog

TEXT = 'say "hello"\\ \t\x1b\x7f € 🦊 \u2028 ' * 40


def line(text: str, kind: int = 101) -> bytes:
    event = {'action': 'result', 'fields': [text], 'id': 7, 'type': kind}
    return b'@nix ' + json.dumps(event, separators=(',', ':'), ensure_ascii=False).encode()


class Parts(unittest.TestCase):
    def test_a_text_comes_out_whole_wherever_its_line_is_cut(self) -> None:
        raw = line(TEXT)
        begin = raw.index(TEXT[:4].encode())
        for size in (*range(1, 60), 500, 5000):
            # Lines are never cut within a character, and the first part holds the head.
            cuts = [at for at in range(begin, len(raw), size) if raw[at] & 0xC0 != 0x80]
            parts = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
            long = LongLine()
            texts = [long.begin(parts[0]), *(long.go_on(part) for part in parts[1:])]
            self.assertEqual(''.join(text or '' for text in texts), TEXT)

    def test_what_no_build_wrote_has_no_parts(self) -> None:
        long = LongLine()
        self.assertIsNone(long.begin(b'@nix {"action":"msg","level":0,"msg":"' + b'x' * 100))
        self.assertIsNone(long.go_on(b'"@nix {"action":"result","fields":["forged'))

    def test_a_log_of_nix_shows_them_under_the_name_of_the_build(self) -> None:
        log = NixLog()
        start = {'action': 'start', 'id': 7, 'type': 105, 'level': 3, 'text': '', 'fields': ['/nix/store/x-a.drv']}
        log.feed(b'@nix ' + json.dumps(start).encode())
        raw = line('x' * 1000)
        self.assertEqual(log.feed(raw[:500]), BuildLine('/nix/store/x-a.drv', 'x' * (500 - 35)))
        self.assertEqual(log.feed_more(raw[500:900]), BuildLine('/nix/store/x-a.drv', 'x' * 400, True))
        self.assertEqual(log.feed_more(raw[900:]), BuildLine('/nix/store/x-a.drv', 'x' * 135, True))
        self.assertEqual(log.feed(line('next')), BuildLine('/nix/store/x-a.drv', 'next'))

    def test_half_of_a_pair_is_spelled_out(self) -> None:
        event = NixLog().feed(b'@nix {"action":"result","fields":["a \\ud83d b"],"id":1,"type":101}')
        self.assertEqual(event, BuildLine('', 'a \\ud83d b'))
