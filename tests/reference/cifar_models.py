"""The ResNets for CIFAR of He et al. 2015 (arXiv 1512.03385, section 4.2), which no package has.

Keys as torchvision names them. The shortcut is option A: where the size halves, every second pixel
with zero channels added on both sides, planes/4 each, and no parameters.
"""
from torch import nn
from torch.nn.functional import pad

from fixture_json import source
from network_fixture import write_fixture

PARAMETERS = {20: 269722, 32: 464154, 44: 658586, 56: 853018, 110: 1727962}  # 3 channels, 10 outputs


def conv3x3(inputs, planes, stride=1):
    return nn.Conv2d(inputs, planes, 3, stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, planes, stride), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = conv3x3(planes, planes), nn.BatchNorm2d(planes)
        self.stride = stride

    def shortcut(self, x):
        if self.stride == 1:
            return x
        quarter = self.conv1.out_channels // 4
        return pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))

    def forward(self, x):
        y = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(y)) + self.shortcut(x)).relu()


class CifarResNet(nn.Module):
    def __init__(self, depth, channels=3, outputs=10):
        super().__init__()
        blocks = (depth - 2) // 6
        self.conv1, self.bn1 = conv3x3(channels, 16), nn.BatchNorm2d(16)
        self.layer1 = self.stage(blocks, 16, 16, 1)
        self.layer2 = self.stage(blocks, 16, 32, 2)
        self.layer3 = self.stage(blocks, 32, 64, 2)
        self.fc = nn.Linear(64, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def stage(blocks, inputs, planes, stride):
        rest = [BasicBlock(planes, planes, 1) for _ in range(blocks - 1)]
        return nn.Sequential(BasicBlock(inputs, planes, stride), *rest)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def cifar_fixture(file, depth, channels, size):
    model = CifarResNet(depth, channels)
    if channels == 3:
        assert sum(p.numel() for p in model.parameters()) == PARAMETERS[depth]
    write_fixture(file, model, f"cifar_resnet{depth}", {"channels": channels, "outputs": 10},
                  [2, channels, size, size], f"He et al. 2015, section 4.2, option A; {source('torch')}")


if __name__ == "__main__":
    for depth in PARAMETERS:
        cifar_fixture(f"cifar_resnet{depth}.json", depth, 3, 32)
    cifar_fixture("cifar_resnet20_grey.json", 20, 1, 28)
