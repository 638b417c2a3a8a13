"""Every error of the engine's own, in one tree. Each message is one sentence for the person who can mend it.

LabError
├── InvalidSettings     a setting is out of bounds, of the wrong type or unknown
├── InvalidInput        a file, folder or picture that the user gave cannot be used
│   ├── DamagedSource   a data file is truncated, or is not what its name says
│   └── NotHere         a worker does not have a network that it was asked for by its name alone
├── TooMany             a visitor has as many runs or answers under way as one may have, or asks too fast
├── DownloadError       a download failed; what had arrived is kept where that is safe
└── WorkerError         the workers cannot be reached, or did not answer
"""


class LabError(Exception):
    """Base of the tree. `str(error)` is a sentence that can be shown as it is."""


class InvalidSettings(LabError):
    """A setting is out of bounds, of the wrong type or unknown."""


class InvalidInput(LabError):
    """A file, folder or picture that the user gave cannot be used."""


class DamagedSource(InvalidInput):
    """A data file is truncated, or is not what its name says."""


class NotHere(InvalidInput):
    """A worker does not have a network that it was asked for by its name alone."""


class TooMany(LabError):
    """A visitor has as many runs or answers under way as one may have, or asks too fast."""


class DownloadError(LabError):
    """A download failed; what had arrived is kept where that is safe."""


class WorkerError(LabError):
    """The workers cannot be reached, or did not answer."""
