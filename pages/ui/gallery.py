"""Test images with what they are and what the network takes them for."""

import html
from collections.abc import Sequence

from engine.events import Predictions
from engine.images import png_address
from pages.ui.percent import percent


def gallery_html(predictions: Predictions, names: Sequence[str]) -> str:
    """The images in a row, each with its label and prediction; wrong ones are marked by colour, border and a word."""
    figures = "".join(
        _figure(png_address(image), names[label], names[predicted], float(probabilities[predicted]))
        for image, label, predicted, probabilities in zip(
            predictions.images, predictions.labels, predictions.predicted, predictions.probabilities, strict=True
        )
    )
    return (
        f'<div class="lab-gallery" role="group" aria-label="Test images after step {predictions.step}">{figures}</div>'
    )


def _figure(address: str, label: str, predicted: str, probability: float) -> str:
    right = label == predicted
    verdict, sure = "right" if right else "wrong", html.escape(percent(probability))
    return (
        f'<figure class="lab-{verdict}"><img src="{address}" alt="Test image of {html.escape(label)}">'
        f"<figcaption>actual <b>{html.escape(label)}</b><br>predicted <b>{html.escape(predicted)}</b>"
        f"<br><small>{'✓' if right else '✗'} {verdict}, {sure}</small></figcaption></figure>"
    )
