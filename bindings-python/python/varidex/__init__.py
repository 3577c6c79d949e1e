"""An embedded index of a cohort's variants and its people.

>>> import varidex
>>> with varidex.open("cohort.vdx") as ds:
...     print(ds.ask("carriers(22:20003080:TGATTA:T)").count)
3

Begin with ``help(varidex.build)`` and ``help(varidex.Dataset)``: a dataset is asked for variants, frequencies, carriers and
groups of people, and answers with a ``Table``, a ``Group``, a ``Frequency`` or numpy arrays. ``varidex help expressions`` in a
shell, or ``python -m varidex help expressions``, prints the reference of expressions; ``varidex help tables`` that of columns. The
book, in ``docs/`` of the sources, has tutorials and how-to pages.

Positions are 1-based, as in VCF. Questions run without the GIL, and Ctrl-C ends them.
"""

from varidex import plot
from varidex._varidex import (
    Beacon,
    BeaconResponse,
    Dataset,
    Explanation,
    Frequencies,
    Frequency,
    Group,
    Haplotypes,
    PolicyView,
    Published,
    ShownPeople,
    Table,
    __version__,
    add,
    annotate,
    annotate_file,
    build,
    compact,
    load_people,
    open,
    open_published,
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
    "Beacon",
    "BeaconResponse",
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
    "PolicyView",
    "Published",
    "ShownPeople",
    "Table",
    "TooNewError",
    "TooOldError",
    "UsageError",
    "__version__",
    "add",
    "annotate",
    "annotate_file",
    "build",
    "compact",
    "load_people",
    "open",
    "open_published",
    "plot",
    "simulate",
    "to_sgkit",
]
