"""Style transfer: not built yet; what the page will teach."""

from pages.ui.planned import planned_page

planned_page(
    "style_transfer",
    "Style transfer",
    "What a picture shows and how it is painted are kept in different statistics of the same network. Optimise a "
    "third picture to match one of each, and watch it being painted.",
    [
        "Content, style and total variation: three losses pulling at one picture.",
        "Which layer holds which size of brush stroke.",
        "Blend several styles, keep the photograph's colours.",
        "Watch the picture change and keep the steps as a film.",
    ],
)
