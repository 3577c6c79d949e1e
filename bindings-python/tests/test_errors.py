"""Exceptions are those that one would guess, and say where."""

import errno
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

import varidex
from varidex import errors


def test_every_exception_is_an_error_and_exported() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    for kind in classes:
        assert issubclass(kind, varidex.Error) and getattr(varidex, kind.__name__) is kind


def test_expressions(ds: varidex.Dataset) -> None:
    with pytest.raises(varidex.ExpressionError) as raised:
        ds.variants('filter:"ä" & aff<0.01')
    error = raised.value
    assert isinstance(error, ValueError)
    assert error.expression[error.start : error.end] == "aff"
    assert error.message == "unknown field `aff`" and error.candidates[0] == "af"
    assert "^^^" in str(error)
    for ask in [ds.ask, ds.explain, ds.variants, ds.frequencies, ds.carriers, ds.genotypes]:
        with pytest.raises(varidex.ExpressionError):
            ask("carriers(")
    with pytest.raises(varidex.ExpressionError):
        ds.variants(group="samples(SIM000012)")


def test_missing_and_forbidden_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        varidex.open(tmp_path / "none.vdx")
    assert isinstance(raised.value, varidex.MissingFileError)
    assert raised.value.errno == errno.ENOENT
    assert str(raised.value.filename).startswith(str(tmp_path))
    assert f"no dataset at {tmp_path / 'none.vdx'}" in str(raised.value)
    with pytest.raises(varidex.MissingFileError):
        varidex.build(tmp_path / "none.vcf", tmp_path / "out.vdx")
    with pytest.raises(TypeError, match="str, bytes or os.PathLike object, not NoneType"):
        varidex.open(None)  # type: ignore[arg-type]
    with pytest.raises(varidex.FileError) as other:
        (tmp_path / "file").write_text("")
        varidex.open(tmp_path / "file")
    assert f"no dataset at {tmp_path / 'file'}: a file" in str(other.value)
    assert not isinstance(other.value, FileNotFoundError) and isinstance(other.value, OSError)
    if os.geteuid() != 0:
        (tmp_path / "none.vdx").mkdir(mode=0)
        with pytest.raises(PermissionError):
            varidex.open(tmp_path / "none.vdx")


def test_input_that_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.vcf"
    bad.write_text(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\tfive\t.\tA\tC\t.\t.\t.\n"
    )
    with pytest.raises(varidex.InputError) as raised:
        varidex.build(bad, tmp_path / "out.vdx")
    error = raised.value
    assert (error.file, error.line, error.record) == (str(bad), 4, None)
    assert "POS" in error.expected and "five" in error.found
    assert not (tmp_path / "out.vdx").exists()
    ds = varidex.build(bad, tmp_path / "out.vdx", skip_malformed=True)
    assert ds.report is not None
    assert (ds.report["records"], ds.report["stored"], ds.report["refused"]) == (1, 0, 1)
    assert ds.report["reasons"][0]["places"][0][0] == f"{bad}:4"


def test_options_that_make_no_sense(path: Path, place: Path, tmp_path: Path) -> None:
    vcf = place / "cohort" / "cohort.vcf.gz"
    with pytest.raises(varidex.Error):
        varidex.build(vcf, path)
    for options in [{"memory": "1Q"}, {"assembly": "hg99"}, {"annotations": "x"}]:
        with pytest.raises(ValueError):
            varidex.build(vcf, tmp_path / "new.vdx", **options)  # type: ignore[arg-type]
    numbers: list[dict[str, float]] = [
        {"min_gq": float("nan")},
        {"min_dp": float("inf")},
        {"min_dp": -1.0},
        {"memory": 1},
        {"threads": 0},
    ]
    for numbers_of in numbers:
        with pytest.raises(varidex.UsageError):
            varidex.build(vcf, tmp_path / "new.vdx", **numbers_of)  # type: ignore[arg-type]
        assert not (tmp_path / "new.vdx").exists()
    # no more threads are started than make sense
    varidex.build(vcf, tmp_path / "new.vdx", threads=2**32 - 1)
    with pytest.raises(TypeError):
        varidex.build(vcf, tmp_path / "new.vdx", colour=1)  # type: ignore[call-arg]
    with pytest.raises(varidex.UsageError, match="no people are loaded"):
        varidex.open(path).people()


def test_damage(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.vdx"
    shutil.copytree(path, copy)
    segment = next(copy.glob("*.segment"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    segment.write_bytes(content)
    with pytest.raises(varidex.DamagedError) as raised:
        varidex.open(copy).verify()
    error = raised.value
    assert error.file == str(segment) and error.offset > 0 and error.section and error.expected


@pytest.mark.parametrize(
    ("version", "error", "what"),
    [
        (99, varidex.TooNewError, "use a newer varidex"),
        (1, varidex.TooOldError, "varidex build INPUT... -o .*copy.vdx --force"),
    ],
)
def test_other_versions(version: int, error: type[varidex.Error], what: str, path: Path, tmp_path: Path) -> None:
    xxhash = pytest.importorskip("xxhash")
    copy = tmp_path / "copy.vdx"
    shutil.copytree(path, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest |= {"version": version, "snapshot": ""}
    digest = xxhash.xxh3_128_hexdigest(json.dumps(manifest).encode())
    other = json.dumps(manifest).replace('"snapshot": ""', f'"snapshot": "{digest}"')
    (copy / "manifest.json").write_text(other)
    with pytest.raises(error, match=what):
        varidex.open(copy)


def test_closed(path: Path) -> None:
    with varidex.open(path) as ds:
        group, table = ds.ask("samples(SIM0000996)"), ds.variants("22:20003080")
    assert ds.closed and repr(ds) == "Dataset(closed)"
    for use in [lambda: ds.ask("all"), lambda: ds.samples, lambda: pickle.dumps(ds)]:
        with pytest.raises(varidex.ClosedError) as raised:
            use()
        assert isinstance(raised.value, ValueError)
    ds.close()
    # what was made before keeps what it needs
    assert group.ids() == ["SIM0000996"] and len(table) >= 1
    assert (group | ~group).count == 2000


def test_errors_of_streams_reach_their_readers(path: Path, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    copy = tmp_path / "copy.vdx"
    shutil.copytree(path, copy)
    segment = next(copy.glob("*.segment"))
    content = bytearray(segment.read_bytes())
    # the second half is not read when a table is made
    for at in range(len(content) // 4, len(content), 997):
        content[at] ^= 0xFF
    segment.write_bytes(content)
    try:
        table = varidex.open(copy).carriers("all")
    except varidex.DamagedError:
        return
    with pytest.raises(varidex.DamagedError):
        len(table)
    with pytest.raises(Exception, match="expected"):
        pyarrow.table(table)
