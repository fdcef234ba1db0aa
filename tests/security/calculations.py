"""What programs and people give the calculator: small tables from which every study can be computed."""

from typing import Any

READINGS = [10.1, 10.3, 9.8, 10.0, 10.2, 9.9, 10.4, 9.7, 10.1, 10.0, 9.9, 10.2]
_CELLS = [(part, appraiser, trial) for part in "123" for appraiser in "AB" for trial in (1, 2)]
GAUGE = {
    "part": [part for part, _appraiser, _trial in _CELLS],
    "appraiser": [appraiser for _part, appraiser, _trial in _CELLS],
    "value": [1.0, 1.1, 1.2, 1.1, 2.0, 2.2, 2.1, 2.3, 3.1, 3.0, 3.2, 3.1],
}
RATINGS = {
    **{name: GAUGE[name] for name in ("part", "appraiser")},
    "trial": [trial for _part, _appraiser, trial in _CELLS],
    "rating": ["OK", "OK", "OK", "NOK", *["NOK"] * 4, *["OK"] * 4],
    "reference": ["OK"] * 4 + ["NOK"] * 4 + ["OK"] * 4,
}
_OF_READINGS = {"columns": {"value": READINGS}, "column": "value", "subgroup_size": 3}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "sampling/plan": {"lot_size": 1000, "level": "II", "aql": "1.0"},
    "sampling/switch": {"level": "II", "aql": "1.0", "lots": [{"lot": "1", "lot_size": 1000, "nonconforming": 0}]},
    "sampling/oc": {"sample_size": 80, "ac": 2, "p": [0.01]},
    "sampling/find": {"aql": 0.01, "alpha": 0.05, "lq": 0.06, "beta": 0.1},
    "sampling/skip": {"level": "II", "aql": "1.0", "lots": [{"lot": "1", "lot_size": 1000, "nonconforming": 0}]},
    "sampling/zero": {"lq": 0.05},
    "sampling/isolated": {"lq": 0.08, "lot_size": 500},
    "sampling/printed": {
        "text": "lot_from,lot_to,index,sample_size\n2,,1.0,13",
        "name": "Ours",
        "edition": "1",
        "lot_size": 500,
        "index": "1.0",
    },
    "sampling/aoq": {"sample_size": 80, "ac": 2, "lot_size": 1000},
    "sampling/variables": {"code_letter": "F", "aql": "1.0"},
    "statistics/capability": {**_OF_READINGS, "usl": 11},
    "statistics/control-chart": {**_OF_READINGS, "chart": "xbar-r"},
    "msa/grr": {"columns": GAUGE},
    "msa/agreement": {"columns": RATINGS, "good": "OK"},
    "msa/bias": {"columns": {"value": READINGS}, "reference": 10},
    "msa/linearity": {
        "columns": {"part": GAUGE["part"], "reference": [1] * 4 + [2] * 4 + [3] * 4, "value": GAUGE["value"]},
        "part": "part",
    },
    "msa/stability": {"columns": {"value": READINGS}, "subgroup_size": 3},
}
