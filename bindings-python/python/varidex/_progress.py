"""Progress, as a bar or as the caller wants it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

Callback = Callable[[int, "int | None", str], Any]


def callback(progress: bool | Callback, unit: str) -> Callback | None:
    """What is called with what is done: for True a bar, for False nothing."""
    if progress is False:
        return None
    if progress is not True:
        return progress
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return Lines()
    return Bar(tqdm, unit)


def _named(what: str) -> str:
    """The same with the name of a file in place of its path."""
    if os.sep not in what:
        return what
    before, behind = what.split(os.sep, 1)
    path = before.split(" ")[-1] + os.sep + behind
    return what[: len(what) - len(path)] + path.rsplit(os.sep, 1)[1]


class Bar:
    """A bar of tqdm for each thing that is done."""

    def __init__(self, tqdm: Any, unit: str) -> None:
        self._tqdm = tqdm
        self._unit = unit
        self._bar: Any = None
        self._what = ""

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if self._bar is None or what != self._what:
            self.close()
            self._bar = self._tqdm(
                desc=_named(what), total=total, unit=self._unit, unit_scale=True, unit_divisor=1024
            )
            self._what = what
        if total is not None:
            self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Lines:
    """A line on standard error for each thing that is done, where there is no tqdm."""

    def __init__(self) -> None:
        self._what = ""

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if what != self._what:
            print(_named(what), file=sys.stderr)
            self._what = what
