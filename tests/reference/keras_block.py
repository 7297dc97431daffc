"""Make the fixture of the residual block that users asked for, written in Keras.

As slots: entry = nothing; branch = conv1 (stride 2 if downsample), relu, bn1, conv2;
shortcut = identity, or projection (1x1, stride 2) if downsample; exit = relu, bn2, after the addition.
All convolutions have a bias and padding "same"; batch norm comes after ReLU, with Keras's
epsilon 1e-3 and momentum 0.99 (0.01 in PyTorch's terms) and the biased variance in its moving average.

Each case has shapes and values in PyTorch's layouts (NCHW, OIHW) and the protocol of
network_fixture.py up to the backward pass; `moving` has the moving averages after the single training
call. The values are float32: outside TensorFlow, Keras's batch norm computes at most in float32.
"""
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from keras.layers import Add, BatchNormalization, Conv2D, ReLU

from fill import fill, uniform
from fixture_json import sample, sample_stride, short, source, write

NUMBERS_AT_MOST = 100


def relu_bn(x):
    return BatchNormalization()(ReLU()(x))


def residual_block(x, downsample, filters, kernel_size=3):
    y = Conv2D(kernel_size=kernel_size, strides=(1 if not downsample else 2), filters=filters, padding="same")(x)
    y = relu_bn(y)
    y = Conv2D(kernel_size=kernel_size, strides=1, filters=filters, padding="same")(y)
    if downsample:
        x = Conv2D(kernel_size=1, strides=2, filters=filters, padding="same")(x)
    return relu_bn(Add()([x, y]))


def name_variables(model, downsample):
    """Map PyTorch's keys to the block's Keras variables."""
    convolutions = [layer for layer in model.layers if isinstance(layer, Conv2D)]
    projections = [layer for layer in convolutions if layer.kernel_size == (1, 1)]
    conv1, conv2 = (layer for layer in convolutions if layer not in projections)
    bn1, bn2 = (layer for layer in model.layers if isinstance(layer, BatchNormalization))
    layers = {"conv1": conv1, "bn1": bn1, "conv2": conv2} | dict(zip(["projection"], projections)) | {"bn2": bn2}
    assert len(projections) == downsample
    variables = {}
    for name, layer in layers.items():
        if name.startswith("bn"):
            variables |= {f"{name}.weight": layer.gamma, f"{name}.bias": layer.beta,
                          f"{name}.running_mean": layer.moving_mean, f"{name}.running_var": layer.moving_variance}
        else:
            variables |= {f"{name}.weight": layer.kernel, f"{name}.bias": layer.bias}
    return variables


def oihw(shape):
    return [shape[3], shape[2], shape[0], shape[1]] if len(shape) == 4 else list(shape)


def observe(channels, height, width, filters, kernel_size, downsample):
    inputs = keras.Input((height, width, channels))
    model = keras.Model(inputs, residual_block(inputs, downsample, filters, kernel_size))
    variables = name_variables(model, downsample)
    keys = [[key, oihw(variable.shape)] for key, variable in variables.items()]
    for key, shape in keys:
        value = fill(key, shape)
        variables[key].assign(value.transpose(2, 3, 1, 0) if value.ndim == 4 else value)

    input_shape = [2, channels, height, width]
    x = torch.from_numpy(uniform("input", input_shape)).permute(0, 2, 3, 1)
    evaluated = model(x, training=False).permute(0, 3, 1, 2)
    trained = model(x, training=True).permute(0, 3, 1, 2)
    (trained * torch.from_numpy(uniform("loss", trained.shape))).sum().backward()
    stride = sample_stride(trained.shape, NUMBERS_AT_MOST)
    return {
        "options": {"channels": channels, "filters": filters, "kernel_size": kernel_size, "downsample": downsample,
                    "stride": 2 if downsample else 1, "epsilon": 1e-3, "momentum": 0.01},
        "input_shape": input_shape, "output_shape": list(trained.shape), "keys": keys, "stride": stride,
        "eval_output": sample(evaluated, stride), "train_output": sample(trained, stride),
        "gradient_norms": {key: short(v.value.grad.norm()) for key, v in variables.items() if v.trainable},
        "moving": {key: sample(v.value, 1) for key, v in variables.items() if not v.trainable}}


if __name__ == "__main__":
    torch.set_num_threads(2)
    cases = [observe(4, height, width, 6 if downsample else 4, kernel_size, downsample)
             for downsample in (False, True) for kernel_size in (3, 5) for height, width in ((8, 8), (7, 9), (8, 9))]
    write("keras_block.json", {"source": source("keras", "torch"), "cases": cases})
