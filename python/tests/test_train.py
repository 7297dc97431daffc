"""Training: options, parts, progress, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import reszoo


def test_the_same_seed_gives_the_same_bits(diamonds):
    few = diamonds.head(400)
    first, again, other = (reszoo.train(few, "price", epochs=2, seed=seed, progress=False) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.predict(few), again.predict(few))
    assert not np.array_equal(first.predict(few), other.predict(few))


def test_the_tool_trains_the_same_model(diamonds, tmp_path):
    few = diamonds.head(400)
    few.to_csv(tmp_path / "few.csv", index=False)
    threads = os.environ | {"OMP_NUM_THREADS": "1"}
    options = ["--data", tmp_path / "few.csv", "--target", "price", "--epochs", "2", "--out", tmp_path / "out"]
    subprocess.run(["reszoo", "train", "--threads", "1", *options], check=True, capture_output=True, env=threads)
    program = (
        "import sys, reszoo; reszoo.set_num_threads(1);reszoo.train(sys.argv[1], 'price', epochs=2).save(sys.argv[2])"
    )
    arguments = [sys.executable, "-c", program, tmp_path / "few.csv", tmp_path / "model.safetensors"]
    subprocess.run(arguments, check=True, env=threads)
    tool, ours = (
        reszoo.load(path) for path in (tmp_path / "out" / "model.safetensors", tmp_path / "model.safetensors")
    )
    np.testing.assert_array_equal(ours.predict(few), tool.predict(few))
    assert ours.card == tool.card


def test_parts_may_be_fractions_paths_or_tables(diamonds, tmp_path):
    train, validation, test = diamonds[:400], diamonds[400:500], diamonds[500:600]
    validation.to_csv(tmp_path / "validation.csv", index=False)
    test.to_parquet(tmp_path / "test.parquet")
    of_tables = reszoo.train(train, "price", epochs=2, validation=validation, test=test, progress=False)
    assert set(of_tables.metrics) == {"validation", "test"}
    assert of_tables.metrics["test"]["rmse"] == pytest.approx(of_tables.evaluate(test)["rmse"])
    of_paths = reszoo.train(
        train, "price", epochs=2, validation=tmp_path / "validation.csv", test=tmp_path / "test.parquet", progress=False
    )
    assert of_paths.metrics["test"] == pytest.approx(of_tables.metrics["test"])
    none = reszoo.train(train, "price", epochs=2, validation=0, progress=False)
    assert "validation" not in none.metrics


def test_targets_and_weights_may_be_values(diamonds):
    few = diamonds.head(300)
    by_name = reszoo.train(few, "price", weight="carat", ignore=["carat"], epochs=1, progress=False)
    by_value = reszoo.train(
        few.drop(columns=["price", "carat"]), few["price"], weight=few["carat"].to_numpy(), epochs=1, progress=False
    )
    assert by_value.target == ["price"]
    np.testing.assert_array_equal(by_name.predict(few), by_value.predict(few))
    from_list = reszoo.train(few[["x", "y"]], few["price"].tolist(), epochs=1, progress=False)
    assert from_list.target == ["target"] and from_list.columns == ["x", "y"]


def test_options_reach_the_recipe(diamonds):
    model = reszoo.train(
        diamonds.head(300),
        "price",
        recipe="paper",
        epochs=3,
        batch_size=64,
        options={"width": 32, "blocks": 1},
        optimizer="sgd",
        lr=1e-3,
        metric="mae",
        ensemble=2,
        progress=False,
    )
    assert model.training["metric"] == "mae" and len(model.history) == 2 and len(model.history[0]) == 3
    assert model.card["networks"] == 2 and model.network().options["width"] == 32


def test_tasks(diamonds):
    few = diamonds.head(600)
    quantile = reszoo.train(few, "price", task="quantile", quantiles=[0.1, 0.5, 0.9], epochs=2, progress=False)
    table = quantile.predict_table(few)
    assert list(table) == ["prediction", "quantile_0.1", "quantile_0.5", "quantile_0.9"]
    assert (table["quantile_0.1"] <= table["quantile_0.9"]).all()
    np.testing.assert_array_equal(quantile.predict(few), table["prediction"])
    ordinal = reszoo.train(
        few, "cut", task="ordinal", classes=["Fair", "Good", "Very Good", "Premium", "Ideal"], epochs=2, progress=False
    )
    assert ordinal.classes[0] == "Fair" and set(ordinal.predict(few)) <= set(ordinal.classes)


def test_best_makes_an_ensemble_within_its_time(diamonds):
    model = reszoo.train(diamonds.head(300), "price", recipe="best", time_limit=8, progress=False)
    assert model.training["leaderboard"] and model.card["networks"] >= 1
    assert len(model.predict(diamonds.head(5))) == 5


def test_folder_resume_and_report(diamonds, tmp_path):
    few = diamonds.head(300)
    folder, report = tmp_path / "run", tmp_path / "report.html"
    with pytest.raises(reszoo.TrainingStopped, match="run"):
        reszoo.train(few, "price", epochs=3, folder=folder, progress=lambda now: bool(now.metrics) and now.epoch == 2)
    model = reszoo.train(few, "price", epochs=3, folder=folder, resume=True, report=report, progress=False)
    assert [epoch["epoch"] for epoch in model.history[0]] == [1, 2, 3]
    assert (folder / "log.jsonl").exists() and "price" in report.read_text()
    kept = reszoo.load(folder / "model.safetensors")
    np.testing.assert_array_equal(kept.predict(few), model.predict(few))
    whole = reszoo.train(few, "price", epochs=3, progress=False)
    np.testing.assert_array_equal(whole.predict(few), model.predict(few))


def test_left_out_columns_are_a_warning(diamonds):
    few = diamonds.head(100).assign(number=range(100), same=1)
    with pytest.warns(reszoo.DataWarning) as said:
        model = reszoo.train(few, "price", epochs=1, progress=False)
    assert any("number" in str(one.message) for one in said) and any("same" in str(one.message) for one in said)
    assert "number" not in model.columns and len(model.training["notes"]) == len(said)


def test_a_function_is_told_the_progress_and_may_stop(diamonds):
    told: list[reszoo.Progress] = []
    reszoo.train(diamonds.head(300), "price", epochs=3, progress=told.append)
    ends = [now for now in told if now.metrics]
    assert [now.epoch for now in ends] == [1, 2, 3] and all(now.epochs == 3 for now in told)
    assert ends[-1].metrics["rmse"] > 0 and ends[-1].step == ends[-1].steps and ends[-1].loss > 0
    with pytest.raises(reszoo.TrainingStopped):
        reszoo.train(diamonds.head(300), "price", epochs=300, progress=lambda now: now.epoch == 2)


def test_an_exception_of_the_function_ends_the_training(diamonds):
    def fail(now: reszoo.Progress) -> None:
        if now.metrics:
            raise LookupError("enough")

    for epochs in (1, 300):  # also in the last step
        with pytest.raises(LookupError, match="enough"):
            reszoo.train(diamonds.head(300), "price", epochs=epochs, progress=fail)


def test_progress_shows_a_bar(diamonds, capfd):
    reszoo.train(diamonds.head(300), "price", epochs=2, progress=True)
    assert "epoch 2/2" in capfd.readouterr().err
    reszoo.train(diamonds.head(300), "price", epochs=2)  # no terminal
    assert capfd.readouterr().err == ""


def test_ctrl_c_stops_a_training():
    program = """
import pandas, sys, threading, os, signal, time, reszoo
signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell's background jobs ignore it
data = pandas.read_csv(sys.argv[1])
began = []
def tell(now):
    if not began:
        began.append(time.monotonic())
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    reszoo.train(data, "price", epochs=1000, progress=tell)
except KeyboardInterrupt:
    print("stopped after", time.monotonic() - began[0])
"""
    from conftest import DIAMONDS

    done = subprocess.run([sys.executable, "-c", program, str(DIAMONDS)], capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("stopped after"), done.stderr
    assert done.returncode == 0


def test_ctrl_c_in_this_process_is_a_keyboard_interrupt(diamonds):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        reszoo.train(diamonds, "price", epochs=10_000, progress=False)
    timer.join()
    signal.signal(signal.SIGINT, before)
    # The next training is a new one.
    assert len(reszoo.train(diamonds.head(200), "price", epochs=1, progress=False).history[0]) == 1


def test_other_threads_go_on_while_it_trains(diamonds):
    counted = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    reszoo.train(diamonds, "price", epochs=3, progress=False)
    stop.set()
    thread.join()
    assert counted - before > 20  # Python's lock is released


def test_images_in_class_folders(digits, digit_model, tmp_path):
    assert digit_model.task == "multiclass" and digit_model.target == ["label"]
    assert digit_model.card["network"] == "cifar_resnet20"
    other = reszoo.train(digits, epochs=1, network="resnet18", validation=0.2, test=0.2, progress=False)
    assert set(other.metrics) == {"validation", "test"} and other.card["network"] == "resnet18"
    with pytest.raises(reszoo.UsageError, match="group"):
        reszoo.train(digits, group="label")


def test_frames_with_dates_and_missing_values():
    generator = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=400, freq="D").to_numpy(),
            "size": generator.normal(size=400),
            "kind": generator.choice(["a", "b", None], size=400),
        }
    )
    rows["y"] = rows["day"].dt.month + rows["size"]
    rows.loc[::7, "size"] = np.nan
    model = reszoo.train(rows, "y", epochs=20, progress=False)
    assert set(model.columns) == {"day", "size", "kind"}
    assert model.evaluate(rows)["r2"] > 0.5
