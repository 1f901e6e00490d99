"""Which system the boot loader would start, read from its own files: systemd-boot (also with unified images), GRUB, extlinux."""

import fnmatch
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from .closure import natural
from .uki import entry_of

ROOTS = (Path('/boot'), Path('/efi'), Path('/boot/efi'))
EFI_DEFAULT = Path('/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f')

_INIT = re.compile(r'(?:^|\s|=)init=(/\S+)/init(?=\s|"|$)')
_COUNTED = re.compile(r'(?P<id>.+?)\+(?P<left>\d+)(?:-(?P<done>\d+))?\.(?:conf|efi)\Z')


class Unknown(NamedTuple):
    """The default entry could not be told; `reason` is a sentence."""

    reason: str


class _Found(NamedTuple):
    written: float
    system: Path | Unknown


def default_system(roots: Sequence[Path] = ROOTS, efi_default: Path = EFI_DEFAULT) -> Path | Unknown:
    """The system the default boot entry names.

    Files of a loader that is no longer used may lie about: the loader whose files were written last counts, for the
    question is asked after its installation.
    """
    readers: list[Callable[[], _Found | None]] = [lambda: _systemd_boot(roots, efi_default)]
    for root in roots:
        readers += [partial(_grub, root), partial(_extlinux, root)]
    found: list[_Found] = []
    for reader in readers:
        try:
            found += filter(None, [reader()])
        except OSError as error:
            found.append(_Found(0, Unknown(f'{error.filename} cannot be read: {error.strerror}.')))
    if not found:
        places = ', '.join(map(str, roots))
        return Unknown(f'No entries of systemd-boot, GRUB or extlinux in {places}.')
    return max(found, key=lambda item: item.written).system


def _systemd_boot(roots: Sequence[Path], efi_default: Path) -> _Found | None:
    # loader.conf is always on the EFI system partition, the entries may be on a boot partition of their own.
    confs = [conf for root in roots if (conf := root / 'loader/loader.conf').is_file()]
    entries = _entries(roots)
    if not entries:
        return None
    wanted = _efi_default(efi_default) or next(filter(None, map(_loader_conf_default, confs)), '*')
    written = max(path.stat().st_mtime for path in (*confs, *(entry.file for entry in entries)))
    for entry in entries:
        if fnmatch.fnmatchcase(entry.id.lower(), wanted.lower()):
            return _Found(written, _system_in(entry.text, str(entry.file)))
    return _Found(written, Unknown(f'systemd-boot starts {wanted} by default, but no entry is called so.'))


class _Entry(NamedTuple):
    file: Path
    id: str
    """File name without the counters of automatic boot assessment (`+LEFT-DONE`)."""
    is_bad: bool
    text: str


def _entries(roots: Sequence[Path]) -> list[_Entry]:
    """In the loader's own order: what has no tries left comes last, newer versions first."""
    found: list[_Entry] = []
    files = [file for root in roots for file in (*root.glob('loader/entries/*.conf'), *root.glob('EFI/Linux/*.efi'))]
    for file in files:
        match = _COUNTED.match(file.name)
        name, is_bad = (f'{match["id"]}{file.suffix}', int(match['left']) == 0) if match else (file.name, False)
        text = entry_of(file) if file.suffix == '.efi' else file.read_text(encoding='utf-8', errors='replace')
        found.append(_Entry(file, name, is_bad, text))
    found.sort(key=lambda entry: natural(entry.id), reverse=True)
    found.sort(key=lambda entry: natural(_value(entry.text, 'version') or ''), reverse=True)
    found.sort(
        key=lambda entry: (entry.is_bad, not _value(entry.text, 'sort-key'), _value(entry.text, 'sort-key') or '')
    )
    return found


def _efi_default(variable: Path) -> str | None:
    """What `bootctl set-default` stored; it overrules loader.conf. Four bytes of attributes, then UTF-16."""
    try:
        return variable.read_bytes()[4:].decode('utf-16-le').rstrip('\0') or None
    except (OSError, UnicodeDecodeError):
        return None


def _loader_conf_default(conf: Path) -> str | None:
    default = _value(conf.read_text(encoding='utf-8', errors='replace'), 'default')
    return None if default in (None, '@saved') else default


def _value(text: str, key: str) -> str | None:
    values = re.findall(rf'^\s*{re.escape(key)}\s+(.*?)\s*$', text, re.MULTILINE)
    return values[-1] if values else None


def _grub(root: Path) -> _Found | None:
    config = root / 'grub' / 'grub.cfg'
    if not config.is_file():
        return None
    text = config.read_text(encoding='utf-8', errors='replace')
    wanted = _grub_default(text, root / 'grub' / 'grubenv')
    entry = _grub_entry(_grub_menu(text), wanted)
    if entry is None:
        return _Found(config.stat().st_mtime, Unknown(f'{config} names the default {wanted}, but has no such entry.'))
    return _Found(config.stat().st_mtime, _system_in(entry, f'{config}, entry {wanted}'))


class _Menu:
    def __init__(self, title: str) -> None:
        self.title, self.text = title, ''
        self.entries: list[_Menu] = []


def _grub_menu(text: str) -> list[_Menu]:
    top = _Menu('')
    open_blocks: list[_Menu | None] = [top]
    for line in text.splitlines():
        match = re.match(r'\s*(menuentry|submenu)\s+(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\')', line)
        within = next(menu for menu in reversed(open_blocks) if menu is not None)
        if match:
            within.entries.append(_Menu(match[2] or match[3] or ''))
            open_blocks.append(within.entries[-1])
        elif line.rstrip().endswith('{'):
            open_blocks.append(None)
        elif line.strip() == '}' and len(open_blocks) > 1:
            open_blocks.pop()
        else:
            within.text += f'{line}\n'
    return top.entries


def _grub_default(text: str, environment: Path) -> str:
    literal = [
        value for value in re.findall(r'^\s*set default="?([^"\n]*?)"?\s*$', text, re.MULTILINE) if '$' not in value
    ]
    wanted = literal[-1] if literal else '0'
    asks_saved = re.search(r'^\s*set default="?\$\{?saved_entry', text, re.MULTILINE) is not None
    if wanted == 'saved' or (asks_saved and not literal):
        saved = re.findall(r'^saved_entry=(.*)$', _text_or_empty(environment), re.MULTILINE)
        return saved[-1].strip() if saved and saved[-1].strip() else '0'
    return wanted


def _text_or_empty(path: Path) -> str:
    try:
        return path.read_text(encoding='utf-8', errors='replace')
    except OSError:
        return ''


def _grub_entry(entries: list[_Menu], wanted: str) -> str | None:
    """`wanted`: a number, a title, or several of them joined by `>`, one for each level of the menu."""
    first, _, rest = wanted.partition('>')
    named = [entry for entry in entries if entry.title == first]
    if first.isdecimal() and int(first) < len(entries):
        named.append(entries[int(first)])
    if not named:
        return None
    if rest:
        return _grub_entry(named[0].entries, rest)
    return named[0].text if not named[0].entries else _grub_entry(named[0].entries, '0')


def _extlinux(root: Path) -> _Found | None:
    config = root / 'extlinux' / 'extlinux.conf'
    if not config.is_file():
        return None
    text = config.read_text(encoding='utf-8', errors='replace')
    default = re.search(r'^\s*DEFAULT\s+(\S+)', text, re.MULTILINE | re.IGNORECASE)
    labels = re.split(r'^\s*LABEL\s+(\S+)\s*$', text, flags=re.MULTILINE | re.IGNORECASE)
    by_name = dict(zip(labels[1::2], labels[2::2], strict=True))
    wanted = default[1] if default else next(iter(by_name), '')
    if wanted not in by_name:
        return _Found(config.stat().st_mtime, Unknown(f'{config} names the default {wanted}, but has no such label.'))
    return _Found(config.stat().st_mtime, _system_in(by_name[wanted], f'{config}, label {wanted}'))


def _system_in(text: str, where: str) -> Path | Unknown:
    match = _INIT.search(text)
    if not match:
        return Unknown(f'{where} names no init=.')
    return Path(os.path.realpath(match[1]))
