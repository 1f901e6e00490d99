"""Unified kernel images (Lanzaboote makes them): what they say of themselves, read from their PE sections."""

import re
import struct
from pathlib import Path
from typing import BinaryIO

_MAX_SECTIONS = 100
_MAX_TEXT = 64 * 1024


def entry_of(file: Path) -> str:
    """The image's identity and command line, in the words of a boot loader entry; empty if it is no such image."""
    try:
        with file.open('rb') as image:
            sections = _texts(image, (b'.cmdline', b'.osrel'))
    except (OSError, struct.error):
        return ''
    release = dict(re.findall(r'^(\w+)="?(.*?)"?$', sections.get(b'.osrel', ''), re.MULTILINE))
    sort_key = release.get('IMAGE_ID') or release.get('ID', '')
    version = release.get('IMAGE_VERSION') or release.get('VERSION') or release.get('VERSION_ID', '')
    return f'sort-key {sort_key}\nversion {version}\noptions {sections.get(b".cmdline", "")}\n'


def _texts(image: BinaryIO, wanted: tuple[bytes, ...]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, size, offset in _sections(image):
        if name in wanted:
            image.seek(offset)
            found[name] = image.read(min(size, _MAX_TEXT)).rstrip(b'\0').decode('utf-8', 'replace').strip()
    return found


def _sections(image: BinaryIO) -> list[tuple[bytes, int, int]]:
    """Name, size and place in the file of each section."""
    if image.read(2) != b'MZ':
        return []
    image.seek(0x3C)
    (start,) = struct.unpack('<I', image.read(4))
    image.seek(start)
    magic, count, optional = struct.unpack('<4s2xH12xH2x', image.read(24))
    if magic != b'PE\0\0':
        return []
    image.seek(start + 24 + optional)
    headers = [struct.unpack('<8sI4xII16x', image.read(40)) for _ in range(min(count, _MAX_SECTIONS))]
    # The size in memory is the text's own, that in the file is rounded up.
    return [(name.rstrip(b'\0'), min(size, raw_size), offset) for name, size, raw_size, offset in headers]
