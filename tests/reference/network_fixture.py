"""Run a network with a fixed protocol and write the results as a fixture.

1. Fill every parameter and buffer by its key (fill.py), in float32. Dropout has probability 0.
2. x = uniform("input", input_shape). `eval_logits` are the outputs in evaluation mode.
3. In training mode: `train_logits`; loss = sum(logits * uniform("loss", logits.shape)); backward.
   `gradient_norms` are the Euclidean norms by key. A norm below 1e-12 of the largest one is the rounding
   error of a gradient that is 0 (a bias that only batch norms read), and is written as 0.
4. One plain step p -= learning_rate * gradient. `after_step` is, for each parameter and buffer,
   sum(tensor * uniform(key + ".probe", shape)) in float64.

All values are from a run in float64, which is accurate to the nine digits that are stored. In float32,
batch norm over a few pixels and the kink of ReLU change the gradients of a deep network by several per cent.
`float32_difference` is the difference of PyTorch's own float32 run, as a basis for tolerances: logits
relative to the largest one; a gradient norm relative to itself, or to 1e-4 of the largest norm if that is
larger; `after_step` relative to |tensor| |probe|.
"""
import copy
import math

import torch

import fixture_json
from fill import fill, uniform

torch.set_num_threads(2)
LOGITS_AT_MOST = 400


def fill_state(model):
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            tensor.copy_(torch.from_numpy(fill(key, tensor.shape)))
    return model


def uniform_tensor(key, shape, dtype=torch.float32):
    return torch.from_numpy(uniform(key, shape)).to(dtype)


def visible_learning_rate(parameters):
    """Return the power of ten whose step is about a hundredth of the parameters, by norm."""
    size, slope = (math.sqrt(sum(t.double().square().sum().item() for t in tensors))
                   for tensors in (parameters, [p.grad for p in parameters]))
    return 10.0 ** round(math.log10(0.01 * size / slope))


def observe(model, input_shape, dtype, learning_rate=None):
    """Run the protocol on a filled model, which is changed."""
    model.to(dtype)
    x = uniform_tensor("input", input_shape, dtype)
    with torch.no_grad():
        eval_logits = model.eval()(x)
    train_logits = model.train()(x)
    (train_logits * uniform_tensor("loss", train_logits.shape, dtype)).sum().backward()
    gradient_norms = {key: p.grad.double().norm().item() for key, p in model.named_parameters()}
    learning_rate = learning_rate or visible_learning_rate(list(model.parameters()))
    after_step, probe_scale = {}, {}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(parameter.grad, alpha=-learning_rate)
        for key, tensor in model.state_dict().items():
            tensor, probe = tensor.double(), uniform_tensor(key + ".probe", tensor.shape, torch.float64)
            after_step[key] = (tensor * probe).sum().item()
            probe_scale[key] = (tensor.norm() * probe.norm()).item()
    return {"eval_logits": eval_logits, "train_logits": train_logits.detach(), "gradient_norms": gradient_norms,
            "learning_rate": learning_rate, "after_step": after_step, "probe_scale": probe_scale}


def difference(seen, exact):
    """Compare the float32 run with the float64 run, as the docstring of this file defines."""
    def of_logits(name):
        return ((seen[name] - exact[name]).abs().max() / exact[name].abs().max()).item()

    def largest(name, scales):
        return max(abs(seen[name][key] - exact[name][key]) / scale for key, scale in scales.items())

    norms = exact["gradient_norms"]
    floor = 1e-4 * max(norms.values())
    result = {"eval_logits": of_logits("eval_logits"), "train_logits": of_logits("train_logits"),
              "gradient_norms": largest("gradient_norms", {key: max(norm, floor) for key, norm in norms.items()}),
              "after_step": largest("after_step", exact["probe_scale"])}
    return {name: float(f"{number:.1e}") for name, number in result.items()}


def without_rounding(norms):
    noise = 1e-12 * max(norms.values())
    return {key: fixture_json.short(norm) if norm > noise else 0 for key, norm in norms.items()}


def write_fixture(path, model, name, options, input_shape, source):
    """Write the fixture of one model, built with all dropout at 0; `path` is relative to fixtures/."""
    fill_state(model)
    keys = [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()]
    exact = observe(copy.deepcopy(model), input_shape, torch.float64)
    seen = observe(model, input_shape, torch.float32, exact["learning_rate"])
    stride = fixture_json.sample_stride(exact["eval_logits"].shape, LOGITS_AT_MOST)
    fixture_json.write(path, {
        "name": name, "options": options, "source": source, "input_shape": list(input_shape), "keys": keys,
        "parameters": sum(p.numel() for p in model.parameters()),
        "learning_rate": exact["learning_rate"], "stride": stride,
        "eval_logits": fixture_json.sample(exact["eval_logits"], stride),
        "train_logits": fixture_json.sample(exact["train_logits"], stride),
        "gradient_norms": without_rounding(exact["gradient_norms"]),
        "after_step": {key: fixture_json.short(number) for key, number in exact["after_step"].items()},
        "float32_difference": difference(seen, exact)})
