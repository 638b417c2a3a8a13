"""The curves of the activations, the chosen one strong and the others faint."""

import math
from collections.abc import Callable, Mapping

from pages.ui.charts import Figure, plain_layout
from pages.ui.theme import OUTPUT

NAMES = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "sigmoid": "Sigmoid",
    "tanh": "tanh",
    "gelu": "GELU",
    "none": "None",
}

FORMULAS: Mapping[str, tuple[str, Callable[[float], float]]] = {
    "relu": ("max(0, x)", lambda x: max(0.0, x)),
    "leaky_relu": ("x above 0, else 0.2·x", lambda x: x if x > 0 else 0.2 * x),
    "elu": ("x above 0, else eˣ − 1", lambda x: x if x > 0 else math.expm1(x)),
    "sigmoid": ("1 / (1 + e⁻ˣ)", lambda x: 1 / (1 + math.exp(-x))),
    "tanh": ("(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", math.tanh),
    "gelu": ("x · Φ(x), Φ the normal distribution", lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2)))),
    "none": ("x", lambda x: x),
}


def curves_chart(chosen: str) -> Figure:
    """All activations from -3 to 3."""
    places = [number / 10 for number in range(-30, 31)]
    last = [*(name for name in FORMULAS if name != chosen), chosen]
    axis = {"zeroline": True, "fixedrange": True, "dtick": 1}
    return {
        "data": [_curve(name, places, name == chosen) for name in last],
        "layout": {
            **plain_layout(),
            "xaxis": {**axis, "range": [-3, 3], "title": {"text": "x", "standoff": 4}},
            "yaxis": {**axis, "range": [-1.3, 3], "title": {"text": "activation(x)", "standoff": 4}},
            "margin": {"l": 44, "r": 8, "t": 8, "b": 36},
            "font": {"size": 12},
        },
    }


def _curve(name: str, places: list[float], strong: bool) -> Figure:
    line = {"color": OUTPUT, "width": 3.5} if strong else {"color": "rgba(125,130,144,0.4)", "width": 1.3}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": NAMES[name],
        "line": line,
        "x": places,
        "y": [round(FORMULAS[name][1](x), 4) for x in places],
        "hovertemplate": f"{NAMES[name]}(%{{x}}) = %{{y:.3g}}<extra></extra>",
    }
