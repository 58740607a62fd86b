"""Score fusion: abstention, few candidates, constant scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import Scores, fuse, standardize


def scores(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


def test_standardized_scores_have_mean_0_and_deviation_1() -> None:
    found = standardize(scores(1, 2, 3, 10))
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("given_scores", [scores(), scores(0.9), scores(0.9, 0.9, 0.9), scores(0, 0)])
def test_signals_without_a_difference_say_nothing(given_scores: Scores) -> None:
    assert np.allclose(standardize(given_scores), 0)


def test_noise_between_two_is_not_blown_up() -> None:
    assert np.abs(standardize(scores(0.90000, 0.90001))).max() < 0.01
    assert np.abs(standardize(scores(0.90, 0.80))).max() == pytest.approx(1)


def test_abstaining_signal_changes_nothing() -> None:
    dense = scores(0.8, 0.9, 0.85)
    assert np.array_equal(fuse([(1, dense), (1, None)], 3), fuse([(1, dense)], 3))


def test_a_strong_lead_beats_a_narrow_one() -> None:
    narrow, clear = scores(0.81, 0.80, 0.70), scores(1, 9, 0)
    assert int(np.argmax(fuse([(1, narrow), (1, clear)], 3))) == 1


def test_weight_0_takes_a_signal_out_and_nobody_voting_gives_0() -> None:
    assert np.array_equal(fuse([(0, scores(1, 2)), (1, scores(5, 1))], 2), fuse([(1, scores(5, 1))], 2))
    assert fuse([(1, None), (0, scores(1, 2))], 2).tolist() == [0, 0]


@given(st.lists(st.floats(0, 1, width=32), max_size=20))
def test_finite_and_in_order(values: list[float]) -> None:
    found = fuse([(1, scores(*values))], len(values))
    assert np.isfinite(found).all()
    ranked = np.array(values, dtype=np.float32)[np.argsort(found, kind="stable")]
    assert np.all(np.diff(ranked) >= -1e-6)
