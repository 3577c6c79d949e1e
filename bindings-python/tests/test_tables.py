"""Tables go where Arrow goes."""

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
    assert repr(table).endswith("… and more") and len(repr(table).splitlines()) == 12
    count = len(table)
    assert repr(table).endswith(f"… {count} rows")
    assert repr(small.variants("22:1000")).endswith("no rows")
    assert not small.variants("22:1000") and small.variants() and len(small.variants("22:1000")) == 0
    html = table._repr_html_()
    assert html.startswith("<table>") and html.count("<tr>") == 11 and f"… {count} rows" in html


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
