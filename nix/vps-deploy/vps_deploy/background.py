"""Work that is done while a program of somebody else runs. It writes no events: those have one writer a process."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from .process import Canceled

T = TypeVar('T')
_POLL_SECONDS = 0.05


class Background(Generic[T]):
    """Starts at once; `result` waits for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:
            self._error = error

    def result(self, canceled: Callable[[], bool]) -> T:
        """What the work returned; raises what it raised, and Canceled."""
        while self._thread.is_alive():
            self._thread.join(_POLL_SECONDS)
            if canceled():
                raise Canceled
        if self._error is not None:
            raise self._error
        return self._result[0]
