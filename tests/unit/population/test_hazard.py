"""The planted hazard is found again by a plain Cox model."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.population import life, people
from yushan.domain.population.chronic import fall_ill
from yushan.domain.population.draws import LIFE, Draws
from yushan.domain.population.heart import BETA, COVARIATES, HAZARD, beat, settled, years_to_event
from yushan.domain.population.story import Story, natural_end


def cox(values, years, events):
    """Coefficients and standard errors (Newton on Breslow's partial likelihood)."""
    order = np.argsort(-years, kind="stable")
    x, died = values[order], events[order].astype(bool)
    beta = np.zeros(x.shape[1])
    for _ in range(25):
        weight = np.exp(x @ beta)
        at_risk = np.cumsum(weight)
        first = np.cumsum(weight[:, None] * x, axis=0) / at_risk[:, None]
        second = np.cumsum(weight[:, None, None] * x[:, :, None] * x[:, None, :], axis=0)
        second = second / at_risk[:, None, None] - first[:, :, None] * first[:, None, :]
        information = second[died].sum(axis=0)
        step = np.linalg.solve(information, (x - first)[died].sum(axis=0))
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def heart_alone(who):
    """The truth of one person without the rest of the life."""
    story = Story(who, Draws(LIFE, who.seed, who.number))
    natural_end(story)
    story.smoker = story.draws.chance(0.2)
    fall_ill(story)
    risk = beat(story)
    return None if risk is None else settled(risk, story.last)


def planted(risks):
    """Covariates, years, events of truths."""
    values = np.array(
        [
            [(one.age - 60) / 10, one.male, one.diabetes, one.hypertension, one.smoker,
             np.log1p(one.calcium)]
            for one in risks
        ]
    )  # fmt: skip
    return values, np.array([one.years for one in risks]), np.array([one.event for one in risks])


def test_a_cox_model_finds_the_planted_coefficients():
    risks = [risk for who in people(21, 16_000) if (risk := heart_alone(who))]
    values, years, events = planted(risks)
    beta, error = cox(values, years, events)
    truth = np.array([BETA[name] for name in COVARIATES])
    distance = (beta - truth) / error
    assert events.sum() > 500
    assert np.abs(distance).max() < 2.8
    assert (np.abs(distance) < 1.96).sum() >= 5
    assert error.max() < 0.15


def test_lives_hold_the_same_hazard_against_the_expected_number_of_events():
    risks = [mine.risk for who in people(22, 2000) if (mine := life(who)).risk]
    shape, scale = HAZARD["weibull"]["shape"], HAZARD["weibull"]["scale"]
    expected = sum((one.years / scale) ** shape * np.exp(one.linear) for one in risks)
    seen = sum(one.event for one in risks)
    assert abs(seen - expected) < 3 * np.sqrt(expected)


@pytest.mark.parametrize("predictor", [-2.0, 0.0, 1.5])
def test_the_times_follow_the_weibull_curve(predictor):
    shape, scale = HAZARD["weibull"]["shape"], HAZARD["weibull"]["scale"]
    for survival in (0.99, 0.5, 0.01):
        years = years_to_event(1 - survival, predictor)
        assert np.exp(-((years / scale) ** shape) * np.exp(predictor)) == pytest.approx(survival)
