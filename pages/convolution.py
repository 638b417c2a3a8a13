"""Convolution: not built yet; what the page will teach."""

from pages.ui.planned import planned_page

planned_page(
    "convolution",
    "Convolution",
    "A convolution slides a small kernel over a picture and writes down how well each place matches it. Here "
    "every multiplication can be seen, changed and checked against TensorFlow.",
    [
        "Step through a convolution number by number, with stride, padding and dilation.",
        "Edit a kernel and see a photograph blur, sharpen or turn into edges.",
        "What ReLU and pooling do to a feature map, and which pixel wins.",
        "How far a deep layer sees: the receptive field of a whole stack.",
    ],
)
