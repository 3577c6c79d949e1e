"""Columns that are asked for, and tests of cases against controls, beside those of SciPy."""

import math

import pytest
import varidex


def test_columns_and_pages(ds: varidex.Dataset) -> None:
    names = ["pos", "covered", "af_low", "af", "af_high"]
    table = ds.variants("22:20,000,000-20,050,000", columns=names)
    assert table.columns == names
    for row in table:
        assert row["covered"] <= 2000
        if row["af"] is not None:
            assert 0 <= row["af_low"] <= row["af"] <= row["af_high"] <= 1
    positions = list(table["pos"])
    part = ds.variants("22:20,000,000-20,050,000", columns="pos", offset=3, limit=4)
    assert list(part["pos"]) == positions[3:7]
    with pytest.raises(varidex.UsageError, match="did you mean covered"):
        ds.variants(columns=["coverd"])


def test_cases_need_controls(small: varidex.Dataset) -> None:
    with pytest.raises(ValueError, match="controls"):
        small.frequencies(cases="sex:male")
    with pytest.raises(ValueError, match="by"):
        small.frequencies(cases="sex:male", controls="sex:female", by="sex")
    with pytest.raises(varidex.UsageError, match="nobody can be both"):
        small.frequencies(cases="all", controls="sex:female")


def test_fishers_test_is_that_of_scipy(ds: varidex.Dataset) -> None:
    stats = pytest.importorskip("scipy.stats")
    cases = ds.ask("carriers(22:20,000,000-20,002,000 & af<0.4)")
    columns = [
        "ac_cases", "an_cases", "ac_controls", "an_controls", "odds_ratio", "p",
        "carriers_cases", "noncarriers_cases", "carriers_controls", "noncarriers_controls", "carrier_p",
    ]
    table = ds.frequencies("22:20,000,000-20,050,000", cases=cases, controls=~cases, columns=columns)
    assert len(table) > 100
    for row in table:
        sides = [
            [row[f"ac_{side}"], row[f"an_{side}"] - row[f"ac_{side}"]] for side in ["cases", "controls"]
        ]
        expected = stats.fisher_exact(sides)
        assert row["p"] == pytest.approx(expected.pvalue, rel=1e-8, abs=1e-300)
        if math.isnan(expected.statistic):
            assert row["odds_ratio"] is None
        else:
            assert row["odds_ratio"] == pytest.approx(expected.statistic)
        sides = [
            [row[f"carriers_{side}"], row[f"noncarriers_{side}"]] for side in ["cases", "controls"]
        ]
        assert row["carrier_p"] == pytest.approx(stats.fisher_exact(sides).pvalue, rel=1e-8, abs=1e-300)
