"""Make the fixtures of the optimizers: PyTorch's and timm's, on a small network with parameter groups of different
learning rates and weight decays.

Every case trains the same network for 24 steps in float64. A case has the options by reszoo's names, the
parameters at the end, and a trace: the dot product of all parameters with a probe after each step.
The layers of layer-wise learning-rate decay are timm's, by the names of the parameters, the first layer first.
"""
import torchvision_import  # noqa: F401  before timm
import timm
import torch
from timm.optim import Lamb, Lion, param_groups_layer_decay

from fill import fill, uniform
from fixture_json import short, source, write

STEPS = 24
FACTOR, DECAY = 0.1, 0.3  # the first layer's learning-rate factor, and its weight decay in place of the others'


def small_net():
    net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 2)).double()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(torch.from_numpy(fill(name, parameter.shape)))
    return net


def groups(net, lr, decay, rules):
    """Return the parameter groups: all alike, or the first layer with a smaller rate and biases without decay."""
    if not rules:
        return [{"params": list(net.parameters()), "lr": lr, "weight_decay": decay}]
    named = dict(net.named_parameters())
    return [{"params": [named["0.weight"]], "lr": lr * FACTOR, "weight_decay": DECAY},
            {"params": [named["0.bias"]], "lr": lr * FACTOR, "weight_decay": 0},
            {"params": [named["2.weight"]], "lr": lr, "weight_decay": decay},
            {"params": [named["2.bias"]], "lr": lr, "weight_decay": 0}]


def probe(net):
    return sum((parameter.detach() * torch.from_numpy(uniform("probe." + name, parameter.shape)).double()).sum().item()
               for name, parameter in net.named_parameters())


def train(make, options, rules):
    net = small_net()
    optimizer = make(groups(net, options["lr"], options["weight_decay"], rules))
    trace = []
    for step in range(STEPS):
        optimizer.zero_grad()
        x = torch.from_numpy(uniform(f"x{step}", [8, 5])).double()
        net(x).square().sum().backward()
        optimizer.step()
        trace.append(short(probe(net)))
    last = {name: [short(number) for number in parameter.detach().flatten()] for name, parameter in net.named_parameters()}
    return {"options": options, "rules": rules, "trace": trace, "last": last}


class MuonAndAdamW:
    """PyTorch's Muon for matrices and its AdamW for the rest, in float64 throughout."""

    def __init__(self, groups, betas, eps):
        def some(matrices):
            return [{**group, "params": [p for p in group["params"] if (p.dim() == 2) == matrices]} for group in groups]
        self.parts = [torch.optim.Muon([group for group in some(True) if group["params"]], momentum=0.95,
                                       adjust_lr_fn="match_rms_adamw"),
                      torch.optim.AdamW([group for group in some(False) if group["params"]], betas=betas, eps=eps)]

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        rounding = torch.Tensor.bfloat16
        torch.Tensor.bfloat16 = lambda tensor: tensor  # PyTorch orthogonalises in bfloat16
        for part in self.parts:
            part.step()
        torch.Tensor.bfloat16 = rounding


def cases():
    betas = {"beta1": 0.8, "beta2": 0.95, "eps": 1e-6}
    pair = (0.8, 0.95)
    yield {"kind": "adam", "lr": 0.02, "weight_decay": 0.1, **betas}, lambda g: torch.optim.Adam(g, betas=pair, eps=1e-6)
    yield {"kind": "adamw", "lr": 0.02, "weight_decay": 0.1, **betas}, lambda g: torch.optim.AdamW(g, betas=pair, eps=1e-6)
    yield ({"kind": "sgd", "lr": 0.005, "weight_decay": 0.1, "momentum": 0.9, "nesterov": True},
           lambda g: torch.optim.SGD(g, lr=1, momentum=0.9, nesterov=True))
    yield {"kind": "rmsprop", "lr": 0.01, "weight_decay": 0.1, "momentum": 0}, lambda g: torch.optim.RMSprop(g)
    yield ({"kind": "rmsprop", "lr": 0.002, "weight_decay": 0.1, "momentum": 0.9, "alpha": 0.95, "eps": 1e-4},
           lambda g: torch.optim.RMSprop(g, alpha=0.95, eps=1e-4, momentum=0.9))
    yield ({"kind": "lamb", "lr": 0.02, "weight_decay": 0.1, "eps": 1e-6},
           lambda g: Lamb(g, max_grad_norm=None))
    yield {"kind": "lamb", "lr": 0.02, "weight_decay": 0.1, "eps": 1e-6, "clip": 1}, lambda g: Lamb(g)
    yield {"kind": "lion", "lr": 0.01, "weight_decay": 0.1, "beta2": 0.99}, lambda g: Lion(g)
    yield ({"kind": "muon", "lr": 0.02, "weight_decay": 0.1, "momentum": 0.95, **betas},
           lambda g: MuonAndAdamW(g, pair, 1e-6))


def layers(name):
    """Return the parameters of each layer of timm's layer decay, the head last."""
    model = timm.create_model(name, pretrained=False)
    names = {id(parameter): key for key, parameter in model.named_parameters()}
    found = {}
    for group in param_groups_layer_decay(model, layer_decay=0.5):
        found.setdefault(group["lr_scale"], []).extend(names[id(parameter)] for parameter in group["params"])
    return [sorted(found[scale]) for scale in sorted(found)]


if __name__ == "__main__":
    write("torch_optimizers.json", {
        "source": source("torch", "timm"), "factor": FACTOR, "decay": DECAY,
        "cases": [train(make, options, rules) for options, make in cases() for rules in (False, True)],
        "layers": {name: layers(name) for name in ("resnet18", "resnet26d", "resnetv2_50")}})
