"""What can go wrong: each error says in one sentence what is missing and what to do."""

from __future__ import annotations


class GlasswellError(Exception):
    """Base class of all errors of this package."""


class NoCampaign(GlasswellError, FileNotFoundError):
    """The directory does not exist, or holds no file of a stage."""


class StageMissing(GlasswellError, FileNotFoundError):
    """The campaign has no file of a stage: the message names the stage to run."""


class StageIncomplete(GlasswellError):
    """A stage has not done all that its deck requests: the message names the stage to run."""


class StageOutdated(GlasswellError):
    """A stage was made from another file than the one that lies beside it: the message names the stage to run."""


class DamagedFile(GlasswellError, OSError):
    """A file cannot be read, or its contents differ from their checksums."""


class NotInFile(GlasswellError, KeyError):
    """A file does not hold this name: the message says which stage or layout has it."""

    def __str__(self) -> str:
        # KeyError shows its argument in quotes
        return str(self.args[0]) if self.args else ""


class MissingPackage(GlasswellError, ImportError):
    """An optional package is not installed."""


def needs(package: str, purpose: str, extra: str) -> MissingPackage:
    """The error for a package that is not installed."""
    return MissingPackage(f'{purpose} needs {package}: pip install {package}, or install this package with "[{extra}]"')
