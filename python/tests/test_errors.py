"""Errors have the library's text, and the classes that Python programs expect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import reszoo


def test_classes():
    assert issubclass(reszoo.UsageError, ValueError) and issubclass(reszoo.InputError, ValueError)
    assert issubclass(reszoo.FileError, OSError) and issubclass(reszoo.DeviceError, RuntimeError)
    for error in (reszoo.UsageError, reszoo.InputError, reszoo.FileError, reszoo.DeviceError, reszoo.TrainingStopped):
        assert issubclass(error, reszoo.Error)


def test_files(tmp_path):
    with pytest.raises(reszoo.FileError, match="nothing.safetensors"):
        reszoo.load(tmp_path / "nothing.safetensors")
    (tmp_path / "text.safetensors").write_text("not weights")
    with pytest.raises(reszoo.FileError, match="text.safetensors"):
        reszoo.load(tmp_path / "text.safetensors")
    with pytest.raises(reszoo.FileError, match="rows.csv"):
        reszoo.read_table(tmp_path / "rows.csv")
    with pytest.raises(OSError):
        reszoo.train(tmp_path / "rows.csv", "y")


def test_damaged_model_file(regressor, tmp_path):
    path = tmp_path / "model.safetensors"
    regressor.save(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(reszoo.FileError, match="digest"):
        reszoo.load(path)
    assert reszoo.load(path, verify=False).target == ["price"]


def test_columns(regressor, diamonds):
    with pytest.raises(reszoo.InputError, match="carat"):
        regressor.predict(diamonds.drop(columns="carat"))
    with pytest.raises(reszoo.InputError, match='column "carat".*a lot'):
        regressor.predict(diamonds.astype({"carat": object}).assign(carat="a lot"))
    with pytest.raises(reszoo.InputError, match="2 dimensions"):
        regressor.predict(np.zeros(3))
    with pytest.raises(reszoo.InputError, match="carat"):
        regressor.predict(np.zeros((3, 9)))
    with pytest.raises(reszoo.InputError, match="different numbers of rows"):
        regressor.predict({"carat": [1, 2], "cut": ["Ideal"]})
    with pytest.raises(reszoo.UsageError, match="one value"):
        regressor.predict({"carat": 1, "cut": ["Ideal"]})
    with pytest.raises(reszoo.InputError):
        regressor.predict(diamonds.assign(carat=[{"a": 1}] * len(diamonds)))
    with pytest.raises(reszoo.InputError, match="carat"):
        regressor.predict(pl.DataFrame({"carat": [[1], [2]]}))
    with pytest.raises(reszoo.UsageError, match="to_frame"):
        regressor.predict(diamonds["carat"])
    mixed = diamonds.astype({"cut": object})
    mixed.iloc[0, mixed.columns.get_loc("cut")] = 3
    with pytest.raises(reszoo.InputError, match="cut"):
        regressor.predict(mixed)


def test_wrong_kind_of_input(regressor, digit_model, digits, tmp_path):
    with pytest.raises(reszoo.UsageError):
        regressor.predict(sorted(digits.glob("*/*.png"))[0])
    with pytest.raises(reszoo.UsageError, match="image 1"):
        digit_model.predict([3.5])
    with pytest.raises(reszoo.UsageError):
        digit_model.explain(digits)
    with pytest.raises(reszoo.UsageError, match="numbers"):
        regressor.predict_proba(
            {
                "carat": 1,
                "cut": "Ideal",
                "color": "E",
                "clarity": "SI2",
                "depth": 61.5,
                "table": 55,
                "x": 4.3,
                "y": 4.3,
                "z": 2.6,
            }
        )
    with pytest.raises(reszoo.FileError, match="image 2"):
        digit_model.predict([sorted(digits.glob("*/*.png"))[0].read_bytes(), b"no image"])
    bad = tmp_path / "bad.png"
    bad.write_bytes(sorted(digits.glob("*/*.png"))[0].read_bytes()[:60])
    with pytest.raises(reszoo.FileError, match="bad.png"):
        digit_model.predict(bad)
    with pytest.warns(reszoo.DataWarning, match="left out"):
        answers = digit_model.predict([bad, sorted(digits.glob("*/*.png"))[0]], on_bad="skip")
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ({"recipe": "fats"}, "fast"),
        ({"task": "regresion"}, "regression"),
        ({"epochs": 0}, "epochs: must be 1 or more"),
        ({"epochs": "many"}, "epochs: cannot be 'many'"),
        ({"validation": 1.5}, "validation"),
        ({"optimizer": "adamx"}, "adamw"),
        ({"network": "tabular_resnt"}, "tabular_resnet"),
        ({"options": {"widht": 3}}, "widht"),
        ({"metric": "rmsee"}, "rmse"),
        ({"resume": True}, "folder"),
        ({"device": "gpu"}, "device"),
        ({"balance": "all"}, "balance"),
        ({"ensemble": 0}, "ensemble"),
    ],
)
def test_options_of_training(diamonds, choices, text):
    with pytest.raises((reszoo.UsageError, reszoo.InputError), match=text):
        reszoo.train(diamonds.head(100), "price", **choices)


def test_targets_of_training(diamonds):
    with pytest.raises(reszoo.InputError, match="prize.*price"):
        reszoo.train(diamonds.head(100), "prize")
    with pytest.raises(reszoo.UsageError, match="target"):
        reszoo.train(diamonds.head(100))
    with pytest.raises(reszoo.InputError, match="rows"):
        reszoo.train(diamonds.head(100), diamonds["price"].head(99))
    with pytest.raises(TypeError):
        reszoo.train(diamonds, "price", epoch=3)
    missing = diamonds.head(100).astype({"price": float})
    missing.iloc[7, missing.columns.get_loc("price")] = np.nan
    with pytest.raises(reszoo.InputError, match="missing value in row 8"):
        reszoo.train(missing, "price")


def test_objects_are_made_by_functions():
    with pytest.raises(TypeError, match="reszoo.load"):
        reszoo.Model()
    with pytest.raises(TypeError, match="create_model"):
        reszoo.Network("resnet18")
    with pytest.raises(AttributeError, match="nothing"):
        getattr(reszoo, "nothing")
    assert "create_model" in dir(reszoo)


def test_published_weights_without_a_connection(monkeypatch, tmp_path):
    monkeypatch.setenv("RESZOO_OFFLINE", "1")
    monkeypatch.setenv("RESZOO_HOME", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(reszoo.FileError, match="resnet18-f37072fd.pth"):
        reszoo.load_pretrained("resnet18")
    with pytest.raises(reszoo.FileError, match="resnet18-f37072fd.pth"):
        reszoo.create_model("resnet18", pretrained=True)
    with pytest.raises(reszoo.UsageError, match="norm"):
        reszoo.create_model("resnet18", pretrained=True, norm="group:32")
    with pytest.raises(reszoo.UsageError, match="resnet19"):
        reszoo.load_pretrained("resnet19")


def test_empty_tables(regressor):
    with pytest.raises(reszoo.InputError):
        regressor.predict(pd.DataFrame())
    with pytest.raises(reszoo.InputError):
        regressor.predict({})
