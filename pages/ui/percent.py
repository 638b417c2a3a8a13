"""Probabilities as one reads them."""


def percent(probability: float) -> str:
    """A whole percentage that claims neither certainty nor impossibility; a network that diverged has no number."""
    if probability != probability:
        return "no number"
    return ">99%" if probability >= 0.995 else "<1%" if probability < 0.005 else f"{probability:.0%}"


def how_sure(probability: float) -> str:
    """The same within a sentence."""
    return f"{percent(probability).replace('>', 'over ').replace('<', 'under ')} sure"
