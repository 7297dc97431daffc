"""Networks as modules of PyTorch: the tensors are the same ones, nothing is copied."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

import reszoo


@pytest.fixture
def network() -> reszoo.Network:
    torch.manual_seed(0)
    return reszoo.create_model("cifar_resnet20", num_classes=10)


def test_names_and_shapes_are_torchvisions():
    network = reszoo.create_model("resnet18")
    state = network.state_dict()
    assert list(state)[:3] == ["conv1.weight", "bn1.weight", "bn1.bias"] and list(state)[-1] == "fc.bias"
    assert state["layer4.1.conv2.weight"].shape == (512, 512, 3, 3)
    assert sum(p.numel() for p in network.parameters()) == 11_689_512  # torchvision's page
    assert network.name == "resnet18" and network.head == "fc" and network.options == {}
    assert "layer4" in repr(network)
    assert [name for name, _ in network.named_children()][:2] == ["conv1", "bn1"]


def test_list_models():
    names = reszoo.list_models()
    assert "resnet50" in names and "tabular_resnet" in names and len(names) > 50
    assert set(reszoo.list_models("resnet1?")) >= {"resnet18"}
    assert reszoo.list_models("nothing*") == []


def test_tensors_are_shared_both_ways(network):
    x = torch.rand(2, 3, 32, 32)
    network.eval()
    before = network(x)
    weight = dict(network.named_parameters())["fc.weight"]
    assert isinstance(weight, torch.nn.Parameter) and weight is network.fc.weight
    assert weight.data_ptr() == network.state_dict()["fc.weight"].data_ptr()
    with torch.no_grad():
        weight.zero_()
        network.fc.bias.fill_(3)
    torch.testing.assert_close(network(x), torch.full_like(before, 3))
    mean = network.bn1.running_mean.clone()
    network.train()
    network(x)  # C++ updates the statistics that Python sees
    assert not torch.equal(network.bn1.running_mean, mean)
    assert network.bn1.num_batches_tracked == 1


def test_state_dict_comes_and_goes(network, tmp_path):
    other = reszoo.create_model("cifar_resnet20", outputs=10)
    x = torch.rand(2, 3, 32, 32)
    assert not torch.equal(other.eval()(x), network.eval()(x))
    report = other.load_state_dict(network.state_dict())
    assert not report.missing_keys and not report.unexpected_keys
    assert torch.equal(other(x), network(x))
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    third = reszoo.create_model("cifar_resnet20", num_classes=10, weights=tmp_path / "weights.pth").eval()
    assert torch.equal(third(x), network(x))
    network.save_weights(tmp_path / "again.pth")
    for key, tensor in torch.load(tmp_path / "again.pth").items():
        assert torch.equal(tensor, network.state_dict()[key])
    network.save_weights(tmp_path / "again.safetensors")
    third.load_weights(tmp_path / "again.safetensors")
    assert torch.equal(third.fc.weight, network.fc.weight)
    with pytest.raises(RuntimeError, match="fc.weight"):
        other.load_state_dict({key: value for key, value in network.state_dict().items() if key != "fc.weight"})
    with pytest.raises(reszoo.UsageError, match="assign"):
        other.load_state_dict(network.state_dict(), assign=True)
    with pytest.raises(reszoo.UsageError, match="safetensors"):
        network.save_weights(tmp_path / "weights.txt")


def test_weights_of_other_names_and_classes(network):
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    other = reszoo.create_model("cifar_resnet20", num_classes=10).eval()
    other.load_weights(state)
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(other(x), network.eval()(x))
    three = reszoo.create_model("cifar_resnet20", num_classes=3)
    with pytest.raises(reszoo.FileError, match="fc"):
        three.load_weights(network.state_dict())
    three.load_weights(network.state_dict(), adapt=True)
    assert torch.equal(three.conv1.weight, network.conv1.weight) and three.fc.weight.shape == (3, 64)


def test_pytorch_trains_it(network):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    images, labels = torch.rand(32, 3, 32, 32), torch.randint(10, (32,))
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert network.conv1.weight.grad is not None and losses[-1] < losses[0] / 2


def test_gradients_are_pytorchs(network):
    """The same network of PyTorch's own modules would have these gradients: compared by finite differences."""
    network.double().eval()
    x = torch.rand(1, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    assert network.fc.weight.dtype == torch.float64
    assert torch.autograd.gradcheck(network, (x,), eps=1e-6, atol=1e-4, nondet_tol=1e-12)


def test_modes_devices_and_types(network):
    assert network.training
    x = torch.rand(4, 3, 32, 32)
    network.eval()
    assert not network.training and not network.layer1.training
    first = network(x)
    assert torch.equal(network(x), first)
    network.to(torch.bfloat16)
    assert network(x.bfloat16()).dtype == torch.bfloat16 and network.bn1.running_mean.dtype == torch.bfloat16
    network.float()
    torch.testing.assert_close(network(x), first, rtol=0.1, atol=0.1)
    network.requires_grad_(False)
    assert not network(x).requires_grad


def test_features_and_stages(network):
    network.eval()
    x = torch.rand(2, 3, 32, 32)
    assert network.features(x).shape == (2, 64)
    first, third = network.features(x, ["layer1", "layer3"])
    assert first.shape == (2, 16, 32, 32) and third.shape == (2, 64, 8, 8)
    with pytest.raises(reszoo.UsageError, match="layer3"):
        network.features(x, ["layer33"])
    with pytest.raises(reszoo.InputError, match=r"\(N, 3, H, W\)"):
        network(torch.rand(2, 4, 32, 32))
    with pytest.raises(TypeError):
        network("image")


def test_fuse(network):
    network.eval()
    x = torch.rand(2, 3, 32, 32)
    expected = network(x)
    fused = network.fuse()
    torch.testing.assert_close(fused(x), expected, rtol=1e-3, atol=1e-4)
    assert fused.precision == "float32" and not fused(x).requires_grad
    assert fused.features(x).shape == (2, 64) and fused.features(x, ["layer2"])[0].shape == (2, 32, 16, 16)
    assert ["conv1", "conv"] in [step[:2] for step in fused.steps([2, 3, 32, 32])]
    with torch.no_grad():
        network.fc.weight.zero_()
    torch.testing.assert_close(fused(x), expected, rtol=1e-3, atol=1e-4)  # a copy of the weights
    assert network.fuse(precision="bfloat16").precision == "bfloat16"


def test_copies_and_pickles(network):
    network.eval()
    x = torch.rand(2, 3, 32, 32)
    for other in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert torch.equal(other(x), network(x)) and not other.training
        assert other.fc.weight.data_ptr() != network.fc.weight.data_ptr()
        assert other.options == network.options == {"outputs": 10}


def test_a_models_network_shares_its_weights(digit_model, digits):
    from PIL import Image

    network = digit_model.network()
    pixels = np.asarray(Image.open(sorted(digits.glob("*/*.png"))[0]))
    model = copy.deepcopy(digit_model)
    network = model.network()
    before = model.predict_proba(pixels)
    with torch.no_grad():
        network.fc.bias[3] += 100
    with pytest.raises(reszoo.UsageError, match="fuse"):
        model.predict_proba(pixels)  # the fused network is not run with old weights
    after = model.fuse().predict_proba(pixels)
    assert after[0, 3] > 0.99 > before[0, 3] or before[0, 3] > 0.99
    with pytest.raises(reszoo.UsageError, match="index 1"):
        model.network(1)


def test_a_tabular_network(diamonds):
    network = reszoo.create_model("tabular_resnet", numeric=4, cardinalities=[3], outputs=2)
    x = torch.cat([torch.rand(5, 4), torch.randint(3, (5, 1))], dim=1)
    assert network(x).shape == (5, 2)


def test_wrong_options():
    with pytest.raises(reszoo.UsageError, match="resnet18"):
        reszoo.create_model("resnet81")
    with pytest.raises(reszoo.UsageError, match="outputz"):
        reszoo.create_model("resnet18", outputz=3)
    with pytest.raises(reszoo.UsageError, match="exclude"):
        reszoo.create_model("resnet18", pretrained=True, weights="resnet18.pth")
