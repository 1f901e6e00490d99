"""What switch-to-configuration says: its own lines are shown, units collected, journals and scripts withheld."""

import re

from .text import without_color

_LISTS = (
    (
        re.compile(r'(?:would )?NOT (?:restart|restarting|stop|stopping) the following (?:changed )?units: '),
        'not_restarted',
    ),
    (re.compile(r'(?:stopping|would stop) the following units: '), 'stopped'),
    (re.compile(r'(?:reloading|would reload) the following units: '), 'reloaded'),
    (re.compile(r'(?:restarting|would restart) the following units: '), 'restarted'),
    (re.compile(r'(?:starting|would start) the following units: '), 'started'),
    (re.compile(r'the following new units were started: '), 'started'),
)
_FAILED = re.compile(r'warning: the following (?:user )?units failed: ')
_JOB_FAILED = re.compile(r'Failed to (?:start|restart|reload|stop) ((?!user unit )\S+?)(?::.*)?\Z')
_ACTIVATING = 'activating the configuration...'

# The switch's own words after an activation script or a status dump. Journal lines cannot begin like this:
# they begin with a date, are indented, or bear systemctl's marks.
_OWN_AGAIN = re.compile(
    r'(?:(?:NOT )?(?:stopping|starting|restarting|reloading)(?: \([a-z-]+\))?'
    r' the following (?:new |changed )?(?:user )?units: '
    r'|the following new units were started: |restarting systemd\.\.\.|restarting sysinit-reactivation\.target'
    r'|reloading user units for |warning: the following (?:user )?units failed: |warning: user activation for '
    r'|Failed to run activate script|activating the configuration\.\.\.)'
)
_SNIPPET = re.compile(
    r"(?:Activation script snippet '[\w.-]+' failed|setting up \S+"
    r'|(?:creating|removing|reviving|updating) (?:user|group|GID|UID) )'
)
_INHIBITED = 'there are changes to critical components of the system'
_INHIBITOR = re.compile(r'\s*(\S.*?) : (.*) -> (.*)\Z')
_CHECK_FAILED = re.compile(r"Pre-switch check '(.*)' failed")


class UnitChanges:
    """Unit names by what happened to them (or, with `dry-activate`, would happen)."""

    def __init__(self) -> None:
        self.restarted: list[str] = []
        self.reloaded: list[str] = []
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.not_restarted: list[str] = []

    def to_json(self) -> dict[str, list[str]]:
        return {
            'restarted': self.restarted,
            'reloaded': self.reloaded,
            'started': self.started,
            'stopped': self.stopped,
            'notRestarted': self.not_restarted,
        }


class SwitchLog:
    """Reads the output line by line.

    `changes`: the system's units named so far. `failed`: units the switch itself calls failed. `inhibited`: it refused
    because critical components would change; `inhibitors` names them, `name: old -> new`. `failed_checks`: names of
    the pre-switch checks that failed.
    """

    def __init__(self) -> None:
        self.changes = UnitChanges()
        self.failed: list[str] = []
        self.failed_checks: list[str] = []
        self.inhibitors: list[str] = []
        self.inhibited = False
        self._within: str | None = None
        """`script`: the activation script is speaking; `dump`: systemctl shows the failed units."""

    def feed(self, line: str) -> str | None:
        """The line to show, or None.

        Withheld are the status dump of failed units, for it quotes journals and journals hold secrets, and what
        activation scripts print, for they handle secrets.
        """
        line = without_color(line)
        if self._within and not _OWN_AGAIN.match(line):
            if self._within == 'script' and _SNIPPET.match(line):
                return line
            return None
        self._within = None
        self._read(line)
        return line

    def _read(self, line: str) -> None:
        if _INHIBITED in line.lower():
            self.inhibited = True
        elif self.inhibited and (match := _INHIBITOR.match(line)):
            self.inhibitors.append(f'{match[1].strip()}: {match[2].strip()} -> {match[3].strip()}')
        elif match := _CHECK_FAILED.match(line):
            _add(self.failed_checks, match[1])
        elif match := _FAILED.match(line):
            _add(self.failed, line[match.end() :])
            self._within = 'dump'
        elif match := _JOB_FAILED.match(line):
            _add(self.failed, '' if match[1] == 'run' else match[1])
        elif line.startswith(_ACTIVATING):
            self._within = 'script'
        else:
            self._read_list(line)

    def _read_list(self, line: str) -> None:
        for pattern, name in _LISTS:
            if match := pattern.match(line):
                _add(getattr(self.changes, name), line[match.end() :])
                return


def _add(names: list[str], listed: str) -> None:
    for name in listed.split(','):
        if name.strip() and name.strip() not in names:
            names.append(name.strip())
