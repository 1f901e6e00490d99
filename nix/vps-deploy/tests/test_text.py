import unittest

from vps_deploy.text import escaped_lines, printable, whole_characters, without_color


class Printable(unittest.TestCase):
    def test_leaves_ordinary_text_alone(self) -> None:
        for text in ('plain', 'tab\there', 'Grüße, 日本 🎉', ''):
            self.assertEqual(printable(text.encode()), text)

    def test_escapes_what_a_terminal_or_a_log_viewer_would_act_upon(self) -> None:
        table = {
            b'\x1b[2Jgone': '\\x1b[2Jgone',
            b'a\rb': 'a\\x0db',
            b'a\nb': 'a\\x0ab',
            b'\x00\x07\x7f': '\\x00\\x07\\x7f',
            '\x9b31m'.encode(): '\\x9b31m',
            'ab\u202etxt.exe'.encode(): 'ab\\u202etxt.exe',
            'a\u2028b\u200b'.encode(): 'a\\u2028b\\u200b',
        }
        for raw, shown in table.items():
            self.assertEqual(printable(raw), shown)

    def test_shows_invalid_utf8_as_bytes(self) -> None:
        self.assertEqual(printable(b'caf\xe9 \xff'), 'caf\\xe9 \\xff')
        self.assertEqual(printable(b'\xed\xa0\x80'), '\\xed\\xa0\\x80')  # a surrogate is not valid UTF-8

    def test_line_breaks_may_stay(self) -> None:
        self.assertEqual(escaped_lines('a\r\nb\x1b\n'), 'a\nb\\x1b\n')

    def test_takes_out_colors_and_hyperlinks_only(self) -> None:
        self.assertEqual(
            without_color('\x1b[31;1merror:\x1b[0m \x1b]8;;http://x\x1b\\x\x1b]8;;\x1b\\ \x1b[2J'), 'error: x \x1b[2J'
        )


class WholeCharacters(unittest.TestCase):
    def test_never_cuts_within_a_character(self) -> None:
        for character in ('a', 'é', '€', '🎉'):
            raw = (character * 40).encode()
            for limit in range(8, 30):
                size = whole_characters(raw, limit)
                self.assertGreater(size, limit - 4)
                self.assertLessEqual(size, limit)
                raw[:size].decode()

    def test_makes_progress_on_bytes_that_are_no_text(self) -> None:
        for raw in (b'\xff' * 20, b'\x80' * 20, b'\xf0' * 20):
            self.assertGreater(whole_characters(raw, 5), 0)


if __name__ == '__main__':
    unittest.main()
