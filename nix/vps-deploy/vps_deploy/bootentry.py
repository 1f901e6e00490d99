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


class Loader(NamedTuple):
    """`kind`: systemd-boot, grub or extlinux; `written`: when its files were, in seconds since the epoch."""

    kind: str
    root: Path
    written: float
    system: Path | Unknown
    """What it starts by default."""


def default_system(roots: Sequence[Path] = ROOTS, efi_default: Path = EFI_DEFAULT) -> Path | Unknown:
    """The system the default boot entry names."""
    found = loader(roots, efi_default)
    return found if isinstance(found, Unknown) else found.system


def loader(roots: Sequence[Path] = ROOTS, efi_default: Path = EFI_DEFAULT) -> Loader | Unknown:
    """The boot loader of this host.

    Files of one that is no longer used may lie about: the loader whose files were written last counts, for the
    question is asked after its installation.
    """
    readers: list[Callable[[], Loader | None]] = [lambda: _systemd_boot(roots, efi_default)]
    for root in roots:
        readers += [partial(_grub, root), partial(_extlinux, root)]
    found: list[Loader] = []
    unreadable = ''
    for reader in readers:
        try:
            found += filter(None, [reader()])
        except OSError as error:
            unreadable = f'{error.filename} cannot be read: {error.strerror}.'
    if not found:
        places = ', '.join(map(str, roots))
        return Unknown(unreadable or f'No entries of systemd-boot, GRUB or extlinux in {places}.')
    return max(found, key=lambda item: item.written)


def _systemd_boot(roots: Sequence[Path], efi_default: Path) -> Loader | None:
    confs = loader_confs(roots)
    found = entries(roots)
    if not found:
        return None
    written = max(path.stat().st_mtime for path in (*confs, *(entry.file for entry in found)))
    root = found[0].file.parent.parent.parent
    wanted, entry = _chosen(found, confs, efi_default)
    if entry is None:
        reason = Unknown(f'systemd-boot starts {wanted} by default, but no entry is called so.')
        return Loader('systemd-boot', root, written, reason)
    return Loader('systemd-boot', root, written, system_in(entry.text, str(entry.file)))


def loader_confs(roots: Sequence[Path] = ROOTS) -> list[Path]:
    """loader.conf is always on the EFI system partition, the entries may be on a boot partition of their own."""
    return [conf for root in roots if (conf := root / 'loader/loader.conf').is_file()]


def _chosen(found: 'list[Entry]', confs: list[Path], efi_default: Path) -> 'tuple[str, Entry | None]':
    """What is looked for, and the first entry called so. `preferred` comes first, but not if it is bad."""
    preferred = _in_confs(confs, 'preferred')
    entry = _called(preferred, found) if preferred else None
    if preferred and entry is not None and not entry.is_bad:
        return preferred, entry
    wanted = _efi_default(efi_default) or _in_confs(confs, 'default') or '*'
    return wanted, _called(wanted, found)


def _called(pattern: str, found: 'list[Entry]') -> 'Entry | None':
    return next((entry for entry in found if fnmatch.fnmatchcase(entry.id.lower(), pattern.lower())), None)


class Entry(NamedTuple):
    """An entry of systemd-boot."""

    file: Path
    id: str
    """File name without the counters of automatic boot assessment (`+LEFT-DONE`)."""
    is_bad: bool
    text: str


def entries(roots: Sequence[Path] = ROOTS) -> list[Entry]:
    """In the loader's own order: what has no tries left comes last, newer versions first."""
    found: list[Entry] = []
    files = [file for root in roots for file in (*root.glob('loader/entries/*.conf'), *root.glob('EFI/Linux/*.efi'))]
    for file in files:
        match = _COUNTED.match(file.name)
        name, is_bad = (f'{match["id"]}{file.suffix}', int(match['left']) == 0) if match else (file.name, False)
        text = entry_of(file) if file.suffix == '.efi' else file.read_text(encoding='utf-8', errors='replace')
        found.append(Entry(file, name, is_bad, text))
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


def _in_confs(confs: list[Path], key: str) -> str | None:
    values = (_value(conf.read_text(encoding='utf-8', errors='replace'), key) for conf in confs)
    return next((value for value in values if value not in (None, '@saved')), None)


def _value(text: str, key: str) -> str | None:
    values = re.findall(rf'^\s*{re.escape(key)}\s+(.*?)\s*$', text, re.MULTILINE)
    return values[-1] if values else None


def _grub(root: Path) -> Loader | None:
    config = root / 'grub' / 'grub.cfg'
    if not config.is_file():
        return None
    text = config.read_text(encoding='utf-8', errors='replace')
    wanted = _grub_default(text, root / 'grub' / 'grubenv')
    entry = _grub_entry(grub_menu(text), wanted)
    if entry is None:
        reason = Unknown(f'{config} names the default {wanted}, but has no such entry.')
        return Loader('grub', root, config.stat().st_mtime, reason)
    return Loader('grub', root, config.stat().st_mtime, system_in(entry, f'{config}, entry {wanted}'))


class Menu:
    """An entry of GRUB, or a submenu of them."""

    def __init__(self, title: str) -> None:
        self.title, self.text = title, ''
        self.entries: list[Menu] = []


def grub_menu(text: str) -> list[Menu]:
    """The entries of a grub.cfg as it shows them."""
    top = Menu('')
    open_blocks: list[Menu | None] = [top]
    for line in text.splitlines():
        match = re.match(r'\s*(menuentry|submenu)\s+(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\')', line)
        within = next(menu for menu in reversed(open_blocks) if menu is not None)
        if match:
            within.entries.append(Menu(match[2] or match[3] or ''))
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


def _grub_entry(entries: list[Menu], wanted: str) -> str | None:
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


def _extlinux(root: Path) -> Loader | None:
    config = root / 'extlinux' / 'extlinux.conf'
    if not config.is_file():
        return None
    text = config.read_text(encoding='utf-8', errors='replace')
    default = re.search(r'^\s*DEFAULT\s+(\S+)', text, re.MULTILINE | re.IGNORECASE)
    labels = re.split(r'^\s*LABEL\s+(\S+)\s*$', text, flags=re.MULTILINE | re.IGNORECASE)
    by_name = dict(zip(labels[1::2], labels[2::2], strict=True))
    wanted = default[1] if default else next(iter(by_name), '')
    if wanted not in by_name:
        reason = Unknown(f'{config} names the default {wanted}, but has no such label.')
        return Loader('extlinux', root, config.stat().st_mtime, reason)
    return Loader('extlinux', root, config.stat().st_mtime, system_in(by_name[wanted], f'{config}, label {wanted}'))


def system_in(text: str, where: str) -> Path | Unknown:
    """The system whose `init=` stands in the text of an entry."""
    match = _INIT.search(text)
    if not match:
        return Unknown(f'{where} names no init=.')
    return Path(os.path.realpath(match[1]))
