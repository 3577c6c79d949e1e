"""Tables go where Arrow goes."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

import varidex

WHERE = "22:20,000,000-20,100,000"


@pytest.fixture
def table(ds: varidex.Dataset) -> varidex.Table:
    return ds.variants(WHERE)


def test_everybody_reads_the_same(table: varidex.Table) -> None:
    duckdb = pytest.importorskip("duckdb")
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    rows = list(table)
    assert len(rows) == len(table) > 100
    arrow = pyarrow.table(table)
    assert arrow.to_pylist() == rows and table.to_arrow().equals(arrow)
    assert polars.DataFrame(table).to_dicts() == rows == table.to_polars().to_dicts()
    frame = table.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns) == table.columns
    assert frame["ac"].tolist() == [row["ac"] for row in rows]
    found = table
    sums = duckdb.sql("select count(*), sum(ac) from found")
    assert sums.fetchall() == [(len(rows), sum(row["ac"] for row in rows))]
    columns = table.to_dict()
    assert [dict(zip(columns, values)) for values in zip(*columns.values())] == rows


def test_a_stream_is_computed_anew_and_in_batches(ds: varidex.Dataset) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = ds.carriers("all")
    streamed = pyarrow.RecordBatchReader.from_stream(table)
    first = streamed.read_next_batch()
    assert 0 < first.num_rows <= 16384 and first.schema == pyarrow.schema(table)
    again = pyarrow.table(table)
    assert again.num_rows > first.num_rows and again.slice(0, first.num_rows).to_batches()[0] == first
    # the rest can be read when the dataset is closed
    ds.close()
    assert first.num_rows + streamed.read_all().num_rows == again.num_rows == len(table)


def test_numpy_has_numbers_for_what_is_not_known(small: varidex.Dataset) -> None:
    arrays = small.variants().to_numpy()
    assert arrays["ac"].dtype == numpy.int64 and arrays["af"].dtype == numpy.float64
    assert numpy.isnan(arrays["af"][3]) and arrays["filter"][3] is None
    assert arrays["id"].tolist() == ["rs1", "rs1", "rs2", None, None]
    with pytest.raises(KeyError, match="no column x, there are chrom"):
        small.variants()["x"]


def test_what_is_shown(small: varidex.Dataset, table: varidex.Table) -> None:
    shown = repr(small.carriers("22:20")).splitlines()
    assert shown[0].split() == "chrom pos ref alt sample individual zygosity phase".split()
    assert shown[2].split() == "22 20 AT A c c hom 1/1".split() and len(shown) == 3
    assert len({line.index("AT" if n else "ref") for n, line in enumerate(shown)}) == 1
    shown = repr(table)
    count = len(table)
    assert shown == repr(table) and shown.endswith(f"\n… {count} rows") and len(shown.splitlines()) == 12
    assert repr(small.variants("22:1000")).endswith("no rows")
    assert not small.variants("22:1000") and small.variants() and len(small.variants("22:1000")) == 0
    html = table._repr_html_()
    assert html.startswith("<table>") and html.count("<tr>") == 11 and f"… {count} rows" in html


def test_of_very_many_rows_it_is_not_said_how_many(ds: varidex.Dataset) -> None:
    assert repr(ds.carriers("all")).endswith("… more than 100000 rows")


def test_rows_columns_and_slices(small: varidex.Dataset) -> None:
    rows = list(small.variants())
    for number in [0, 4, -1, -5, numpy.int64(2)]:
        assert small.variants()[number] == rows[number]
    table = small.variants()
    assert table["pos"].tolist() == [row["pos"] for row in rows]
    for part in [
        slice(None), slice(2), slice(0), slice(1, 3), slice(1, None), slice(-2, None), slice(None, -1),
        slice(3, 1), slice(9, 12), slice(0, 5, 2), slice(None, None, -1), slice(4, 0, -3), slice(2, 100),
    ]:  # fmt: skip
        for asked in [table, small.variants()]:
            found = asked[part]
            assert isinstance(found, varidex.Table) and found.columns == table.columns
            assert list(found) == rows[part] and len(found) == len(rows[part])
    assert list(small.variants().head(2)) == rows[:2] and list(table.head()) == rows == list(table.head(99))
    assert len(small.variants().head(0)) == 0
    assert list(table[1:4][1:][0:1]) == rows[2:3]
    for number in [5, -6, 10**9]:
        with pytest.raises(IndexError, match="the table has 5"):
            small.variants()[number]
    for key in [1.5, None, ("pos", "ac")]:
        with pytest.raises(TypeError, match="expected the name of a column"):
            table[key]  # type: ignore[call-overload]


def test_every_row_by_its_number(ds: varidex.Dataset) -> None:
    rows = list(ds.variants())
    table = ds.variants()
    assert [table[number] for number in range(len(rows))] == rows
    assert list(ds.variants()[100:3000:7]) == rows[100:3000:7]


def test_tables_are_pickled(ds: varidex.Dataset, small: varidex.Dataset) -> None:
    for table in [ds.variants(WHERE), small.variants("22:1000"), ds.variants(WHERE)[5:9], small.people()]:
        copy = pickle.loads(pickle.dumps(table))
        assert copy.columns == table.columns and list(copy) == list(table) and repr(copy) == repr(table)
    with pytest.raises(ValueError):
        varidex._varidex._table(b"no stream")


class Counted:
    """A table that counts how often it is opened, and what is asked of it."""

    def __init__(self, table: varidex.Table) -> None:
        self.table, self.streams, self.schemas = table, 0, 0

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        self.streams += 1
        return self.table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        self.schemas += 1
        return self.table.__arrow_c_schema__()


def test_readers_open_the_stream_once(table: varidex.Table) -> None:
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    counted = Counted(table)
    (found,) = duckdb.sql("select sum(ac) from counted").fetchall()
    assert found == (table["ac"].sum(),)
    assert counted.streams == 1 and counted.schemas >= 1
    for read in [polars.DataFrame, pyarrow.table]:
        counted = Counted(table)
        assert len(read(counted)) == len(table) and counted.streams == 1
    assert pyarrow.schema(Counted(table)).names == table.columns
    # and a stream may be read again
    for _ in range(3):
        assert pyarrow.table(table).num_rows == len(table)


def test_html_is_escaped(tmp_path: Path) -> None:
    vcf = (
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\t.\tA\t<DEL>\t.\t.\tEND=9\n"
    )
    (tmp_path / "in.vcf").write_text(vcf)
    ds = varidex.build(tmp_path / "in.vcf", tmp_path / "out.vdx")
    assert "&lt;DEL&gt;" in ds.variants()._repr_html_()


def test_nothing_is_needed_but_numpy(path: Path) -> None:
    program = f"""
import sys
for name in ["pandas", "polars", "pyarrow", "duckdb", "matplotlib", "tqdm"]:
    sys.modules[name] = None
import varidex
ds = varidex.open({str(path)!r})
table = ds.variants({WHERE!r})
assert len(table) == len(table["ac"]) == len(list(table))
print(repr(table))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("chrom")


def test_pandas_without_pyarrow(table: varidex.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert table.to_pandas()["pos"].tolist() == table["pos"].tolist()


def test_rows_are_read_by_several_threads(table: varidex.Table) -> None:
    from concurrent.futures import ThreadPoolExecutor

    rows = iter(table)
    with ThreadPoolExecutor(4) as pool:
        found: list[Any] = [row for part in pool.map(lambda _: list(rows), range(4)) for row in part]
    assert sorted(row["pos"] for row in found) == sorted(table["pos"])
    assert next(rows, None) is None
