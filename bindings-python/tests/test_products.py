"""Products of the matrix of genotypes, beside those that numpy makes of it."""

import numpy
import pytest
from numpy.typing import NDArray

import varidex


def counted(ds: varidex.Dataset, where: str, missing: str) -> NDArray[numpy.float64]:
    """What each genotype counts."""
    copies = ds.genotypes(where)
    known = copies >= 0
    of_known = numpy.where(known, copies, 0).astype(float)
    if missing == "absent":
        return of_known
    mean = of_known.sum(1) / numpy.maximum(known.sum(1), 1)
    return numpy.where(known, of_known, mean[:, None])


@pytest.mark.parametrize("missing", ["mean", "absent"])
@pytest.mark.parametrize("where", ["all", "22:20,000,000-20,050,000 & af>0.01", "type:del", "!all"])
def test_products_are_those_of_the_matrix(ds: varidex.Dataset, where: str, missing: str) -> None:
    matrix = counted(ds, where, missing)
    random = numpy.random.default_rng(7)
    weights = random.standard_normal(len(matrix))
    scores = ds.score(where, weights, missing=missing)
    assert scores.dtype == numpy.float64 and scores.shape == (2000,)
    assert (abs(scores - matrix.T @ weights) <= 1e-12 * (matrix.T @ abs(weights)) + 1e-300).all()
    vectors = random.standard_normal((2000, 20))
    found = ds.project(where, vectors, missing=missing)
    assert found.dtype == numpy.float64 and found.shape == (len(matrix), 20)
    assert (abs(found - matrix @ vectors) <= 1e-12 * (matrix @ abs(vectors)) + 1e-300).all()
    # one vector, and however it lies in memory
    assert (ds.project(where, vectors[:, 3], missing=missing) == found[:, 3]).all()
    assert (ds.project(where, numpy.asfortranarray(vectors), missing=missing) == found).all()


def test_missing_genotypes_count_as_the_mean_or_nothing(small: varidex.Dataset) -> None:
    # copies: 1 1 -1 | 0 1 -1 | 0 1 2 | -1 -1 -1 | 1 1 -1
    assert small.score("all", [1, 10, 100, 1000, 10000]).tolist() == [10001, 10111, 10206]
    assert small.score("all", [1, 10, 100, 1000, 10000], missing="absent").tolist() == [10001, 10111, 200]
    assert small.project("all", [1, 10, 100]).tolist() == [111, 60, 210, 0, 111]
    absent = small.project("all", numpy.array([[1, 2], [10, 20], [100, 200]], dtype="int16"), missing="absent")
    assert absent.tolist() == [[11, 22], [10, 20], [210, 420], [0, 0], [11, 22]]
    assert small.score({"id": "rs2"}, numpy.array([0.5])).tolist() == [0, 0.5, 1]
    assert small.project("!all", [1, 2, 3]).shape == (0,)
    assert small.score("!all", []).tolist() == [0, 0, 0]


def test_wrong_numbers_are_refused(small: varidex.Dataset) -> None:
    for weights in [[1.0] * 4, [1.0] * 6, []]:
        with pytest.raises(varidex.UsageError, match=f"expected 5, one for each.*found {len(weights)}"):
            small.score("all", weights)
    for wrong in [numpy.nan, numpy.inf, -numpy.inf, 1e301]:
        with pytest.raises(varidex.UsageError, match=r"weights: expected numbers from.* at 2, counted from 0"):
            small.score("all", [0, 0, wrong, 0, 0])
        with pytest.raises(varidex.UsageError, match=r"vectors: expected numbers from.* at 2, counted from 0"):
            small.project("all", [0, 0, wrong])
    with pytest.raises(ValueError, match="weights: expected one dimension, found 2"):
        small.score("all", [[1.0] * 5])
    for vectors in [[1.0, 2.0], [[1.0, 2.0, 3.0]], [[[1.0]]] * 3, [], [[]] * 3, 7]:
        with pytest.raises(ValueError, match=r"vectors: expected the shape \(3,\) or \(3, k\)"):
            small.project("all", vectors)
    with pytest.raises(ValueError, match='missing: expected absent or mean, found "none"'):
        small.score("all", [1.0] * 5, missing="none")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        small.score("all", ["a"] * 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        small.project("all", [1j, 2, 3])
    with pytest.raises(varidex.ExpressionError):
        small.project("ac>", [1, 2, 3])
    small.close()
    with pytest.raises(varidex.ClosedError):
        small.score("all", [])
