"""Server time for a changed picture at 512 px: filter, colours, JPEG and the page's whole rerun. Prints p50 and p95.

python -m tests.benchmarks.picture
"""

import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from engine.filtering import coloured, filter_picture, scale_of
from engine.images import jpeg_address, shrink
from engine.kernels import gallery_kernel
from engine.sliding import Sliding
from engine.sources.photographs import load_photograph

PAGE = Path(__file__).parents[2] / "pages" / "convolution.py"
RUNS = 60


def picture_s(angle: float, side: int, grey: bool) -> float:
    began = time.perf_counter()
    values = filter_picture(PICTURE, gallery_kernel("Gabor", side, angle), Sliding(side, 1, "same"), grey=grey)
    scale = scale_of(values)
    for channel in range(values.shape[2]):
        jpeg_address(coloured(values[..., channel], "signed", scale))
    return time.perf_counter() - began


def page_s(app: AppTest, angle: int) -> float:
    app.query_params["angle"] = str(angle)
    began = time.perf_counter()
    app.run()
    return time.perf_counter() - began


def report(name: str, seconds: list[float]) -> None:
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    print(f"{name:<44} p50 {p50:5.1f} ms   p95 {p95:5.1f} ms")


if __name__ == "__main__":
    PICTURE = shrink(load_photograph("Astronaut"), 512)
    for side in (3, 9):
        for grey in (True, False):
            label = f"{side}×{side} kernel, {'grey' if grey else 'three channels'}"
            report(label, [picture_s(angle, side, grey) for angle in range(RUNS)])
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.query_params.update({"view": "On a picture", "picture": "Astronaut", "gallery": "Gabor", "side": "7"})
    app.run()
    report("the whole page, 7×7 kernel, grey", [page_s(app, 31 + number) for number in range(RUNS)])
