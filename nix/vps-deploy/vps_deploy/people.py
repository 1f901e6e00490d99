"""Events as plain text, for a person who typed `ssh deploy@host`. Pure."""

from typing import cast

_PHASES = {
    'fetch': 'Fetching the branch',
    'verify': 'Checking that the commit may be deployed',
    'resolve': 'Finding out which system it is',
    'build': 'Building or fetching the system',
    'diff': 'Comparing with what runs',
    'check': 'Checking space, disks and what needs a reboot',
    'arm': 'Setting the timer that rolls back',
    'activate': 'Activating',
    'settle': 'Waiting for units to settle, running health checks',
    'confirm': 'Waiting for the confirm',
    'commit': 'Making it the default for the next boot',
    'rollback': 'Rolling back',
}


def lines_of(event: dict[str, object]) -> list[str]:
    """What to print for an event."""
    match event.get('type'):
        case 'accepted':
            return [f'Deploy {event["id"]} of {event["configuration"]}; the deadline is {event["deadline"]}.']
        case 'queued':
            return [f'Waiting: number {event["position"]} in the queue.']
        case 'phase':
            name = str(event.get('name'))
            return [f'== {_PHASES.get(name, name)}'] if event.get('state') == 'start' else []
        case 'log':
            return ['   ' + line for line in str(event.get('text')).split('\n')]
        case 'warning':
            return [f'Warning: {event["text"]}']
        case 'diff':
            return _diff(event)
        case 'units':
            return _units(event)
        case _:
            return []


def confirm_lines(id: str, event: dict[str, object]) -> list[str]:
    """What the person has to type, and until when."""
    return [
        f'Within {event["secondsLeft"]} s, over a new connection (another terminal), or it is rolled back:',
        f'   ssh <this host> confirm {id} {event["nonce"]}',
    ]


def result_lines(event: dict[str, object]) -> list[str]:
    lines = [f'{str(event["status"]).upper()}: {event["message"]}']
    if event.get('system'):
        lines.append(f'   system {event["system"]}')
    return lines + [f'   a reboot is needed: {reason}' for reason in cast(list[str], event.get('rebootRequired') or [])]


def _diff(event: dict[str, object]) -> list[str]:
    lines: list[str] = []
    for kind, sign in (('added', '+'), ('removed', '-'), ('changed', '~')):
        for entry in cast(list[dict[str, list[str]]], event.get(kind) or []):
            versions = ' -> '.join(', '.join(entry.get(side) or []) for side in ('from', 'to') if side in entry)
            lines.append(f'   {sign} {entry["name"]} {versions}'.rstrip())
    return lines


def _units(event: dict[str, object]) -> list[str]:
    kinds = ('restarted', 'reloaded', 'started', 'stopped', 'notRestarted')
    lines = [f'   {kind}: {", ".join(names)}' for kind in kinds if (names := cast(list[str], event.get(kind) or []))]
    failed = [str(entry['unit']) for entry in cast(list[dict[str, object]], event.get('newFailed') or [])]
    return lines + ([f'   newly failed: {", ".join(failed)}'] if failed else [])
