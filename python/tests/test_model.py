"""Models: every kind of input gives the same answers, and the same bits as the tool."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import reszoo


def run_tool(*arguments: object) -> str:
    done = subprocess.run(["reszoo", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_predictions_are_the_tools_bit_for_bit(regressor, diamonds, tmp_path):
    regressor.save(tmp_path / "model.safetensors")
    diamonds.to_parquet(tmp_path / "rows.parquet")
    out = tmp_path / "out.parquet"
    run_tool("predict", "--weights", tmp_path / "model.safetensors", tmp_path / "rows.parquet", "--out", out)
    expected = pd.read_parquet(out)["prediction"].to_numpy()
    loaded = reszoo.load(tmp_path / "model.safetensors")
    assert len(expected) == len(diamonds)
    np.testing.assert_array_equal(loaded.predict(diamonds), expected)
    np.testing.assert_array_equal(loaded.predict(tmp_path / "rows.parquet"), expected)
    np.testing.assert_array_equal(regressor.predict(diamonds), expected)


def test_probabilities_are_the_tools_bit_for_bit(classifier, diamonds, tmp_path):
    classifier.save(tmp_path / "model.safetensors")
    diamonds.to_parquet(tmp_path / "rows.parquet")
    out = tmp_path / "out.parquet"
    model, rows = tmp_path / "model.safetensors", tmp_path / "rows.parquet"
    run_tool("predict", "--weights", model, rows, "--proba", "--out", out)
    expected = pd.read_parquet(out)
    np.testing.assert_array_equal(classifier.predict(diamonds), expected["prediction"])
    probabilities = classifier.predict_proba(diamonds)
    assert list(probabilities) == classifier.classes == ["Fair", "Good", "Ideal", "Premium", "Very Good"]
    for name in classifier.classes:
        np.testing.assert_array_equal(probabilities[name], expected[f"probability_{name}"])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    table = classifier.predict_table(diamonds, probabilities=True)
    assert list(table) == list(expected)


def test_explanations_are_the_tools(regressor, diamonds, tmp_path):
    regressor.save(tmp_path / "model.safetensors")
    few = diamonds.head(7)
    few.to_parquet(tmp_path / "rows.parquet")
    out = tmp_path / "out.parquet"
    run_tool(
        "predict", "--weights", tmp_path / "model.safetensors", tmp_path / "rows.parquet", "--explain", "--out", out
    )
    expected = pd.read_parquet(out)
    why = regressor.explain(few)
    assert sorted(why.columns) == sorted(regressor.columns)
    for index, name in enumerate(why.columns):
        np.testing.assert_array_equal(why.values[:, index], expected[f"contribution_{name}"])
    np.testing.assert_allclose(why.base_values + why.values.sum(axis=1), regressor.predict(few), rtol=1e-6)
    assert why.explained is None
    from_path = regressor.explain(tmp_path / "rows.parquet")
    np.testing.assert_array_equal(from_path.values, why.values)
    other = regressor.explain(few, background=diamonds.tail(20))
    assert not np.array_equal(other.base_values, why.base_values)


def test_explanations_of_classes_name_the_class(classifier, diamonds):
    few = diamonds.head(4)
    np.testing.assert_array_equal(classifier.explain(few).explained, classifier.predict(few))
    ideal = classifier.explain(few, output="Ideal")
    assert set(ideal.explained) == {"Ideal"}
    probabilities = classifier.predict_proba(few)["Ideal"]
    np.testing.assert_allclose(ideal.base_values + ideal.values.sum(axis=1), probabilities, atol=1e-5)


def test_libraries_of_tables_agree(regressor, diamonds):
    expected = regressor.predict(diamonds)
    assert isinstance(expected, pd.Series) and expected.index.equals(diamonds.index) and expected.name == "price"

    from_polars = regressor.predict(pl.from_pandas(diamonds))
    assert isinstance(from_polars, pl.Series) and from_polars.name == "price"
    np.testing.assert_array_equal(from_polars.to_numpy(), expected)

    table = pa.Table.from_pandas(diamonds, preserve_index=False)
    from_arrow = regressor.predict(table)
    assert isinstance(from_arrow, pa.Array)
    np.testing.assert_array_equal(from_arrow.to_numpy(), expected)
    batch = table.combine_chunks().to_batches()[0]
    np.testing.assert_array_equal(regressor.predict(batch).to_numpy(), expected)

    columns = {name: diamonds[name].to_numpy() for name in diamonds}
    np.testing.assert_array_equal(regressor.predict(columns), expected)
    lists = {name: diamonds[name].tolist() for name in diamonds}
    np.testing.assert_array_equal(regressor.predict(lists), expected)
    rows = diamonds.head(9).to_dict("records")
    np.testing.assert_array_equal(regressor.predict(rows), expected.head(9))
    np.testing.assert_array_equal(regressor.predict(rows[0]), expected.head(1))
    np.testing.assert_array_equal(regressor.predict(reszoo.Table(diamonds)), expected)
    categories = diamonds.astype({"cut": "category", "color": "category"})
    np.testing.assert_array_equal(regressor.predict(categories), expected)


def test_several_paths_are_answered_one_after_the_other(regressor, diamonds, tmp_path):
    diamonds.head(10).to_csv(tmp_path / "a.csv", index=False)
    diamonds.tail(5).to_csv(tmp_path / "b.csv", index=False)
    answers = regressor.predict([tmp_path / "a.csv", str(tmp_path / "b.csv")])
    both = pd.concat([diamonds.head(10), diamonds.tail(5)])
    np.testing.assert_array_equal(answers, regressor.predict(both))


def test_training_of_the_same_rows_from_any_library_is_the_same(diamonds):
    few = diamonds.head(400)
    models = [
        reszoo.train(rows, "price", epochs=1, progress=False)
        for rows in (few, pl.from_pandas(few), pa.Table.from_pandas(few, preserve_index=False), reszoo.Table(few))
    ]
    expected = models[0].predict(few)
    for model in models[1:]:
        np.testing.assert_array_equal(model.predict(few), expected)


def test_arrays_have_columns_f0_f1():
    from sklearn.datasets import load_wine

    data = load_wine()
    model = reszoo.train(data.data, data.target, progress=False)
    assert model.task == "multiclass" and model.classes == ["0", "1", "2"] and model.columns[:2] == ["f0", "f1"]
    predicted = model.predict(data.data)
    assert predicted.dtype.kind == "i" and (predicted == data.target).mean() > 0.9
    assert model.predict_proba(data.data).shape == (178, 3)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(data.data)), predicted)
    np.testing.assert_array_equal(model.predict(np.repeat(data.data, 2, axis=0)[::2]), predicted)


def test_classes_keep_their_type(diamonds):
    few = diamonds.head(300).copy()
    few["big"] = few["carat"] > 1
    model = reszoo.train(few, "big", ignore=["price"], epochs=1, progress=False)
    predicted = model.predict(few)
    assert predicted.dtype == bool and model.task == "binary"
    assert model.predict(pl.from_pandas(few)).dtype == pl.Boolean


def test_several_targets_are_a_frame(diamonds):
    model = reszoo.train(diamonds.head(500), ["x", "y"], epochs=1, progress=False)
    predicted = model.predict(diamonds.head(5))
    assert isinstance(predicted, pd.DataFrame) and list(predicted) == ["x", "y"] == model.target
    assert model.predict(diamonds.head(5).to_dict("list")).shape == (5, 2)


def test_dates_are_dates():
    days = pd.date_range("2024-01-01", periods=200, freq="D")
    rows = pd.DataFrame({"number": np.arange(200.0) ** 0.5, "when": days})
    model = reszoo.train(rows, "when", numeric=["number"], epochs=1, progress=False)
    predicted = model.predict(rows)
    assert predicted.dtype.kind == "M" and predicted.between("2020-01-01", "2030-01-01").all()


def test_unseen_words_are_a_warning(regressor, diamonds):
    odd = diamonds.head(3).assign(cut="Heart")
    with pytest.warns(reszoo.DataWarning, match='"Heart"'):
        regressor.predict(odd)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        regressor.predict(diamonds.head(3))


def test_card_and_properties(regressor, classifier):
    assert regressor.reads == "table" and regressor.task == "regression" and regressor.target == ["price"]
    assert regressor.classes == [] and regressor.precision == "float32"
    assert regressor.columns == ["carat", "cut", "color", "clarity", "depth", "table", "x", "y", "z"]
    assert "regression of price" in repr(regressor)
    assert set(classifier.metrics) == {"validation", "test"} and classifier.metrics["test"]["accuracy"] > 0.5
    assert len(regressor.history) == 1 and [epoch["epoch"] for epoch in regressor.history[0]] == [1, 2, 3]
    json.dumps(classifier.training)


def test_features_outputs_and_run(regressor, diamonds):
    features = regressor.features(diamonds.head(6))
    assert features.dtype == np.float32 and features.shape[0] == 6 and features.ndim == 2
    outputs = regressor.outputs(diamonds.head(6))
    assert outputs.shape[0] == 6 and outputs.shape[1] == 8  # eight networks in one
    with pytest.raises(reszoo.InputError):
        regressor.run(np.zeros((2, 3)))


def test_evaluate(classifier, diamonds, tmp_path):
    metrics = classifier.evaluate(diamonds)
    assert metrics["accuracy"] == pytest.approx((classifier.predict(diamonds) == diamonds["cut"]).mean())
    diamonds.to_csv(tmp_path / "rows.csv", index=False)
    assert classifier.evaluate(tmp_path / "rows.csv") == pytest.approx(metrics)
    renamed = diamonds.rename(columns={"cut": "quality"})
    renamed.to_csv(tmp_path / "renamed.csv", index=False)
    assert classifier.evaluate(tmp_path / "renamed.csv", target="quality") == pytest.approx(metrics)


def test_fuse_and_precision(digit_model, digits, tmp_path):
    digit_model.save(tmp_path / "model.safetensors")
    exact = digit_model.predict_proba(digits)
    model = reszoo.load(tmp_path / "model.safetensors", precision="bfloat16")
    assert model.precision == "bfloat16"
    rough = model.predict_proba(digits)
    assert not np.array_equal(rough, exact)
    np.testing.assert_allclose(rough, exact, atol=0.1)
    assert model.fuse().precision == "float32"
    np.testing.assert_array_equal(model.predict_proba(digits), exact)
    assert model.unfuse().precision is None
    np.testing.assert_allclose(model.predict_proba(digits), exact, atol=1e-4)
    plain = reszoo.load(tmp_path / "model.safetensors", fuse=False)
    np.testing.assert_array_equal(plain.predict_proba(digits), model.predict_proba(digits))
    with pytest.raises(reszoo.UsageError):
        reszoo.load(tmp_path / "model.safetensors", fuse=False, precision="bfloat16")


def test_pickle_joblib_and_copies(regressor, diamonds, tmp_path):
    expected = regressor.predict(diamonds)
    for again in (pickle.loads(pickle.dumps(regressor)), copy.deepcopy(regressor)):
        np.testing.assert_array_equal(again.predict(diamonds), expected)
        assert again.metrics == regressor.metrics
    joblib.dump(regressor, tmp_path / "model.joblib")
    np.testing.assert_array_equal(joblib.load(tmp_path / "model.joblib").predict(diamonds), expected)
    parts = np.array_split(np.arange(len(diamonds)), 3)
    answers = joblib.Parallel(n_jobs=2)(joblib.delayed(regressor.predict)(diamonds.iloc[part]) for part in parts)
    np.testing.assert_array_equal(pd.concat(answers), expected)


def test_threads_predict_at_the_same_time(regressor, diamonds):
    expected = regressor.predict(diamonds)
    answers = joblib.Parallel(n_jobs=4, backend="threading")(
        joblib.delayed(regressor.predict)(diamonds) for _ in range(8)
    )
    for answer in answers:
        np.testing.assert_array_equal(answer, expected)


def test_images_of_every_kind(digit_model, digits):
    from PIL import Image

    paths = sorted(digits.glob("*/*.png"))
    assert digit_model.reads == "images" and digit_model.classes == list("0123456789")
    expected = digit_model.predict_proba(paths)
    assert expected.shape == (300, 10)
    np.testing.assert_allclose(digit_model.predict_proba(digits), expected, rtol=1e-4, atol=1e-6)
    images = [Image.open(path) for path in paths]
    for kind in (
        images,
        [path.read_bytes() for path in paths],
        [np.asarray(image) for image in images],
        np.stack([np.asarray(image) for image in images])[..., None],
        [np.asarray(image) / np.float32(255) for image in images],
        [np.asarray(image).astype(np.uint16) * 257 for image in images],
        [image.convert("RGB") for image in images],
        [path if index % 2 else image for index, (path, image) in enumerate(zip(paths, images))],
    ):
        np.testing.assert_allclose(digit_model.predict_proba(kind), expected, rtol=1e-4, atol=1e-6)
    one = digit_model.predict(images[0])
    assert one.shape == (1,) and one.dtype.kind == "i"
    table = digit_model.predict_table(digits)
    assert table.columns[:2] == ["input", "prediction"] and len(table) == 300 and table["input"][0].endswith(".png")
    assert digit_model.features(paths[:3]).shape[0] == 3
    metrics = digit_model.evaluate(digits)
    assert 0 <= metrics["accuracy"] <= 1


def test_a_photo_is_turned_upright_like_its_file(digits, tmp_path):
    from PIL import Image

    model = reszoo.train(digits, epochs=1, network="cifar_resnet20", progress=False)
    pixels = np.asarray(Image.open(sorted(digits.glob("3/*.png"))[0]))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as image:
        from_image = model.predict_proba(image)
    from_file = model.predict_proba(tmp_path / "turned.png")
    np.testing.assert_allclose(from_image, from_file, rtol=1e-4, atol=1e-6)
    assert not np.allclose(from_image, model.predict_proba(pixels), rtol=1e-3)


def test_table_goes_to_and_from_other_libraries(diamonds, tmp_path):
    table = reszoo.Table(diamonds)
    assert table.columns == list(diamonds) and len(table) == 3000
    np.testing.assert_array_equal(table["price"], diamonds["price"])
    np.testing.assert_array_equal(table["cut"], diamonds["cut"])
    assert pl.DataFrame(table)["carat"].to_list() == diamonds["carat"].tolist()
    assert pa.table(table)["cut"].to_pylist() == diamonds["cut"].tolist()
    for frame in (table.to_pandas(), table.to_polars().to_pandas(), table.to_arrow().to_pandas()):
        assert frame["cut"].tolist() == diamonds["cut"].tolist()
        np.testing.assert_array_equal(frame["x"], diamonds["x"])
    table.write(tmp_path / "rows.parquet")
    again = reszoo.read_table(tmp_path / "rows.parquet")
    np.testing.assert_array_equal(again["price"], table["price"])
    missing = reszoo.Table(
        {"a": [1.5, None, 3], "b": ["x", None, ""], "c": np.array(["2024-01-02", "NaT", "2024-03-01"], "M8[D]")}
    )
    assert np.isnan(missing["a"][1]) and missing["b"].tolist() == ["x", None, None]
    assert missing["c"].dtype == "M8[us]" and np.isnat(missing["c"][1])


def test_tools_read_what_python_wrote(regressor, tmp_path):
    regressor.save(tmp_path / "model.safetensors")
    row = tmp_path / "row.csv"
    row.write_text("carat,cut,color,clarity,depth,table,x,y,z\n0.31,Ideal,E,SI2,61.5,55,4.3,4.3,2.6\n")
    text = run_tool("predict", "--weights", tmp_path / "model.safetensors", row)
    assert float(text.splitlines()[1]) == regressor.predict(row)[0]


def test_torchscript_runs_prepared_inputs(tmp_path):
    import torch

    script = torch.jit.script(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3)))
    script.save(tmp_path / "script.pt")
    model = reszoo.load(tmp_path / "script.pt")
    assert model.reads == "tensor" and model.task is None
    x = torch.rand(2, 3, 2, 2)
    np.testing.assert_allclose(model.run(x.numpy()), script(x).detach().numpy(), rtol=1e-6)
    with pytest.raises(reszoo.UsageError):
        model.save(tmp_path / "again.safetensors")


def test_paths_may_be_pathlike(regressor, tmp_path: Path):
    regressor.save(str(tmp_path / "a.safetensors"))
    assert reszoo.load(str(tmp_path / "a.safetensors")).target == ["price"]
