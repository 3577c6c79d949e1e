from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, SupportsIndex, TypeAlias, final, overload

from typing_extensions import Self

import numpy
from numpy.typing import ArrayLike, NDArray

_Path: TypeAlias = str | PathLike[str]
_Paths: TypeAlias = _Path | Sequence[_Path]
_Progress: TypeAlias = bool | Callable[[int, int | None, str], Any] | None
# a day: a `datetime.date`, or as 2026-03-01
_Date: TypeAlias = date | str
_Texts: TypeAlias = str | Sequence[str] | NDArray[Any]
_Expression: TypeAlias = str | dict[str, Any]
# a field, or groups by their names
_By: TypeAlias = "str | Mapping[str, Group | str | dict[str, Any]]"
# a dataset, or one with a group of it
_Cohort: TypeAlias = "Dataset | tuple[Dataset, Group | str | dict[str, Any]]"

__all__ = [
    "Beacon",
    "BeaconResponse",
    "Dataset",
    "Explanation",
    "Frequencies",
    "Frequency",
    "GenotypeBlocks",
    "Group",
    "HaplotypeBlocks",
    "Haplotypes",
    "PolicyView",
    "Published",
    "Rows",
    "ShownPeople",
    "Table",
    "__version__",
    "_regroup",
    "_reopen",
    "_table",
    "add",
    "annotate",
    "annotate_file",
    "build",
    "compact",
    "load_people",
    "open",
    "open_published",
    "run_program",
    "simulate",
]

__version__: Final[str]

def open_published(path: _Path) -> Published: ...
def open(path: _Path, *, files: bool = True, snapshot: str | None = None) -> Dataset: ...
def add(
    dataset: _Path,
    inputs: _Paths,
    *,
    people: _Paths | None = None,
    people_map: _Path | None = None,
    sample_map: _Path | None = None,
    sample_tables: _Paths | None = None,
    ontologies: _Paths | None = None,
    genes: _Paths | None = None,
    pad: int = 0,
    annotations: str = "auto",
    info: str | Sequence[str] | None = None,
    reference: _Path | None = None,
    assembly: str | None = None,
    min_gq: float | None = None,
    min_dp: float | None = None,
    sex_ploidy: bool = False,
    callable: _Path | None = None,
    callable_table: _Path | None = None,
    sort: bool = False,
    skip_malformed: bool = False,
    threads: int | None = None,
    memory: int | str | None = None,
    keep: int = 1,
    progress: _Progress = None,
) -> Dataset: ...
def build(
    inputs: _Paths,
    path: _Path,
    *,
    people: _Paths | None = None,
    people_map: _Path | None = None,
    sample_map: _Path | None = None,
    sample_tables: _Paths | None = None,
    ontologies: _Paths | None = None,
    genes: _Paths | None = None,
    pad: int = 0,
    annotations: str = "auto",
    info: str | Sequence[str] | None = None,
    reference: _Path | None = None,
    assembly: str | None = None,
    min_gq: float | None = None,
    min_dp: float | None = None,
    sex_ploidy: bool = False,
    callable: _Path | None = None,
    callable_table: _Path | None = None,
    sort: bool = False,
    skip_malformed: bool = False,
    threads: int | None = None,
    memory: int | str | None = None,
    keep: int = 1,
    force: bool = False,
    progress: _Progress = None,
) -> Dataset: ...
def compact(
    dataset: _Path,
    *,
    erase: bool = False,
    keep: int = 1,
    threads: int | None = None,
    memory: int | str | None = None,
    progress: _Progress = None,
) -> dict[str, Any]: ...
def load_people(
    path: _Path,
    people: _Paths | None = None,
    *,
    people_map: _Path | None = None,
    sample_map: _Path | None = None,
    sample_tables: _Paths | None = None,
    ontologies: _Paths | None = None,
    memory: int | str | None = None,
    keep: int = 1,
    progress: _Progress = None,
) -> Dataset: ...
def simulate(
    directory: _Path,
    *,
    samples: int = 1000,
    variants: int = 5000,
    seed: int = 1,
    format: str = "vcf.gz",
    contig: str | None = None,
    people: bool = False,
    annotations: bool | None = None,
    trios: int | None = None,
    force: bool = False,
    progress: _Progress = None,
) -> dict[str, Path]: ...
def annotate(
    path: _Path,
    cohorts: _Cohort | Mapping[str, _Cohort],
    *,
    by: _By | Sequence[_By] | None = None,
    columns: str | Sequence[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Table: ...
def annotate_file(
    path: _Path,
    cohorts: _Cohort | Mapping[str, _Cohort],
    to: _Path,
    *,
    by: _By | Sequence[_By] | None = None,
    filter: str | None = None,
    threads: int | None = None,
    progress: _Progress = None,
) -> dict[str, Any]: ...
def run_program(arguments: Sequence[_Path]) -> int: ...
def _table(stream: bytes) -> Table: ...
def _reopen(path: _Path, snapshot: str, files: bool, access: str) -> Dataset: ...
def _regroup(
    path: _Path,
    snapshot: str,
    members: Sequence[int],
    scores: Sequence[tuple[int, float]] | None,
    expression: str,
    access: str,
) -> Group: ...

@final
class Beacon:
    def __new__(cls, config: _Path) -> Self: ...
    def answer(
        self,
        path: str,
        body: bytes | str | dict[str, Any] | None = None,
        *,
        query: str = "",
        access: bytes | str | dict[str, Any] | None = None,
        asker: str | None = None,
    ) -> BeaconResponse: ...

@final
class BeaconResponse:
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    def json(self) -> Any: ...

@final
class Dataset:
    @property
    def path(self) -> Path: ...
    @property
    def snapshot(self) -> str: ...
    @property
    def samples(self) -> list[str]: ...
    @property
    def contigs(self) -> list[str]: ...
    @property
    def report(self) -> dict[str, Any] | None: ...
    @property
    def closed(self) -> bool: ...
    def info(self) -> dict[str, Any]: ...
    def ask(self, expression: _Expression) -> Group: ...
    def group(self, ids: Iterable[str]) -> Group: ...
    def explain(self, expression: _Expression) -> Explanation: ...
    def everybody(self) -> Group: ...
    def all(self) -> Group: ...
    def variants(
        self,
        where: _Expression = "all",
        *,
        group: Group | _Expression | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        after: str | None = None,
    ) -> Table: ...
    def frequencies(
        self,
        where: _Expression = "all",
        *,
        group: Group | _Expression | None = None,
        by: _By | Sequence[_By] | None = None,
        cases: Group | _Expression | None = None,
        controls: Group | _Expression | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        after: str | None = None,
        sites: _Path | None = None,
    ) -> Table: ...
    def carriers(
        self,
        where: _Expression,
        *,
        group: Group | _Expression | None = None,
        trio: _Path | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        after: str | None = None,
    ) -> Table: ...
    def compounds(self, where: _Expression, *, group: Group | _Expression | None = None) -> Table: ...
    def people(self, by: _By | Sequence[_By] | None = None, *, top: int = 20) -> Table: ...
    def terms(self, scope: str | None = None) -> Table: ...
    def find_terms(self, text: str | None = None) -> Table: ...
    def genes(self, text: str | None = None) -> Table: ...
    def sample_table(self) -> Table: ...
    def individual(
        self, id: str, *, format: Literal["phenopacket", "beacon"] = "phenopacket"
    ) -> dict[str, Any]: ...
    def frequency(
        self, allele: str, *, group: Group | _Expression | None = None
    ) -> Frequency: ...
    def frequency_many(
        self,
        chrom: _Texts,
        pos: ArrayLike,
        ref: _Texts,
        alt: _Texts,
        *,
        group: Group | _Expression | None = None,
    ) -> Frequencies: ...
    def genotypes(
        self, where: _Expression, *, group: Group | _Expression | None = None
    ) -> NDArray[numpy.int8]: ...
    def genotype_blocks(
        self, where: _Expression, *, group: Group | _Expression | None = None, rows: int = 4096
    ) -> GenotypeBlocks: ...
    def haplotypes(
        self, where: _Expression, *, group: Group | _Expression | None = None
    ) -> Haplotypes: ...
    def haplotype_blocks(
        self, where: _Expression, *, group: Group | _Expression | None = None, rows: int = 4096
    ) -> HaplotypeBlocks: ...
    def score(
        self,
        where: _Expression,
        weights: ArrayLike,
        *,
        missing: Literal["mean", "absent"] = "mean",
    ) -> NDArray[numpy.float64]: ...
    def project(
        self,
        where: _Expression,
        vectors: ArrayLike,
        *,
        missing: Literal["mean", "absent"] = "mean",
    ) -> NDArray[numpy.float64]: ...
    def export(
        self,
        where: _Expression,
        path: _Path,
        *,
        group: Group | _Expression | None = None,
        threads: int | None = None,
        progress: _Progress = None,
    ) -> dict[str, int]: ...
    def view(
        self,
        *,
        purpose: str | None = None,
        permit_date: _Date | None = None,
        national_override: bool = False,
        audit: _Date | None = None,
        qc_policy: _Path | None = None,
        proof: bool = False,
    ) -> Dataset: ...
    def under_policy(
        self,
        policy: str | Mapping[str, Any],
        *,
        ledger: _Path | None = None,
        ledger_secret: _Path | None = None,
        asker: str | None = None,
        population: str | None = None,
    ) -> PolicyView: ...
    def publish(
        self,
        file: _Path,
        *,
        policy: str | Mapping[str, Any],
        by: str | Sequence[str] | None = None,
        where: str = "all",
        population: str | None = None,
        max_age: int = 365,
        accept: str | Sequence[str] | None = None,
        force: bool = False,
    ) -> dict[str, Any]: ...
    @property
    def note(self) -> str | None: ...
    def withdraw(
        self,
        *,
        individuals: Sequence[str] = ...,
        samples: Sequence[str] = ...,
        purposes: Sequence[str] = ...,
        from_date: _Date | None = None,
        later_permits: bool = False,
        source: str = "",
        dry_run: bool = False,
    ) -> dict[str, Any]: ...
    def restore(
        self,
        *,
        individuals: Sequence[str] = ...,
        samples: Sequence[str] = ...,
        purposes: Sequence[str] = ...,
        from_date: _Date | None = None,
        later_permits: bool = False,
        source: str = "",
        dry_run: bool = False,
    ) -> dict[str, Any]: ...
    def consent(
        self,
        *lists: _Path,
        defaults: Mapping[str, str] | None = None,
        hmb_in_strata: bool | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]: ...
    def add(
        self,
        inputs: _Paths,
        *,
        people: _Paths | None = None,
        people_map: _Path | None = None,
        sample_map: _Path | None = None,
        sample_tables: _Paths | None = None,
        ontologies: _Paths | None = None,
        genes: _Paths | None = None,
        pad: int = 0,
        annotations: str = "auto",
        info: str | Sequence[str] | None = None,
        reference: _Path | None = None,
        assembly: str | None = None,
        min_gq: float | None = None,
        min_dp: float | None = None,
        sex_ploidy: bool = False,
        callable: _Path | None = None,
        callable_table: _Path | None = None,
        sort: bool = False,
        skip_malformed: bool = False,
        threads: int | None = None,
        memory: int | str | None = None,
        keep: int = 1,
        progress: _Progress = None,
    ) -> Dataset: ...
    def define_cohort(self, name: str, expression: _Expression, *, pin: bool = False) -> int: ...
    def cohorts(self) -> Table: ...
    def drop_cohort(self, name: str) -> None: ...
    def snapshots(self) -> Table: ...
    def verify(self) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        raised: BaseException | None = None,
        traceback: TracebackType | None = None,
        /,
    ) -> None: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Published:
    @property
    def info(self) -> dict[str, Any]: ...
    @property
    def strata(self) -> list[str]: ...
    def site(self, chrom: str, pos: int, ref: str, alt: str, *, group: str | None = None) -> dict[str, Any] | None: ...
    def frequencies(
        self,
        where: str,
        *,
        group: str | None = None,
        by: str | Sequence[str] | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Table: ...
    def sites(
        self,
        file: _Path,
        *,
        group: str | None = None,
        by: str | Sequence[str] | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Table: ...
    def verify(self) -> None: ...

@final
class PolicyView:
    @property
    def policy(self) -> dict[str, Any]: ...
    @property
    def note(self) -> str | None: ...
    def ask(self, who: str) -> ShownPeople: ...
    def explain(self, who: str) -> list[tuple[str, str]]: ...
    def people(self, by: str | Sequence[str]) -> Table: ...
    def frequencies(
        self,
        where: str,
        *,
        group: str | None = None,
        by: str | Sequence[str] | None = None,
        columns: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Table: ...
    def has_variants(self, where: str) -> bool | None: ...
    def find_terms(self, text: str | None = None) -> Table: ...

@final
class ShownPeople:
    @property
    def exists(self) -> bool | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def status(self) -> str: ...

@final
class Group:
    @property
    def count(self) -> int: ...
    @property
    def expression(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def samples(self) -> list[str]: ...
    def ids(self) -> list[str]: ...
    def scores(self) -> dict[str, float] | None: ...
    def table(self) -> Table: ...
    def to_numpy(self) -> NDArray[numpy.uint32]: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, id: object, /) -> bool: ...
    def __and__(self, other: Group | _Expression, /) -> Group: ...
    def __or__(self, other: Group | _Expression, /) -> Group: ...
    def __sub__(self, other: Group | _Expression, /) -> Group: ...
    def __xor__(self, other: Group | _Expression, /) -> Group: ...
    def __rand__(self, other: Group | _Expression, /) -> Group: ...
    def __ror__(self, other: Group | _Expression, /) -> Group: ...
    def __rsub__(self, other: Group | _Expression, /) -> Group: ...
    def __rxor__(self, other: Group | _Expression, /) -> Group: ...
    def __invert__(self) -> Group: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __le__(self, other: Group, /) -> bool: ...
    def __lt__(self, other: Group, /) -> bool: ...
    def __ge__(self, other: Group, /) -> bool: ...
    def __gt__(self, other: Group, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Table:
    @property
    def columns(self) -> list[str]: ...
    @property
    def token(self) -> str | None: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_numpy(self) -> dict[str, NDArray[Any]]: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def head(self, n: int = 5) -> Table: ...
    @overload
    def __getitem__(self, key: str, /) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, key: slice, /) -> Table: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> dict[str, Any]: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __iter__(self) -> Rows: ...
    def _repr_html_(self) -> str: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class GenotypeBlocks:
    def __iter__(self) -> Self: ...
    def __next__(self) -> tuple[Table, NDArray[numpy.int8]]: ...

@final
class HaplotypeBlocks:
    def __iter__(self) -> Self: ...
    def __next__(self) -> Haplotypes: ...

@final
class Haplotypes:
    @property
    def variants(self) -> Table: ...
    @property
    def samples(self) -> list[str]: ...
    @property
    def alleles(self) -> NDArray[numpy.int8]: ...
    @property
    def phased(self) -> NDArray[numpy.bool]: ...
    def __len__(self) -> int: ...

@final
class Rows:
    def __iter__(self) -> Self: ...
    def __next__(self) -> dict[str, Any]: ...

@final
class Frequency:
    @property
    def present(self) -> bool: ...
    @property
    def covered(self) -> bool: ...
    @property
    def others(self) -> list[str]: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def ac(self) -> int: ...
    @property
    def an(self) -> int | None: ...
    @property
    def af(self) -> float | None: ...
    @property
    def n_het(self) -> int: ...
    @property
    def n_hom(self) -> int: ...
    @property
    def n_hemi(self) -> int: ...
    @property
    def n_missing(self) -> int | None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def _asdict(self) -> dict[str, Any]: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Frequencies:
    @property
    def found(self) -> NDArray[numpy.bool]: ...
    @property
    def ac(self) -> NDArray[numpy.int64]: ...
    @property
    def an(self) -> NDArray[numpy.int64]: ...
    @property
    def af(self) -> NDArray[numpy.float64]: ...
    @property
    def n_het(self) -> NDArray[numpy.int64]: ...
    @property
    def n_hom(self) -> NDArray[numpy.int64]: ...
    @property
    def n_hemi(self) -> NDArray[numpy.int64]: ...
    @property
    def n_missing(self) -> NDArray[numpy.int64]: ...
    def to_dict(self) -> dict[str, NDArray[Any]]: ...
    def __len__(self) -> int: ...

@final
class Explanation:
    @property
    def expression(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def individuals(self) -> int: ...
    @property
    def people(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def steps(self) -> list[dict[str, Any]]: ...
