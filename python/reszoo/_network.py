"""Networks as modules of PyTorch. Their tensors are those of the C++ network: nothing is copied either way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import torch

from . import _reszoo
from ._errors import UsageError
from ._published import hub


class Network(torch.nn.Module):
    """A network of the library. :func:`create_model` returns it.

    It is a ``torch.nn.Module``: optimizers, ``state_dict``, ``backward`` and hooks on tensors work as usual. The
    modules inside are only there to hold the parameters and buffers, under the names of torchvision, timm or rtdl;
    ``forward`` runs in C++, with Python's lock released.
    """

    _net: _reszoo.Network

    @classmethod
    def _of(cls, net: _reszoo.Network) -> Network:
        network = cls.__new__(cls)
        torch.nn.Module.__init__(network)
        object.__setattr__(network, "_net", net)
        for name, tensor in net.parameters():
            tensor._is_param = True  # type: ignore[attr-defined]  # makes it an instance of torch.nn.Parameter
            holder, last = network._holder(name)
            holder.register_parameter(last, cast(torch.nn.Parameter, tensor))
        for name, tensor in net.buffers():
            holder, last = network._holder(name)
            holder.register_buffer(last, tensor)
        return network

    def __init__(self, name: str, **options: Any) -> None:
        raise TypeError("a Network is made by reszoo.create_model")

    def _holder(self, name: str) -> tuple[torch.nn.Module, str]:
        """Returns the module that holds a tensor of this name, and the last part of the name."""
        *path, last = name.split(".")
        module: torch.nn.Module = self
        for part in path:
            if part not in module._modules:
                module.add_module(part, _Part())
            module = cast(torch.nn.Module, module._modules[part])
        return module, last

    # --- Running

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._net.forward(x)

    def features(self, x: torch.Tensor, names: Sequence[str] | None = None) -> torch.Tensor | list[torch.Tensor]:
        """Returns the input of the head, (N, C); or the outputs of the named stages: ``["layer1", "layer3"]``."""
        return self._net.features(x) if names is None else self._net.stages(x, list(names))

    def fuse(self, *, precision: str = "automatic", autotune: bool = False) -> FusedNetwork:
        """Returns the network prepared for inference, about twice as fast. It has the weights of now, as a copy."""
        return FusedNetwork(self._net.fuse(autotune, precision))

    # --- What it is

    @property
    def name(self) -> str:
        """The name of the registered model."""
        return self._net.name()

    @property
    def options(self) -> dict[str, Any]:
        """The options that differ from the model's own."""
        return json.loads(self._net.options())

    @property
    def head(self) -> str:
        """The path of the head: ``fc``."""
        return self._net.head()

    def extra_repr(self) -> str:
        return self._net.text()

    def __repr__(self) -> str:
        return self._net.text()

    # --- Weights and modes

    def load_weights(
        self,
        source: str | os.PathLike[str] | Mapping[str, torch.Tensor],
        *,
        adapt: bool = False,
        ema: bool = False,
        key: str = "",
    ) -> str:
        """Loads a file in any format, or a state_dict, also with the key names of other packages.

        Nothing is changed if the keys do not fit. ``adapt`` allows another number of classes or input channels; ``ema``
        prefers averaged weights; ``key`` names the weights to take of several. Returns a line about what was loaded.
        """
        if isinstance(source, Mapping):
            return self._net.load_named(list(source.items()), adapt)
        return self._net.load(os.fspath(source), adapt, ema, key)

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Writes the state_dict as ``.safetensors`` or ``.pth``, which torch.load reads."""
        self._net.save(os.fspath(path))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        if assign:
            raise UsageError("load_state_dict: assign would replace the network's tensors; without it they are filled")
        return super().load_state_dict(state_dict, strict=strict)

    def train(self, mode: bool = True) -> Network:
        self._net.train(mode)
        return super().train(mode)

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Network:
        """Moves and converts the tensors in place, so that they stay those of the C++ network."""
        with torch.no_grad():
            for tensor in self._tensors():
                tensor.data = fn(tensor.data)
                if tensor.grad is not None:
                    tensor.grad.data = fn(tensor.grad.data)
        return self

    def _tensors(self) -> Iterator[torch.Tensor]:
        yield from self.parameters()
        yield from self.buffers()

    def __deepcopy__(self, memo: dict[int, Any]) -> Network:
        copy = Network._of(self._net.copy())
        copy.training = self.training
        return copy

    def __reduce__(self) -> Any:
        return _rebuilt, (self.name, self._net.options(), self.state_dict(), self.training)


class _Part(torch.nn.Module):
    """Holds the tensors of one of the C++ network's modules."""

    def forward(self, *args: Any) -> Any:
        raise UsageError("a part of a reszoo network does not run by itself; features() gives the outputs of stages")


def _rebuilt(name: str, options: str, state: dict[str, torch.Tensor], training: bool) -> Network:
    network = Network._of(_reszoo.Network.create(name, options))
    network.load_state_dict(state)
    return network.train(training)


class FusedNetwork:
    """A network prepared for inference: norms folded, activations fused, weights in the order of the kernels."""

    def __init__(self, net: _reszoo.FusedNetwork) -> None:
        self._net = net

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self._net.forward(x)

    def features(self, x: torch.Tensor, names: Sequence[str] | None = None) -> torch.Tensor | list[torch.Tensor]:
        return self._net.features(x) if names is None else self._net.stages(x, list(names))

    @property
    def precision(self) -> str:
        """The precision that it computes in."""
        return self._net.precision()

    def steps(self, shape: Sequence[int]) -> list[list[str]]:
        """Returns key, kind and algorithm of each operation for an input of this shape."""
        return self._net.steps(list(shape))


def create_model(
    name: str,
    *,
    pretrained: bool = False,
    weights: str | os.PathLike[str] | None = None,
    num_classes: int | None = None,
    in_chans: int | None = None,
    **options: Any,
) -> Network:
    """Builds a network, in training mode.

    Args:
        name: a registered model, see :func:`list_models`: ``resnet50``; with ``pretrained`` also ``resnet50.a1_in1k``
            or ``hf-hub:owner/name``.
        pretrained: load published weights, which are downloaded once.
        weights: a file of weights in any format, whose last layer may have another number of classes.
        num_classes, in_chans: timm's names for the options ``outputs`` and ``channels``.
        options: of the network, such as ``norm="group:32"``; ``reszoo models --describe resnet50`` lists them.
    """
    if pretrained and weights is not None:
        raise UsageError("create_model: pretrained and weights exclude each other")
    for value, option in ((num_classes, "outputs"), (in_chans, "channels")):
        if value is not None:
            options[option] = value
    if pretrained:
        return Network._of(hub().create(name, json.dumps(options))).train()
    network = Network._of(_reszoo.Network.create(name, json.dumps(options)))
    if weights is not None:
        network.load_weights(weights, adapt=True)
    return network.train()
