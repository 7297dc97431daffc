"""Make the fixture of losses, row by row: focal loss from its formula, the Poisson loss from torch."""
import torch

from fixture_json import short, source, write


def numbers(rows):
    return [[short(x) for x in row] for row in rows]


def focal(outputs, targets, gamma, alpha=None):
    """Return Lin et al. 2017, equations 4 and 5, for the softmax: -alpha_t (1 - p_t)^gamma log(p_t)."""
    p_t = outputs.softmax(1).gather(1, targets[:, None]).squeeze(1)
    losses = -(1 - p_t) ** gamma * p_t.log()
    return losses if alpha is None else losses * torch.where(targets == 1, alpha, 1 - alpha)


def focal_record():
    outputs = 3 * torch.sin(torch.arange(28, dtype=torch.float64) ** 2).view(7, 4)
    targets = torch.tensor([0, 3, 1, 2, 2, 0, 3])
    binary, labels = outputs[:, :2], targets % 2
    return {"outputs": numbers(outputs), "targets": targets.tolist(), "labels": labels.tolist(),
            "multiclass": [{"gamma": gamma, "losses": [short(x) for x in focal(outputs, targets, gamma)]}
                           for gamma in (0.0, 0.5, 2.0)],
            "binary": [{"gamma": gamma, "alpha": alpha, "losses": [short(x) for x in focal(binary, labels, gamma, alpha)]}
                       for gamma, alpha in ((2.0, 0.25), (1.0, 0.75))]}


def poisson_record():
    outputs = 2 * torch.cos(torch.arange(12, dtype=torch.float64) ** 2).view(6, 2)
    targets = (torch.arange(12) % 5).view(6, 2).double()
    losses = torch.nn.PoissonNLLLoss(log_input=True, full=False, reduction="none")(outputs, targets).mean(1)
    return {"outputs": numbers(outputs), "targets": numbers(targets), "losses": [short(x) for x in losses]}


if __name__ == "__main__":
    write("torch_losses.json", {"source": source("torch"), "focal": focal_record(), "poisson": poisson_record()})
