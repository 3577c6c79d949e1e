"""Who reads the files that expressions name: only `@` marks one, and a dataset may be opened without."""

import pickle
from pathlib import Path

import pytest

import varidex


@pytest.fixture
def here(small: varidex.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: with a list of samples, one of regions, and files named like samples."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ids.txt").write_text("# women\nc\n\na\n")
    (tmp_path / "capture.bed").write_text("22\t9\t10\nchrX\t0\t100\n")
    (tmp_path / "a").write_text("b\n")
    return tmp_path / "small.vdx"


def test_files_are_read_behind_an_at(here: Path) -> None:
    ds = varidex.open(here)
    assert ds.ask("samples(@ids.txt)").ids() == ["a", "c"]
    assert ds.ask('individuals(@"ids.txt") & sex:male').ids() == ["a"]
    assert ds.ask('{"samples": {"file": "ids.txt"}}').count == 2
    assert {row["pos"] for row in ds.variants("regions(@capture.bed)")} == {10, 40}
    assert len(ds.frequencies("all", group="samples(@ids.txt)")) > 0


def test_a_quoted_text_is_an_id(here: Path) -> None:
    ds = varidex.open(here)
    for text in ['samples("a")', "samples(a)", '{"samples": "a"}', '{"samples": ["a"]}']:
        assert ds.ask(text).ids() == ["a"]
    assert ds.ask("samples(@a)").ids() == ["b"]
    for text in ['samples("ids.txt")', "@ids.txt", "carriers(id:@ids.txt)", 'carriers(regions("capture.bed"))']:
        with pytest.raises(varidex.ExpressionError):
            ds.ask(text)


def test_a_dataset_without_files(here: Path) -> None:
    ds = varidex.open(here, files=False)
    # who passes it on does not open more
    for strict in [ds, pickle.loads(pickle.dumps(ds))]:
        for text in ["samples(@ids.txt)", '{"samples": {"file": "ids.txt"}}', "samples(@/dev/zero)"]:
            with pytest.raises(varidex.ExpressionError, match="no files are read here"):
                strict.ask(text)
        with pytest.raises(varidex.ExpressionError, match="no files are read here"):
            strict.variants("regions(@capture.bed)")
        with pytest.raises(varidex.ExpressionError, match="no files are read here"):
            strict.variants("all", group="samples(@ids.txt)")
    assert pickle.loads(pickle.dumps(varidex.open(here))).ask("samples(@ids.txt)").count == 2


def test_what_is_wrong_in_a_file_is_not_shown(here: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("a\nsecret\n")
    ds = varidex.open(here)
    with pytest.raises(varidex.InputError) as raised:
        ds.ask("samples(@ids.txt)")
    assert (raised.value.file, raised.value.line) == ("ids.txt", 2)
    assert "secret" not in str(raised.value)
    with pytest.raises(varidex.MissingFileError):
        ds.ask("samples(@nowhere.txt)")
    if Path("/dev/zero").exists():
        with pytest.raises(varidex.InputError, match="found a device"):
            ds.ask("samples(@/dev/zero)")
