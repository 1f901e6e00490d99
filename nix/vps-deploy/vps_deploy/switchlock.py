"""/run/nixos/switch-to-configuration.lock: held between our own switches, so that nobody else's comes in between."""

import os
import time

from . import files
from .clock import monotonic

PATH = '/run/nixos/switch-to-configuration.lock'
_POLL_SECONDS = 0.1


class SwitchLock:
    def __init__(self, path: str = PATH) -> None:
        self._path = path
        self._fd: int | None = None

    def take(self, wait_seconds: float) -> bool:
        """Whether we hold it now; somebody else's switch is waited for."""
        until = monotonic() + wait_seconds
        os.makedirs(os.path.dirname(self._path), 0o755, exist_ok=True)
        while self._fd is None:
            self._fd = files.try_lock(self._path)
            if self._fd is None:
                if monotonic() >= until:
                    return False
                time.sleep(_POLL_SECONDS)
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
