"""Turns what Python programs hold (tables, arrays, images, paths) into what the library reads."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import _reszoo
from ._errors import InputError, UsageError


def is_path(data: Any) -> bool:
    return isinstance(data, (str, os.PathLike))


def paths_of(data: Any) -> list[str] | None:
    """Returns the paths if the data is a path or a list of paths, else None."""
    if is_path(data):
        return [os.fspath(data)]
    if isinstance(data, (list, tuple)) and data and all(is_path(item) for item in data):
        return [os.fspath(item) for item in data]
    return None


def library_of(data: Any) -> str:
    """Returns the package that the data comes from: pandas, polars, pyarrow, or numpy for everything else."""
    package = type(data).__module__.partition(".")[0]
    return package if package in ("pandas", "polars", "pyarrow") else "numpy"


# --- Tables


def table_of(data: Any) -> _reszoo.Table:
    """Returns the table of a data frame, an array of two dimensions, a dictionary of columns, or a list of rows."""
    if isinstance(data, _reszoo.Table):
        return data
    if library_of(data) == "pandas":
        return _from_arrow(_arrow_of_pandas(data))
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return _from_arrow(data)
    if isinstance(data, dict):
        return _from_arrow(_arrow_of_columns(data))
    if isinstance(data, (list, tuple)) and data and all(isinstance(row, dict) for row in data):
        names = list(dict.fromkeys(name for row in data for name in row))
        return _from_arrow(_arrow_of_columns({name: [row.get(name) for row in data] for name in names}))
    return _of_array(_array_of(data))


def _from_arrow(data: Any) -> _reszoo.Table:
    if hasattr(data, "__arrow_c_stream__"):
        return _reszoo.Table.from_stream(data.__arrow_c_stream__())
    return _reszoo.Table.from_batch(*data.__arrow_c_array__())


def _arrow_of_pandas(data: Any) -> Any:
    import pyarrow as pa

    if not hasattr(data, "columns"):
        raise UsageError(f"table: a pandas {type(data).__name__} is a column, not a table; to_frame makes one of it")
    frame = data.rename(columns=str) if any(not isinstance(name, str) for name in data.columns) else data
    return _converted(lambda: pa.Table.from_pandas(frame, preserve_index=False))


def _arrow_of_columns(columns: dict[Any, Any]) -> Any:
    import pyarrow as pa

    if not columns:
        raise InputError("table: a dictionary without columns")
    scalars = [name for name, value in columns.items() if _is_scalar(value)]
    if scalars and len(scalars) < len(columns):
        raise UsageError(f'table: column "{scalars[0]}" is one value, the others have several')
    lists = {str(name): [value] if scalars else value for name, value in columns.items()}
    arrays = {name: _column_of(name, value) for name, value in lists.items()}
    sizes = {name: len(values) for name, values in arrays.items()}
    if len(set(sizes.values())) > 1:
        raise InputError(f"table: the columns have different numbers of rows: {sizes}")
    return pa.table(arrays)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, bytes)) or not (hasattr(value, "__len__") or hasattr(value, "__arrow_c_stream__"))


def _column_of(name: str, values: Any) -> Any:
    import pyarrow as pa

    if hasattr(values, "__arrow_c_stream__"):
        return _converted(lambda: pa.chunked_array(values), name)
    if hasattr(values, "__arrow_c_array__"):
        return _converted(lambda: pa.array(values), name)
    return _converted(lambda: pa.array(values, from_pandas=True), name)


def _converted(convert: Any, name: str = "") -> Any:
    """Converts to Arrow, and turns Arrow's errors into one of the library."""
    import pyarrow as pa

    try:
        return convert()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        reasons = "; ".join(str(reason) for reason in error.args)
        subject = f'column "{name}": ' if name else "table: "
        raise InputError(f"{subject}{reasons.splitlines()[0] if reasons else error!r}") from error


def _array_of(data: Any) -> np.ndarray:
    try:
        return np.asarray(data)
    except (ValueError, TypeError) as error:
        raise InputError(f"table: {type(data).__name__} is no table: {error}") from error


def _of_array(values: np.ndarray) -> _reszoo.Table:
    if values.dtype.names is not None:
        return _from_arrow(_arrow_of_columns({name: values[name] for name in values.dtype.names}))
    if values.ndim != 2:
        raise InputError(f"table: an array of 2 dimensions is expected, got {values.ndim}")
    names = [f"f{column}" for column in range(values.shape[1])]
    if values.dtype.kind in "fiub":
        return _reszoo.Table.from_matrix(values.astype(np.float64, copy=False), names)
    if values.dtype.kind == "c":
        raise InputError("table: complex numbers are not read")
    columns = {name: values[:, column].tolist() for column, name in enumerate(names)}
    return _from_arrow(_arrow_of_columns(columns))


def with_column(table: _reszoo.Table, name: str, values: Any) -> _reszoo.Table:
    """Returns the table with one more column."""
    return table.beside(_from_arrow(_arrow_of_columns({name: values})))


# --- Images


def pictures_of(data: Any) -> list[_reszoo.Picture]:
    """Returns the images of an image, a list of images, or an array (N, H, W, C)."""
    if isinstance(data, (list, tuple)):
        return [_picture_of(item, f"image {index + 1}") for index, item in enumerate(data)]
    if isinstance(data, np.ndarray) and data.ndim == 4:
        return [_picture_of(item, f"image {index + 1}") for index, item in enumerate(data)]
    return [_picture_of(data, "image")]


def _picture_of(item: Any, name: str) -> _reszoo.Picture:
    if is_path(item):
        try:
            with open(item, "rb") as file:
                return _reszoo.Picture.of_bytes(os.fspath(item), file.read())
        except OSError as error:
            from ._errors import FileError

            raise FileError(f"{os.fspath(item)}: {error.strerror}") from error
    if isinstance(item, (bytes, bytearray, memoryview)):
        return _reszoo.Picture.of_bytes(name, bytes(item))
    if type(item).__module__.partition(".")[0] == "PIL":
        return _picture_of(_pixels_of(item), name)
    if isinstance(item, np.ndarray):
        return _picture_of_array(item, name)
    raise UsageError(
        f"{name}: an image is a path, encoded bytes, a PIL image or an array (H, W, C), got {type(item).__name__}"
    )


def _pixels_of(image: Any) -> np.ndarray:
    """Returns the pixels of a PIL image, upright as `open_image` turns files, without a palette or inks."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode == "1":
        upright = upright.convert("L")
    elif upright.mode not in ("L", "LA", "RGB", "RGBA", "F") and not upright.mode.startswith("I;16"):
        upright = upright.convert("RGB")
    return np.asarray(upright)


def _picture_of_array(values: np.ndarray, name: str) -> _reszoo.Picture:
    if values.ndim == 2:
        values = values[:, :, None]
    if values.ndim != 3:
        raise InputError(f"{name}: an array (H, W) or (H, W, C) is expected, got {values.shape}")
    if values.dtype == np.uint8:
        return _reszoo.Picture.of_pixels(name, np.ascontiguousarray(values))
    if values.dtype == np.uint16:
        values = values / np.float32(65535)
    elif values.dtype == np.bool_:
        values = values.astype(np.float32)
    elif values.dtype.kind != "f":
        raise InputError(f"{name}: bytes, 16-bit or floating-point values are expected, got {values.dtype}")
    return _reszoo.Picture.of_values(name, np.ascontiguousarray(values, dtype=np.float32))
