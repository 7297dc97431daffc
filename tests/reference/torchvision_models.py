"""Make the fixtures of the ResNets and of AlexNet from torchvision."""
import fixture_json
from fixture_json import source
from network_fixture import write_fixture
from row_fixture import row_record, uninitialized
from torchvision_import import models

FROM = source("torchvision", "torch")


def image_fixture(file, name, outputs, size, **arguments):
    model = models.get_model(name, num_classes=outputs, **arguments)
    write_fixture(file, model, name, {"channels": 3, "outputs": outputs}, [2, 3, size, size], FROM)


def short_record(name, **options):
    with uninitialized():
        model = models.get_model(name, **options)
    return row_record(model, name, [2, 3, 33, 33], options)


if __name__ == "__main__":
    for depth in (18, 34, 50, 101, 152):
        image_fixture(f"resnet{depth}.json", f"resnet{depth}", 1000, 64)
    image_fixture("resnet18_10_outputs.json", "resnet18", 10, 64)
    image_fixture("alexnet.json", "alexnet", 1000, 127, dropout=0.0)
    rows = {name: short_record(name) for name in (
        "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2")}
    rows["resnet50_dilated"] = short_record("resnet50", replace_stride_with_dilation=[False, True, True])
    rows["resnext50_32x4d_dilated"] = short_record("resnext50_32x4d", replace_stride_with_dilation=[False, True, False])
    fixture_json.write("torchvision_rows.json", {"source": FROM, "rows": rows})
