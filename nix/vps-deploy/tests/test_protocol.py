import unittest

from vps_deploy.protocol import (
    Abort,
    Attach,
    BadRequest,
    Confirm,
    Deploy,
    DeployTip,
    Hello,
    Reboot,
    Rollback,
    Status,
    Tip,
    format_spooled,
    parse,
    parse_spooled,
)

from .support import REV

NONCE = '0123456789abcdef' * 2

GOOD = {
    b'': Tip(),
    b'hello': Hello(),
    b'status': Status(),
    f'deploy 12345678 {REV} switch 90 1680'.encode(): Deploy('12345678', REV, 'switch', 90, 1680),
    f'deploy a-b-c-d-e {REV} dry-activate 0 99999'.encode(): Deploy('a-b-c-d-e', REV, 'dry-activate', 0, 99999),
    b'attach ' + b'a' * 64 + b' 0': Attach('a' * 64, 0),
    b'attach abcdefgh 9999999999': Attach('abcdefgh', 9999999999),
    f'confirm abcdefgh {NONCE}'.encode(): Confirm('abcdefgh', NONCE),
    b'abort abcdefgh': Abort('abcdefgh'),
    b'reboot abcdefgh': Reboot('abcdefgh'),
    b'rollback abcdefgh 30 600': Rollback('abcdefgh', 30, 600),
}

BAD = [
    b' ', b'hello ', b' hello', b'Hello', b'hello\n', b'hello\0', b'hello\r', b'hello;id', b'$(id)', b'`id`',
    b'tip abcdefgh 0 1', b'deploy', b'deploy abcdefgh', b'attach abcdefgh', b'attach abcdefgh 01',
    b'attach abcdefgh -1', b'attach abcdefgh 10000000000', b'attach abcdefg 0', b'attach ' + b'a' * 65 + b' 0',
    b'attach -bcdefgh 0', b'attach ../../etc 0', b'attach abcdefgh/ 0', b'attach Abcdefgh 0', b'attach abcdefgh  0',
    b'attach abcdefgh\t0', 'attach abcdefgh ٣'.encode(), b'abort abcdefgh abort', b'abort',
    f'deploy abcdefgh {REV[:-1]} switch 0 1'.encode(), f'deploy abcdefgh {REV}0 switch 0 1'.encode(),
    f'deploy abcdefgh {REV.upper()} switch 0 1'.encode(), f'deploy abcdefgh {REV} Switch 0 1'.encode(),
    f'deploy abcdefgh {REV} switch 00 1'.encode(), f'deploy abcdefgh {REV} switch 1.5 1'.encode(),
    f'deploy abcdefgh {REV} switch 100000 1'.encode(), f'deploy abcdefgh {REV} switch 0 1 --help'.encode(),
    f'confirm abcdefgh {NONCE[1:]}'.encode(), b'x' * 513, b'\xff\xfe', b'\x1b[2Jhello', b'-v', b'--help',
]  # fmt: skip


class Requests(unittest.TestCase):
    def test_every_request_of_the_protocol_is_read(self) -> None:
        for line, request in GOOD.items():
            with self.subTest(line=line):
                self.assertEqual(parse(line), request)

    def test_anything_else_is_refused_in_one_line_that_does_not_quote_it(self) -> None:
        for line in BAD:
            with self.subTest(line=line), self.assertRaises(BadRequest) as caught:
                parse(line)
            self.assertNotIn('\n', str(caught.exception))
            self.assertNotIn('\x1b', str(caught.exception))

    def test_a_request_for_the_spool_survives_the_way_through_it(self) -> None:
        spooled = [Deploy('abcdefgh', REV, 'boot', 1, 2), DeployTip('abcdefgh', 0, 3), Rollback('abcdefgh', 4, 5)]
        for request in [*spooled, Confirm('abcdefgh', NONCE), Abort('abcdefgh'), Reboot('abcdefgh')]:
            with self.subTest(request=request):
                self.assertEqual(parse_spooled(format_spooled(request).encode()), request)

    def test_the_spool_takes_no_question(self) -> None:
        for line in (b'hello', b'status', b'attach abcdefgh 0', b''):
            with self.subTest(line=line), self.assertRaises(BadRequest):
                parse_spooled(line)
