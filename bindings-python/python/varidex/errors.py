"""What can go wrong, by what the caller can do about it.

Every exception is an ``Error``. It is a ``ValueError`` as well where the question or an argument is wrong,
and an ``OSError`` where the operating system refused.
"""


class Error(Exception):
    """Everything that can go wrong."""


class ExpressionError(Error, ValueError):
    """An expression that cannot be understood, or that names what is not there."""

    #: the whole expression
    expression: str
    #: the offending part is ``expression[start:end]``
    start: int
    end: int
    #: what is wrong, in one sentence
    message: str
    #: the nearest names that would be understood, best first
    candidates: list[str]


class UsageError(Error, ValueError):
    """An option or a combination of options that makes no sense."""


class InputError(Error, ValueError):
    """An input file says something it may not say."""

    file: str
    #: where in the file: one of these, or none
    line: int | None
    record: int | None
    byte: int | None
    expected: str
    found: str


class ClosedError(Error, ValueError):
    """The dataset was closed."""


class DamagedError(Error):
    """Bytes of a dataset are not what was written: restore the file from a copy, or build again."""

    file: str
    #: the section by the name of the specification, ``header``, or ``file``
    section: str
    offset: int
    expected: str
    found: str


class TooNewError(Error):
    """The dataset was written by a newer version: use that, or a later one."""


class TooOldError(Error):
    """The dataset was written by an older version, in a format that is no longer read: build it again."""


class LockedError(Error):
    """Another process writes this dataset."""


class ChangedError(Error):
    """The dataset is not in the state it was in when it was pickled."""


class Cancelled(Error):
    """A progress callback said to stop."""


class FileError(Error, OSError):
    """The operating system refused."""


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file."""


class DeniedError(FileError, PermissionError):
    """The file may not be read or written."""
