"""Text from outside, made safe to show: valid UTF-8, nothing a terminal or a log viewer acts upon."""

import re

_PLAIN = re.compile(rb'[\t\x20-\x7e]*\Z')

# C0 and C1 controls, line and paragraph separators, the characters that reorder or hide text on a screen, and halves of
# pairs, which JSON can name and UTF-8 cannot hold.
_UNSAFE = re.compile('[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]')

# Nix colors its messages also when nobody asked for it (internal-json), so these are taken out, not escaped.
_COLOR = re.compile('\x1b\\[[0-9;:]*[mK]|\x1b\\]8;[^\x07\x1b]*(?:\x07|\x1b\\\\)')


def printable(raw: bytes) -> str:
    """`raw` as one line of text: invalid UTF-8 becomes `\\xNN`, control characters (tab excepted) are escaped."""
    if _PLAIN.match(raw):
        return raw.decode('ascii')
    return escaped(raw.decode('utf-8', 'backslashreplace'))


def escaped(text: str) -> str:
    """`text` as one line: control characters (tab excepted) and invisible ones are escaped."""
    return _UNSAFE.sub(_escape, text)


def escaped_lines(text: str) -> str:
    """As `escaped`, but line breaks stay."""
    return '\n'.join(escaped(line) for line in text.replace('\r\n', '\n').split('\n'))


def without_color(text: str) -> str:
    """`text` without color sequences and terminal hyperlinks."""
    return _COLOR.sub('', text)


def whole_characters(raw: bytes, limit: int) -> int:
    """How many of the first `limit` bytes to take so that no UTF-8 character is cut in two."""
    if len(raw) <= limit:
        return len(raw)
    for back in range(1, 4):
        byte = raw[limit - back] if limit >= back else 0
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return limit - back if length > back and limit > back else limit
    return limit


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f'\\x{code:02x}' if code < 0x100 else f'\\u{code:04x}'
