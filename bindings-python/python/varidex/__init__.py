"""An embedded index of a cohort's variants and its people.

>>> import varidex
>>> with varidex.open("cohort.vdx") as ds:
...     print(ds.ask("carriers(22:20003080:TGATTA:T)").count)
3

Positions are 1-based, as in VCF. Questions run without the GIL, and Ctrl-C ends them.
"""

from varidex import plot
from varidex._varidex import (
    Dataset,
    Explanation,
    Frequencies,
    Frequency,
    Group,
    Haplotypes,
    Table,
    __version__,
    annotate,
    annotate_file,
    build,
    load_people,
    open,
    simulate,
)
from varidex._xarray import to_sgkit
from varidex.errors import (
    Cancelled,
    ChangedError,
    ClosedError,
    DamagedError,
    DeniedError,
    Error,
    ExpressionError,
    FileError,
    InputError,
    LockedError,
    MissingFileError,
    TooNewError,
    TooOldError,
    UsageError,
)

__all__ = [
    "Cancelled",
    "ChangedError",
    "ClosedError",
    "DamagedError",
    "Dataset",
    "DeniedError",
    "Error",
    "Explanation",
    "ExpressionError",
    "FileError",
    "Frequencies",
    "Frequency",
    "Group",
    "Haplotypes",
    "InputError",
    "LockedError",
    "MissingFileError",
    "Table",
    "TooNewError",
    "TooOldError",
    "UsageError",
    "__version__",
    "annotate",
    "annotate_file",
    "build",
    "load_people",
    "open",
    "plot",
    "simulate",
    "to_sgkit",
]
