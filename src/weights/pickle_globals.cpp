// The list of globals that a pickle may name.
#include <algorithm>
#include <array>

#include "pickle.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr std::array kKnown = {
    // torch
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2",
    "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer",
    "torch.Tensor",
    "torch.Size",
    "torch.device",
    "torch.storage.UntypedStorage",
    "torch.FloatStorage",
    "torch.DoubleStorage",
    "torch.HalfStorage",
    "torch.BFloat16Storage",
    "torch.LongStorage",
    "torch.IntStorage",
    "torch.ShortStorage",
    "torch.CharStorage",
    "torch.ByteStorage",
    "torch.BoolStorage",
    "torch.ComplexFloatStorage",
    "torch.ComplexDoubleStorage",
    "torch.UInt16Storage",
    "torch.UInt32Storage",
    "torch.UInt64Storage",
    "torch.Float8_e4m3fnStorage",
    "torch.Float8_e5m2Storage",
    "torch.Float8_e4m3fnuzStorage",
    "torch.Float8_e5m2fnuzStorage",
    "torch.float32",
    "torch.float64",
    "torch.float16",
    "torch.bfloat16",
    "torch.int64",
    "torch.int32",
    "torch.int16",
    "torch.int8",
    "torch.uint8",
    "torch.bool",
    "torch.complex64",
    "torch.complex128",
    "torch.uint16",
    "torch.uint32",
    "torch.uint64",
    "torch.float8_e4m3fn",
    "torch.float8_e5m2",
    "torch.float8_e4m3fnuz",
    "torch.float8_e5m2fnuz",
    // containers of TorchScript
    "torch.jit._pickle.build_intlist",
    "torch.jit._pickle.build_tensorlist",
    "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_boollist",
    "torch.jit._pickle.restore_type_tag",
    // other content of checkpoints
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "argparse.Namespace",
    "_codecs.encode",
    "__builtin__.set",
    "builtins.set",
    "__builtin__.frozenset",
    "builtins.frozenset",
    "__builtin__.complex",
    "builtins.complex",
    "__builtin__.bytearray",
    "builtins.bytearray",
    "__builtin__.dict",
    "builtins.dict",
    "__builtin__.list",
    "builtins.list",
    "__builtin__.int",
    "builtins.int",
    "pathlib.PosixPath",
    "numpy.dtype",
    "numpy.ndarray",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.core.numeric._frombuffer",
    "numpy._core.numeric._frombuffer",
    "builtins.bytes",
    "__builtin__.bytes",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "lightning_fabric.utilities.data.AttributeDict",
    "lightning.fabric.utilities.data.AttributeDict",
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
};

/// Kinds of tensors that a StateDict cannot hold, and how to save them instead.
struct OtherTensor {
  std::string_view global, kind, hint;
};
constexpr std::array kOtherTensors = {
    OtherTensor{"torch._utils._rebuild_sparse_tensor", "sparse", "save it with to_dense()"},
    OtherTensor{"torch._utils._rebuild_sparse_csr_tensor", "sparse", "save it with to_dense()"},
    OtherTensor{"torch._utils._rebuild_qtensor", "quantized", "save it with dequantize()"},
    OtherTensor{"torch._utils._rebuild_nested_tensor", "nested", "save it with to_padded_tensor()"},
    OtherTensor{"torch._utils._rebuild_meta_tensor_no_storage", "meta", "it has no numbers to read"},
    OtherTensor{"torch._utils._rebuild_device_tensor_from_numpy", "foreign device's", "save it with cpu()"},
    OtherTensor{"torch._utils._rebuild_device_tensor_from_cpu_tensor", "foreign device's", "save it with cpu()"},
    OtherTensor{"torch._utils._rebuild_wrapper_subclass", "wrapped", "save the plain tensor in it"},
};

}  // namespace

void check_global(std::string_view global, std::string_view stream, const std::string& source) {
  if (global.starts_with("__torch__.") || std::find(kKnown.begin(), kKnown.end(), global) != kKnown.end()) return;
  const auto* other = std::find_if(kOtherTensors.begin(), kOtherTensors.end(),
                                   [&](const OtherTensor& tensor) { return tensor.global == global; });
  if (other != kOtherTensors.end())
    fail(ErrorKind::file, "{}: holds a {} tensor ({}), which is not read; {}", source, other->kind, global,
         other->hint);
  // Every nn.Module has these two dictionaries in its state.
  if (stream.find("_parameters") != std::string_view::npos && stream.find("_modules") != std::string_view::npos)
    fail(ErrorKind::file,
         "{}: holds a whole pickled module of the class {}, which takes its Python code to read; in Python, save "
         "model.state_dict() instead",
         source, escaped(global));
  fail(ErrorKind::file, "{}: the pickle names {}, which weights have no need of; nothing of it was run", source,
       escaped(global));
}

}  // namespace reszoo
