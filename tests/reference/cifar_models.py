"""Make the fixtures of the ResNets for CIFAR of He et al. 2015 (arXiv 1512.03385, section 4.2) and 2016
(arXiv 1603.05027), which no package provides.

The networks of 2015 have torchvision's key names. The shortcut is option A (where the size halves,
every second pixel, with planes/4 zero channels added on both sides and no parameters) or option B
(a 1x1 convolution and batch norm).

The networks of 2016 have three stages of pre-activation bottlenecks with the key names of timm's
resnetv2. A projection reads the output of norm and activation, as in the authors' own code.
"""
from collections import OrderedDict

from torch import nn
from torch.nn.functional import pad

import fixture_json
from fixture_json import source
from network_fixture import write_fixture
from row_fixture import row_record

PARAMETERS = {20: 269722, 32: 464154, 44: 658586, 56: 853018, 110: 1727962}  # 3 channels, 10 outputs
PUBLISHED = {1202: 19.4e6}  # table 6 of 2015
PREACT_PUBLISHED = {164: 1.7e6, 1001: 10.2e6}  # table 4 of 2016


def conv3x3(inputs, planes, stride=1):
    return nn.Conv2d(inputs, planes, 3, stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, planes, stride, project):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, planes, stride), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = conv3x3(planes, planes), nn.BatchNorm2d(planes)
        self.stride = stride
        if project and stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def shortcut(self, x):
        if self.stride == 1:
            return x
        if hasattr(self, "downsample"):
            return self.downsample(x)
        quarter = self.conv1.out_channels // 4
        return pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))

    def forward(self, x):
        y = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(y)) + self.shortcut(x)).relu()


class CifarResNet(nn.Module):
    def __init__(self, depth, channels=3, outputs=10, project=False):
        super().__init__()
        self.project = project
        blocks = (depth - 2) // 6
        self.conv1, self.bn1 = conv3x3(channels, 16), nn.BatchNorm2d(16)
        self.layer1 = self.stage(blocks, 16, 16, 1)
        self.layer2 = self.stage(blocks, 16, 32, 2)
        self.layer3 = self.stage(blocks, 32, 64, 2)
        self.fc = nn.Linear(64, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stage(self, blocks, inputs, planes, stride):
        rest = [BasicBlock(planes, planes, 1, self.project) for _ in range(blocks - 1)]
        return nn.Sequential(BasicBlock(inputs, planes, stride, self.project), *rest)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


class PreActivationBottleneck(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        outputs = 4 * planes
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(OrderedDict(conv=nn.Conv2d(inputs, outputs, 1, stride, bias=False)))
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, planes, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(planes), conv3x3(planes, planes, stride)
        self.norm3, self.conv3 = nn.BatchNorm2d(planes), nn.Conv2d(planes, outputs, 1, bias=False)

    def forward(self, x):
        active = self.norm1(x).relu()
        y = self.conv2(self.norm2(self.conv1(active)).relu())
        return self.conv3(self.norm3(y).relu()) + (self.downsample(active) if hasattr(self, "downsample") else x)


class CifarPreActivationResNet(nn.Module):
    def __init__(self, depth):
        super().__init__()
        blocks = (depth - 2) // 9
        self.stem = nn.Sequential(OrderedDict(conv=conv3x3(3, 16)))
        self.stages = nn.Sequential()
        inputs = 16
        for index, planes in enumerate((16, 32, 64)):
            stage = [PreActivationBottleneck(inputs, planes, 2 if index else 1)]
            inputs = 4 * planes
            stage += [PreActivationBottleneck(inputs, planes, 1) for _ in range(blocks - 1)]
            self.stages.append(nn.Sequential(OrderedDict(blocks=nn.Sequential(*stage))))
        self.norm = nn.BatchNorm2d(inputs)
        self.head = nn.Sequential(OrderedDict(fc=nn.Conv2d(inputs, 10, 1)))

    def forward(self, x):
        x = self.norm(self.stages(self.stem(x))).relu()
        return self.head(x.mean((2, 3), keepdim=True)).flatten(1)


def near(model, published):
    assert abs(sum(p.numel() for p in model.parameters()) / published - 1) < 0.02
    return model


def short_records():
    size = [2, 3, 16, 16]  # four pixels per side in the last stage
    rows = {"cifar_resnet20_option_b": row_record(CifarResNet(20, project=True), "cifar_resnet20", size,
                                                  {"shortcut": "projection"})}
    for depth, published in PUBLISHED.items():
        rows[f"cifar_resnet{depth}"] = row_record(near(CifarResNet(depth), published), f"cifar_resnet{depth}", size)
    for depth, published in PREACT_PUBLISHED.items():
        rows[f"cifar_preact_resnet{depth}"] = row_record(near(CifarPreActivationResNet(depth), published),
                                                         f"cifar_preact_resnet{depth}", size)
    return rows


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
    fixture_json.write("cifar_rows.json", {"source": f"He et al. 2015 and 2016; {source('torch')}", "rows": short_records()})
