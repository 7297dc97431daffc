"""The exceptions and the warning of the package. Each has the library's text: one line that says what is wrong."""


class Error(Exception):
    """The base of all errors of the library."""


class UsageError(Error, ValueError):
    """An argument or an option is invalid."""


class InputError(Error, ValueError):
    """Data is invalid: a column, a row, an image."""


class FileError(Error, OSError):
    """A file cannot be read or written, or its content is damaged."""


class DeviceError(Error, RuntimeError):
    """A device does not exist or has failed."""


class TrainingStopped(Error):
    """A progress function stopped the training. Its checkpoint is in the folder, if one was given."""


class DataWarning(UserWarning):
    """Something about the data that changes the answer: columns that are left out, words never seen in training."""
