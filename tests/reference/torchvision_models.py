"""Make the fixtures of the ResNets and of AlexNet from torchvision."""
from fixture_json import source
from network_fixture import write_fixture
from torchvision_import import models

FROM = source("torchvision", "torch")


def image_fixture(file, name, outputs, size, **arguments):
    model = models.get_model(name, num_classes=outputs, **arguments)
    write_fixture(file, model, name, {"channels": 3, "outputs": outputs}, [2, 3, size, size], FROM)


if __name__ == "__main__":
    for depth in (18, 34, 50, 101, 152):
        image_fixture(f"resnet{depth}.json", f"resnet{depth}", 1000, 64)
    image_fixture("resnet18_10_outputs.json", "resnet18", 10, 64)
    image_fixture("alexnet.json", "alexnet", 1000, 127, dropout=0.0)
