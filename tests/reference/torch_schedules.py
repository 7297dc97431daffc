"""Make the fixture of the schedules: PyTorch's schedulers, updated in every step, with a base rate of 1."""
import warnings

import torch
from torch.optim import lr_scheduler as schedulers

from fill import uniform
from fixture_json import short, source, write


def optimizer():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)


def rates(make, total):
    """Return the learning rate of each step of the run."""
    owner = optimizer()
    scheduler = make(owner)
    found = []
    for _ in range(total):
        found.append(short(owner.param_groups[0]["lr"]))
        owner.step()
        scheduler.step()
    return found


def warmed(make, steps):
    """Add a warm-up from 1/steps to 1 before a scheduler."""
    def both(owner):
        line = schedulers.LinearLR(owner, start_factor=1 / steps, end_factor=1, total_iters=steps - 1)
        return schedulers.SequentialLR(owner, [line, make(owner)], milestones=[steps])
    return both


def schedules():
    """Return reszoo's text, the number of steps and the scheduler: with a warm-up, 36 steps are left of 40."""
    yield "constant:0.1", 40, warmed(lambda o: schedulers.ConstantLR(o, factor=1), 4)
    yield "cosine", 40, lambda o: schedulers.CosineAnnealingLR(o, 40)
    yield "cosine:end=0.2", 40, lambda o: schedulers.CosineAnnealingLR(o, 40, eta_min=0.2)
    yield "cosine:0.1", 40, warmed(lambda o: schedulers.CosineAnnealingLR(o, 36), 4)
    yield "step:0.25", 40, lambda o: schedulers.StepLR(o, 10)
    yield "step:0.25,factor=0.5,warmup=0.1", 40, warmed(lambda o: schedulers.StepLR(o, 9, gamma=0.5), 4)
    yield "multistep:0.5,0.75", 40, lambda o: schedulers.MultiStepLR(o, [20, 30])
    yield "multistep:0.3,0.7,factor=0.2", 37, lambda o: schedulers.MultiStepLR(o, [12, 26], gamma=0.2)
    yield "multistep:0.5,0.75,warmup=0.1", 40, warmed(lambda o: schedulers.MultiStepLR(o, [18, 27]), 4)
    yield "polynomial", 40, lambda o: schedulers.PolynomialLR(o, 40)
    yield "polynomial:2.5", 40, lambda o: schedulers.PolynomialLR(o, 40, power=2.5)
    yield "polynomial:2,warmup=0.1", 40, warmed(lambda o: schedulers.PolynomialLR(o, 36, power=2), 4)


def one_cycle(total, **options):
    """Return the rates of a run: the scheduler rejects the step after its last one."""
    owner = optimizer()
    scheduler = schedulers.OneCycleLR(owner, 1, total_steps=total, **options)
    found = [short(owner.param_groups[0]["lr"])]
    for _ in range(total - 1):
        owner.step()
        scheduler.step()
        found.append(short(owner.param_groups[0]["lr"]))
    return found


def plateau(text, greater, metrics, **options):
    owner = optimizer()
    scheduler = schedulers.ReduceLROnPlateau(owner, mode="max" if greater else "min", eps=0, **options)
    found = []
    for metric in metrics:
        scheduler.step(metric)
        found.append(short(owner.param_groups[0]["lr"]))
    return {"text": text, "greater_is_better": greater, "metrics": metrics, "factors": found}


def falling(name, epochs=40):
    """Return a loss that first decreases, then only fluctuates."""
    noise = uniform(name, [epochs]).tolist()
    return [short(max(1 - 0.1 * epoch, 0.3) + 0.05 * noise[epoch]) for epoch in range(epochs)]


def plateaus():
    loss = falling("loss")
    score = [short(1.5 - value) for value in falling("score")]
    yield plateau("plateau:3", False, loss, patience=3)
    yield plateau("plateau:0,factor=0.5", False, loss, patience=0, factor=0.5)
    yield plateau("plateau:2,cooldown=3", False, loss, patience=2, cooldown=3)
    yield plateau("plateau:1,factor=0.3,end=0.05", True, score, patience=1, factor=0.3, min_lr=0.05)
    yield plateau("plateau:2,threshold=0.1", True, score, patience=2, threshold=0.1)
    yield plateau("plateau:2,threshold=0,margin=0.03", False, loss, patience=2, threshold=0.03, threshold_mode="abs")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    cases = [{"text": text, "steps": total, "factors": rates(make, total)}
             for text, total, make in schedules()]
    cases.append({"text": "one_cycle", "steps": 40, "factors": one_cycle(40)})
    cases.append({"text": "one_cycle:0.25,div=10,final_div=100", "steps": 37,
                  "factors": one_cycle(37, pct_start=0.25, div_factor=10, final_div_factor=100)})
    write("torch_schedules.json", {"source": source("torch"), "schedules": cases, "plateaus": list(plateaus())})
