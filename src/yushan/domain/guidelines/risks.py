"""Formulas of risk: coefficients from the file, arithmetic here, probabilities in percent."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.guidelines.definitions import RuleSet

    Values = dict[str, Any]
    Numbers = Mapping[str, Decimal]

MMOL_PER_MG: Final = 0.02586


def floats(values: Values, *names: str) -> tuple[float, ...] | None:
    """The values as floats, flags as 0 and 1; ``None`` when one is missing."""
    found = [values.get(name) for name in names]
    if any(one is None for one in found):
        return None
    return tuple(float(one) for one in found if one is not None)


def percent(probability: float) -> Decimal:
    """A probability as percent."""
    return Decimal(repr(probability * 100))


def weighted(coefficients: Sequence[Decimal], terms: Sequence[float]) -> float:
    """The linear predictor."""
    return sum(float(c) * t for c, t in zip(coefficients, terms, strict=True))


def logistic(predictor: float) -> float:
    """Probability of a linear predictor."""
    return 1 / (1 + math.exp(-predictor))


def pooled_cohort(rule: RuleSet, values: Values) -> Numbers:
    """Pooled cohort equations (Goff et al., Circulation 2014;129:S49), 10 years."""
    got = floats(values, "age", "total_cholesterol", "hdl_cholesterol", "systolic", "on_bp_drug",
                 "smoker", "diabetes")  # fmt: skip
    if got is None or values.get("sex") is None or values.get("group") is None:
        return {}
    age, tc, hdl, sbp, treated, smoker, diabetes = got
    ln, c = math.log, rule.parameters[f"{values['group']}_{values['sex']}"]
    a, b, h, s = ln(age), ln(tc), ln(hdl), ln(sbp)
    pressure = [s * treated, a * s * treated, s * (1 - treated), a * s * (1 - treated)]
    terms = [a, a * a, b, a * b, h, a * h, *pressure, smoker, a * smoker, diabetes]
    total = weighted(c["terms"], terms)
    return {"ascvd_percent": percent(1 - float(c["s0"]) ** math.exp(total - float(c["mean"])))}


def score2(rule: RuleSet, values: Values) -> Numbers:
    """SCORE2 (Eur Heart J 2021;42:2439), 10 years, recalibrated to a region."""
    got = floats(values, "age", "smoker", "systolic", "total_cholesterol", "hdl_cholesterol")
    if got is None or values.get("sex") is None or values.get("region") is None:
        return {}
    age, smoker, sbp, tc, hdl = got
    a, s, t, h = (age - 60) / 5, (sbp - 120) / 20, tc - 6, (hdl - 1.3) / 0.5
    model = rule.parameters[values["sex"]]
    terms = [a, smoker, s, t, h, smoker * a, s * a, t * a, h * a]
    raw = 1 - float(model["s0"]) ** math.exp(weighted(model["terms"], terms))
    scale = [float(one) for one in model[values["region"]]]
    adjusted = 1 - math.exp(-math.exp(scale[0] + scale[1] * math.log(-math.log(1 - raw))))
    return {"cvd_percent": percent(adjusted)}


def prevent(rule: RuleSet, values: Values) -> Numbers:
    """AHA PREVENT base model, 10 years (Khan et al., Circulation 2024;149:430)."""
    got = floats(values, "age", "total_cholesterol", "hdl_cholesterol", "systolic", "bmi", "egfr",
                 "diabetes", "smoker", "on_bp_drug", "on_statin")  # fmt: skip
    if got is None or values.get("sex") is None:
        return {}
    t = prevent_terms(got)
    return {
        f"{name}_percent": percent(
            logistic(weighted(rule.parameters[f"{name}_{values['sex']}"],
                              [t[term] for term in rule.parameters[f"{name}_terms"]]))
        )
        for name in ("cvd", "ascvd", "hf")
    }  # fmt: skip


def prevent_terms(got: Sequence[float]) -> dict[str, float]:
    """The transformed inputs of PREVENT by the names of the paper's supplement."""
    age, tc, hdl, sbp, bmi, egfr_, dm, smoker, treated, statin = got
    t = {
        "A": (age - 55) / 10, "N": (tc - hdl) * MMOL_PER_MG - 3.5,
        "Hd": (hdl * MMOL_PER_MG - 1.3) / 0.3, "S1": (min(sbp, 110) - 110) / 20,
        "S2": (max(sbp, 110) - 130) / 20, "DM": dm, "SM": smoker, "TX": treated, "ST": statin,
        "B1": (min(bmi, 30) - 25) / 5, "B2": (max(bmi, 30) - 30) / 5,
        "G1": (min(egfr_, 60) - 60) / -15, "G2": (max(egfr_, 60) - 90) / -15, "const": 1.0,
    }  # fmt: skip
    pairs = ("S2 TX", "N ST", "A N", "A Hd", "A S2", "A DM", "A SM", "A G1", "A B2")
    return t | {pair: t[pair.split()[0]] * t[pair.split()[1]] for pair in pairs}


def mesa(rule: RuleSet, values: Values) -> Numbers:
    """MESA 10-year coronary risk, with and without calcium (McClelland, JACC 2015;66:1643)."""
    got = floats(values, "age", "diabetes", "smoker", "total_cholesterol", "hdl_cholesterol",
                 "on_lipid_drug", "systolic", "on_bp_drug", "family_history")  # fmt: skip
    if got is None or values.get("sex") is None or values.get("group") is None:
        return {}
    groups = [float(values["group"] == one) for one in ("chinese", "black", "hispanic")]
    terms = [got[0], float(values["sex"] == "male"), *groups, *got[1:]]
    without, calcium = rule.parameters["without"], values.get("agatston")
    found = {"without_calcium_percent": cox(without, terms)}
    if calcium is not None:
        terms = [*terms, math.log(float(calcium) + 1)]
        found["with_calcium_percent"] = cox(rule.parameters["with"], terms)
    return found


def cox(model: Mapping[str, Any], terms: Sequence[float]) -> Decimal:
    """1 - S0^exp(predictor), in percent."""
    return percent(1 - float(model["s0"]) ** math.exp(weighted(model["terms"], terms)))


def brock(rule: RuleSet, values: Values) -> Numbers:
    """Brock (PanCan) full model 2b (McWilliams et al., NEJM 2013;369:910)."""
    got = floats(values, "age", "female", "family_history", "emphysema", "size_mm", "upper_lobe",
                 "count", "spiculation")  # fmt: skip
    if got is None or values.get("nodule") is None:
        return {}
    age, female, family, emphysema, size, upper, count, spiculation = got
    p = rule.parameters
    terms = [age - 62, female, family, emphysema, (size / 10) ** -0.5 - 1.58113883, upper,
             count - 4, spiculation, 1.0]  # fmt: skip
    return {"malignancy_percent": percent(
        logistic(weighted(p["terms"], terms) + float(p["nodule"][values["nodule"]]))
    )}  # fmt: skip


def mayo(rule: RuleSet, values: Values) -> Numbers:
    """Mayo model of a solitary nodule (Swensen et al., Arch Intern Med 1997;157:849)."""
    got = floats(values, "age", "ever_smoker", "cancer_before", "diameter_mm", "spiculation",
                 "upper_lobe")  # fmt: skip
    if got is None:
        return {}
    return {
        "malignancy_percent": percent(logistic(weighted(rule.parameters["terms"], [1.0, *got])))
    }


def egfr(rule: RuleSet, values: Values) -> Numbers:
    """CKD-EPI 2021 (Inker et al., NEJM 2021;385:1737), mL/min/1.73 m²."""
    got = floats(values, "age", "creatinine")
    if got is None or values.get("sex") is None:
        return {}
    p = {name: float(value) for name, value in rule.parameters[values["sex"]].items()}
    ratio = got[1] / p["kappa"]
    found = (p["factor"] * 142 * min(ratio, 1) ** p["alpha"] * max(ratio, 1) ** -1.2
             * 0.9938 ** got[0])  # fmt: skip
    values["egfr_value"] = Decimal(repr(found))
    return {"egfr": values["egfr_value"]}


def metabolic(rule: RuleSet, values: Values) -> Numbers:
    """How many of the five criteria hold; unknown as long as one that decides is unknown."""
    sex = values.get("sex")
    if sex is None:
        return {}
    p = {name: bound if not isinstance(bound, dict) else bound[sex]
         for name, bound in rule.parameters.items()}  # fmt: skip
    criteria = [
        at_least(values, "waist_cm", p["waist_cm"]),
        either(at_least(values, "systolic", p["systolic"]),
               at_least(values, "diastolic", p["diastolic"]), values.get("on_bp_drug")),
        either(at_least(values, "fasting_glucose", p["fasting_glucose"]),
               values.get("on_glucose_drug")),
        either(at_least(values, "triglyceride", p["triglyceride"]), values.get("on_lipid_drug")),
        below(values, "hdl_cholesterol", p["hdl_cholesterol"]),
    ]  # fmt: skip
    values["criteria_met"] = Decimal(criteria.count(True))
    values["criteria_open"] = Decimal(criteria.count(None))
    values["criteria_possible"] = values["criteria_met"] + values["criteria_open"]
    return {"criteria": values["criteria_met"]}


def at_least(values: Values, name: str, bound: Decimal) -> bool | None:
    """Whether a value reaches a bound."""
    value = values.get(name)
    return None if value is None else bool(value >= bound)


def below(values: Values, name: str, bound: Decimal) -> bool | None:
    """Whether a value is below a bound."""
    reached = at_least(values, name, bound)
    return None if reached is None else not reached


def either(*truths: bool | None) -> bool | None:
    """Yes if one is yes; unknown if none is and one is unknown."""
    if True in truths:
        return True
    return None if None in truths else False
