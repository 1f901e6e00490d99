import json
import unittest

from vps_deploy.nixlog import BuildLine, EvalError, Message, NixLog, Source

SOURCE = '/nix/store/i2ngz7l68q3d5zij9zgapa7psc1c3s46-source'
NIXPKGS = '/nix/store/0c1d1r5vbz8q3wz4lq9y4b5fmxk0gs7a-source'
FILES = {'nix/flake.nix', 'nix/broken.nix', 'nix/hosts/web.nix'}
OURS = Source(SOURCE, FILES.__contains__)

# As Nix 2.26.3 wrote it.
TRACE = (
    "\x1b[31;1merror:\x1b[0m\n       … while calling the '\x1b[35;1mimport\x1b[0m' builtin\n"
    f'         \x1b[34;1mat \x1b[35;1m{SOURCE}/nix/flake.nix:6:39\x1b[0m:\n'
    '            5|   bad = 1;\n             |                                       \x1b[31;1m^\x1b[0m\n\n'
    "       \x1b[31;1merror:\x1b[0m undefined variable '\x1b[35;1my\x1b[0m'\n"
)


def line(**event: object) -> bytes:
    return b'@nix ' + json.dumps(event).encode()


def error(text: str, file: str | None = None, at: tuple[int, int] | None = None) -> bytes:
    where, column = at or (None, None)
    return line(action='msg', level=0, msg=text, raw_msg=text, file=file, line=where, column=column)


class Lines(unittest.TestCase):
    def test_of_a_build(self) -> None:
        log = NixLog()
        drv = '/nix/store/4s1yjpqj2h397zjarf09lxbi2knd3x6g-hello-2.12.1.drv'
        table: list[tuple[bytes, object]] = [
            (line(action='start', id=21, level=6, parent=0, text='querying info about missing paths', type=0), None),
            (
                line(action='msg', level=3, msg='this derivation will be built:'),
                Message('this derivation will be built:', 3),
            ),
            (line(action='start', id=22, level=0, parent=0, text='', type=102), None),
            (
                line(action='start', id=25, level=3, text=f"building '{drv}'", type=105, fields=[drv, '', 1, 1]),
                Message(f"building '{drv}'", 3),
            ),
            (line(action='result', fields=[0, 1, 1, 0], id=22, type=105), None),
            (line(action='result', fields=['\x1b[32mhello\x1b[0m\x07'], id=25, type=101), BuildLine(drv, 'hello\\x07')),
            (line(action='result', fields=['patchPhase'], id=25, type=104), None),
            (line(action='stop', id=25), None),
            (line(action='result', fields=['late'], id=25, type=101), BuildLine('', 'late')),
            (
                line(action='msg', level=1, msg='\x1b[35;1mwarning:\x1b[0m unknown setting'),
                Message('warning: unknown setting', 1),
            ),
            (line(action='msg', level=5, msg='chatter'), None),
        ]
        for raw, expected in table:
            self.assertEqual(log.feed(raw), expected, raw)

    def test_that_are_no_events(self) -> None:
        log = NixLog()
        self.assertEqual(log.feed(b'warning: from \x1b[1ma plugin\x1b[0m'), Message('warning: from a plugin', 3))
        for raw in (
            b'',
            b'  ',
            b'@nix {"action":"msg","level":0,"msg":"cut of',
            b'@nix []',
            b'@nix 1',
            b'@nix {}',
            b'@nix {"action":"start"}',
        ):
            self.assertIsNone(log.feed(raw), raw)

    def test_odd_types_do_no_harm(self) -> None:
        log = NixLog()
        for action in ('msg', 'start', 'stop', 'result'):
            values: list[object] = [None, 'x', [], {}, [[]], 1.5]
            for value in values:
                log.feed(
                    line(
                        action=action,
                        level=value,
                        msg=value,
                        text=value,
                        id=value,
                        type=value,
                        fields=value,
                        file=value,
                    )
                )
                log.feed(line(action=action, type=101, fields=value, level=0))

    def test_a_very_long_message_keeps_both_ends(self) -> None:
        event = NixLog().feed(error('begin' + 'x' * 1_000_000 + 'end'))
        assert isinstance(event, EvalError)
        self.assertLess(len(event.message.encode()), 16 * 1024)
        self.assertTrue(event.message.startswith('begin') and event.message.endswith('end'))


class Places(unittest.TestCase):
    def place(self, raw: bytes, source: Source = OURS) -> tuple[str | None, int | None, int | None]:
        event = NixLog(source).feed(raw)
        assert isinstance(event, EvalError)
        self.assertNotIn('\x1b', event.message)
        return event.file, event.line, event.column

    def test_of_the_error_itself(self) -> None:
        self.assertEqual(self.place(error(TRACE, f'{SOURCE}/nix/broken.nix:3:11', (3, 11))), ('nix/broken.nix', 3, 11))
        self.assertEqual(self.place(error(TRACE, f'{SOURCE}/nix/broken.nix', (3, 11))), ('nix/broken.nix', 3, 11))

    def test_of_newer_nix(self) -> None:
        file = '«git+file:///var/lib/x/mirror.git?ref=refs/heads/main&rev=b00b»/nix/broken.nix:3:11'
        self.assertEqual(self.place(error('x', file, (3, 11))), ('nix/broken.nix', 3, 11))
        other = '«github:NixOS/nixpkgs/abc»/lib/modules.nix:3:11'
        self.assertEqual(self.place(error('x', other, (3, 11))), (None, None, None))

    def test_from_the_trace_where_the_error_is_elsewhere(self) -> None:
        self.assertEqual(self.place(error(TRACE)), ('nix/flake.nix', 6, 39))
        self.assertEqual(
            self.place(error(TRACE, f'{NIXPKGS}/lib/modules.nix:100:2', (100, 2))), ('nix/flake.nix', 6, 39)
        )

    def test_of_an_option_that_does_not_exist(self) -> None:
        text = (
            "error: The option `services.ngnix' does not exist. Definition values:\n"
            f"       - In `{SOURCE}/nix/hosts/web.nix':\n           {{\n             enable = true;\n"
        )
        self.assertEqual(self.place(error(text)), ('nix/hosts/web.nix', None, None))

    def test_of_other_sources_are_none(self) -> None:
        self.assertEqual(self.place(error('x', f'{NIXPKGS}/nix/flake.nix:1:2', (1, 2))), (None, None, None))

    def test_are_guessed_by_the_files_of_the_commit_if_the_source_is_unknown(self) -> None:
        unknown = Source(None, FILES.__contains__)
        self.assertEqual(
            self.place(error('x', f'{SOURCE}/nix/flake.nix:1:2', (1, 2)), unknown), ('nix/flake.nix', 1, 2)
        )
        self.assertEqual(self.place(error('x', f'{NIXPKGS}/lib/modules.nix:1:2', (1, 2)), unknown), (None, None, None))


if __name__ == '__main__':
    unittest.main()
