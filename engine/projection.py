"""Principal components: many dimensions seen from the side on which they are spread widest."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Projection:
    """A fixed projection. mean: float64 [units]; axes: float64 [units, 2]; shares: of the whole variance, two."""

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    shares: tuple[float, float]

    def __call__(self, values: Values) -> NDArray[np.float64]:
        """[n, units] -> [n, 2]."""
        projected: NDArray[np.float64] = (values.astype(np.float64) - self.mean) @ self.axes
        return projected


def principal_plane(values: Values) -> Projection:
    """The plane on which `values`, finite [n, units], vary most (Pearson, 1901).

    The sign of an axis is chosen so that its largest weight is positive. Where there is but one unit, or no variance,
    the missing axes are zero.
    """
    mean = values.mean(axis=0, dtype=np.float64)
    _, lengths, directions = np.linalg.svd(values.astype(np.float64) - mean, full_matrices=False)
    axes, shares = np.zeros((values.shape[1], 2)), np.zeros(2)
    variances, total = lengths[:2] ** 2, float((lengths**2).sum())
    found = int((variances > 1e-12 * max(total, 1e-300)).sum())
    axes[:, :found] = directions[:found].T
    shares[:found] = variances[:found] / total if found else 0.0
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return Projection(mean, axes * np.where(signs == 0, 1.0, signs), (float(shares[0]), float(shares[1])))
