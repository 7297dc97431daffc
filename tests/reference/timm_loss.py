"""Make the fixture of binary cross-entropy for classes: timm's, for each row."""
import torchvision_import  # noqa: F401  before timm
import torch
from timm.loss import BinaryCrossEntropy

from fill import uniform
from fixture_json import short, source, write


def losses(smoothing, outputs, targets):
    rows = BinaryCrossEntropy(smoothing=smoothing, reduction="none")(outputs, targets)
    return [short(loss) for loss in rows.mean(1)]


if __name__ == "__main__":
    outputs = 3 * torch.from_numpy(uniform("outputs", [7, 4])).double()
    targets = torch.tensor([0, 3, 1, 2, 2, 0, 3])
    shares = torch.from_numpy(uniform("shares", [7, 4])).double().softmax(1)
    write("timm_loss.json", {
        "source": source("torch", "timm"), "outputs": [[short(x) for x in row] for row in outputs],
        "targets": targets.tolist(), "shares": [[short(x) for x in row] for row in shares],
        "bce": [{"smoothing": smoothing, "losses": losses(smoothing, outputs, targets)} for smoothing in (0.0, 0.1)],
        "bce_of_shares": losses(0.1, outputs, shares)})
