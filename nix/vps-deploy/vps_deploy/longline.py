"""A line of Nix's internal-json that is too long to be kept: the text a build wrote, part by part."""

import json
import re

# As every Nix that has this format writes it, its keys sorted.
_BUILD_LOG = b'@nix {"action":"result","fields":["'
_IN_STRING = re.compile(rb'(?:[^"\\]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*')


class LongLine:
    """Takes the parts of lines that were cut; keeps no more of them than half an escape sequence."""

    def __init__(self) -> None:
        self._inside = False
        self._rest = b''

    def begin(self, raw: bytes) -> str | None:
        """The first part of a line: its text, or None if the line is nothing a build wrote."""
        self._inside, self._rest = raw.startswith(_BUILD_LOG), b''
        return self.go_on(raw[len(_BUILD_LOG) :])

    def go_on(self, raw: bytes) -> str | None:
        """Another part of the same line: more of its text, or None if there is none."""
        if not self._inside:
            return None
        data = self._rest + raw
        match = _IN_STRING.match(data)
        end = match.end() if match else 0
        self._rest = data[end:]
        self._inside = not self._rest.startswith(b'"')
        text = json.loads(b'"' + data[:end] + b'"', strict=False)
        return str(text) or None
