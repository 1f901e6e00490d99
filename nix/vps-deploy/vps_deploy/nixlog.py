"""Nix's `--log-format internal-json`, line by line: messages, build logs, errors with their place in the repository."""

import json
import re
from collections.abc import Callable
from typing import NamedTuple, cast

from .longline import LongLine
from .text import escaped, escaped_lines, without_color

_PREFIX = b'@nix '
_MAX_MESSAGE = 12 * 1024
_MAX_ACTIVITIES = 10_000

# Numbers of Nix's own types of activities and results.
_BUILD = 105
_BUILD_LOG_LINE, _POST_BUILD_LOG_LINE = 101, 107
_ERROR, _WARN, _INFO = 0, 1, 3

_AT = re.compile(r'\bat (\S.*?):(\d+):(\d+):?\s*$', re.MULTILINE)
_IN = re.compile(r'(?:In|in|defined in|declared in) [`\']([^`\'\n]+\.nix)[`\']')
_FETCHED = re.compile(r'«[^»]*»/?(.*)\Z')
_STORE_SOURCE = re.compile(r'(?P<root>/.*?/[0-9a-z]{32}-[^/]+)/(?P<rest>.+)\Z')


class Message(NamedTuple):
    """Something Nix says. `level`: 0 error, 1 warning, 2 notice, 3 information; higher is chatter."""

    text: str
    level: int


class EvalError(NamedTuple):
    """An error with a place. `file` is relative to the repository's root; None if no place in it is known."""

    file: str | None
    line: int | None
    column: int | None
    message: str

    def to_json(self) -> dict[str, object]:
        return {'file': self.file, 'line': self.line, 'column': self.column, 'message': self.message}


class BuildLine(NamedTuple):
    """A line that the build of `drv` wrote; `continued`: it goes on with the line before."""

    drv: str
    text: str
    continued: bool = False


Event = Message | EvalError | BuildLine


class Source(NamedTuple):
    """Where the repository's files lie while Nix reads them.

    `store_path`: of the fetched flake, or None if it is not known; `has_file`: whether a path, relative to the
    repository's root, is a file of the commit.
    """

    store_path: str | None
    has_file: Callable[[str], bool]

    def relative(self, file: str) -> str | None:
        """`file` of an error message as a path from the repository's root, or None if it is not one of its files."""
        if fetched := _FETCHED.match(file):
            return fetched[1] if self.has_file(fetched[1]) else None
        if self.store_path and file.startswith(f'{self.store_path}/'):
            return file[len(self.store_path) + 1 :]
        match = _STORE_SOURCE.match(file)
        if match and not self.store_path and self.has_file(match['rest']):
            return match['rest']
        return None


def _no_file(_: str) -> bool:
    return False


NOWHERE = Source(None, _no_file)


class NixLog:
    """Reads lines of stderr. What is no JSON of Nix's is a message as it stands."""

    def __init__(self, source: Source = NOWHERE) -> None:
        self._source = source
        self._builds: dict[int, str] = {}
        self._long = LongLine()

    def feed(self, raw: bytes) -> Event | None:
        """What the line says; None for progress and chatter, and for a line that was cut, unless a build wrote it."""
        if not raw.startswith(_PREFIX):
            return (
                Message(escaped(without_color(raw.decode('utf-8', 'backslashreplace'))), _INFO) if raw.strip() else None
            )
        try:
            value = cast(object, json.loads(raw[len(_PREFIX) :]))
        except ValueError:
            return self._part(self._long.begin(raw), continued=False)
        if not isinstance(value, dict):
            return None
        event = cast(dict[str, object], value)
        match event.get('action'):
            case 'msg':
                return self._message(event)
            case 'start':
                return self._start(event)
            case 'result':
                return self._result(event)
            case 'stop':
                self._builds.pop(_integer(event, 'id'), None)
            case _:
                pass
        return None

    def feed_more(self, raw: bytes) -> Event | None:
        """What another part of the line that was fed last says."""
        return self._part(self._long.go_on(raw), continued=True)

    def _part(self, text: str | None, continued: bool) -> BuildLine | None:
        """Which build it is stands at the end of the line; usually there is only one."""
        if text is None:
            return None
        drv = next(iter(self._builds.values())) if len(self._builds) == 1 else ''
        return BuildLine(drv, escaped_lines(without_color(text)), continued)

    def _message(self, event: dict[str, object]) -> Event | None:
        level = _integer(event, 'level')
        text = _clean(event, 'msg')
        if level > _INFO or not text.strip():
            return None
        if level != _ERROR:
            return Message(text, level)
        file, line, column = self._place(event, text)
        return EvalError(file, line, column, text)

    def _place(self, event: dict[str, object], text: str) -> tuple[str | None, int | None, int | None]:
        """The innermost place in the repository: the error's own, else the last one its trace names."""
        places: list[tuple[str, int | None, int | None]] = []
        for match in _IN.finditer(text):
            places.append((match[1], None, None))
        for match in _AT.finditer(text):
            places.append((match[1], int(match[2]), int(match[3])))
        if isinstance(file := event.get('file'), str):
            line, column = _integer(event, 'line'), _integer(event, 'column')
            places.append((file.removesuffix(f':{line}:{column}'), line, column))
        for file, line, column in reversed(places):
            if (relative := self._source.relative(file)) is not None:
                return relative, line, column
        return None, None, None

    def _start(self, event: dict[str, object]) -> Message | None:
        if _integer(event, 'type') == _BUILD and len(self._builds) < _MAX_ACTIVITIES:
            self._builds[_integer(event, 'id')] = _field(event)
        text = _clean(event, 'text')
        level = _integer(event, 'level')
        return Message(text, level) if text.strip() and level <= _INFO else None

    def _result(self, event: dict[str, object]) -> BuildLine | None:
        if _integer(event, 'type') not in (_BUILD_LOG_LINE, _POST_BUILD_LOG_LINE):
            return None
        return BuildLine(self._builds.get(_integer(event, 'id'), ''), escaped_lines(without_color(_field(event))))


def _integer(event: dict[str, object], key: str) -> int:
    value = event.get(key)
    return value if isinstance(value, int) else 0


def _field(event: dict[str, object]) -> str:
    fields = event.get('fields')
    first = cast(list[object], fields)[0] if isinstance(fields, list) and fields else ''
    return first if isinstance(first, str) else ''


def _clean(event: dict[str, object], key: str) -> str:
    value = event.get(key)
    text = escaped_lines(without_color(value)) if isinstance(value, str) else ''
    if len(text) <= _MAX_MESSAGE:
        return text
    half = _MAX_MESSAGE // 2
    return f'{text[:half]}\n… ({len(text) - 2 * half} characters left out) …\n{text[-half:]}'
