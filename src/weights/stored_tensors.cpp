#include "stored_tensors.h"

#include <ATen/ops/_conj.h>
#include <ATen/ops/_neg_view.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "pth_types.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

/// Kinds of tensors that a StateDict cannot hold, and how to save them instead.
struct OtherTensor {
  std::string_view function, kind, hint;
};
constexpr OtherTensor kOtherTensors[] = {
    {"torch._utils._rebuild_sparse_tensor", "sparse", "save it with to_dense()"},
    {"torch._utils._rebuild_sparse_csr_tensor", "sparse", "save it with to_dense()"},
    {"torch._utils._rebuild_qtensor", "quantized", "save it with dequantize()"},
    {"torch._utils._rebuild_nested_tensor", "nested", "save it with to_padded_tensor()"},
    {"torch._utils._rebuild_meta_tensor_no_storage", "meta", "it has no numbers to read"},
    {"torch._utils._rebuild_device_tensor_from_numpy", "foreign device's", "save it with cpu()"},
    {"torch._utils._rebuild_device_tensor_from_cpu_tensor", "foreign device's", "save it with cpu()"},
    {"torch._utils._rebuild_wrapper_subclass", "wrapped", "save the plain tensor in it"},
};

const OtherTensor* other_tensor(std::string_view function) {
  const auto* found = std::find_if(std::begin(kOtherTensors), std::end(kOtherTensors),
                                   [&](const auto& row) { return row.function == function; });
  return found == std::end(kOtherTensors) ? nullptr : found;
}

constexpr size_t kMostRank = 64;   // LibTorch's limit in most operations
constexpr size_t kAlignment = 16;  // in bytes; the size of the widest element

/// Returns the dtype of `torch.FloatStorage` and so on; bytes for an UntypedStorage.
std::optional<at::ScalarType> storage_type(std::string_view name) {
  if (name == "torch.storage.UntypedStorage") return at::kByte;
  for (const auto& [type, python] : kPthTypes)
    if (name == fmt::format("torch.{}Storage", c10::toString(type))) return type;
  return std::nullopt;
}

/// Returns memory with a copy of the bytes.
at::DataPtr copy_of(std::string_view bytes) {
  auto copy = c10::GetAllocator(at::kCPU)->allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

/// Returns a pointer to the bytes that keeps them alive.
at::DataPtr alias_of(const Bytes& bytes) {
  using Owner = std::shared_ptr<void>;
  return {bytes.writable(), new Owner(bytes.owner()), [](void* owner) { delete static_cast<Owner*>(owner); }, at::kCPU};
}

}  // namespace

bool is_storage(const Pickle& pickle, const PickleValue& persistent) {
  const auto& parts = pickle[persistent.items[0]].items;
  return parts.empty() || pickle[parts[0]].text != "module";
}

StorageClaim read_claim(const Pickle& pickle, const PickleValue& persistent, const std::string& source) {
  const auto wrong = [&](const char* what) { fail(ErrorKind::file, "{}: the pickle is damaged: {}", source, what); };
  const auto& parts = pickle[persistent.items[0]];
  if (parts.kind != Kind::tuple || parts.items.size() < 5) wrong("a storage is described wrongly");
  const auto part = [&](size_t i) -> const PickleValue& { return pickle[parts.items[i]]; };
  if (part(0).text != "storage" || part(1).kind != Kind::global || part(2).kind != Kind::text ||
      part(4).kind != Kind::integer || part(4).integer < 0)
    wrong("a storage is described wrongly");
  const auto type = storage_type(part(1).text);
  if (!type) fail(ErrorKind::file, "{}: {} is a storage that is not read", source, escaped(part(1).text));
  StorageClaim claim{part(2).text, *type, static_cast<uint64_t>(part(4).integer)};
  if (parts.items.size() > 5 && part(5).kind == Kind::tuple) {  // (key of the view, offset, count)
    const auto& view = part(5).items;
    if (view.size() != 3 || pickle[view[1]].kind != Kind::integer || pickle[view[1]].integer < 0)
      wrong("the view of a storage is described wrongly");
    claim.offset = static_cast<uint64_t>(pickle[view[1]].integer);
  }
  return claim;
}

/// Returns the call that rebuilds the tensor inside its wrappers, such as Parameter or Python attributes.
std::optional<StoredTensors::Call> StoredTensors::unwrap(PickleRef place) const {
  constexpr int most = 4;  // wrappers; Python writes two
  for (int i = 0; i < most; ++i) {
    const auto& object = pickle_[place];
    if (object.kind != Kind::object) return std::nullopt;
    Call call{pickle_[object.callee].text, object.arguments};
    const auto& arguments = pickle_[call.arguments].items;
    if (call.name == "torch._tensor._rebuild_from_type_v2") {  // (function, type, arguments, state)
      if (arguments.size() != 4 || pickle_[arguments[0]].kind != Kind::global ||
          pickle_[arguments[2]].kind != Kind::tuple)
        return std::nullopt;
      call = {pickle_[arguments[0]].text, arguments[2]};
    }
    if (call.name.starts_with("torch._utils._rebuild_tensor") || other_tensor(call.name)) return call;
    const auto& inner = pickle_[call.arguments].items;
    if (!call.name.starts_with("torch._utils._rebuild_parameter") || inner.empty()) return std::nullopt;
    place = inner[0];
  }
  return std::nullopt;
}

size_t StoredTensors::rank(PickleRef tensor) const {
  const auto call = unwrap(tensor);
  if (!call) return 0;
  if (other_tensor(call->name)) return 2;  // it may be a weight
  const auto& arguments = pickle_[call->arguments].items;
  return arguments.size() > 2 ? pickle_[arguments[2]].items.size() : 0;
}

Tensor StoredTensors::make(PickleRef tensor, const std::string& key) {
  key_ = escaped(key);
  const auto call = unwrap(tensor);
  if (!call) reject("is no tensor");
  if (const auto* other = other_tensor(call->name))
    fail(ErrorKind::file, "{}: holds a {} tensor ({}), which is not read; {}", source_, other->kind, call->name,
         other->hint);
  const auto claim = read_claim(pickle_, argument(*call, 0, Kind::persistent), source_);
  const auto type = type_of(*call, claim);
  Place place{whole_numbers(argument(*call, 2, Kind::tuple)), whole_numbers(argument(*call, 3, Kind::tuple)),
              argument(*call, 1, Kind::integer).integer};
  if (place.offset < 0 || __builtin_add_overflow(place.offset, claim.offset, &place.offset))
    reject("its offset {} is no place", place.offset);
  const auto bytes = storage(claim);
  check_place(place, type, bytes.nbytes());
  try {
    auto result = at::empty({0}, at::TensorOptions(type)).set_(bytes, place.offset, place.sizes, place.strides);
    return with_math_bits(std::move(result), *call);
  } catch (const c10::Error& error) {
    reject("{}", message_of(error));
  }
}

const PickleValue& StoredTensors::argument(const Call& call, size_t index, Kind kind) const {
  const auto& arguments = pickle_[call.arguments].items;
  if (index >= arguments.size() || pickle_[arguments[index]].kind != kind)
    reject("argument {} of {} is missing or of a wrong kind", index, call.name);
  return pickle_[arguments[index]];
}

std::vector<int64_t> StoredTensors::whole_numbers(const PickleValue& tuple) const {
  if (tuple.items.size() > kMostRank) reject("has {} dimensions, the limit is {}", tuple.items.size(), kMostRank);
  std::vector<int64_t> numbers;
  for (const auto item : tuple.items) {
    if (pickle_[item].kind != Kind::integer || pickle_[item].integer < 0)
      reject("shape and strides must be whole numbers that are not negative");
    numbers.push_back(pickle_[item].integer);
  }
  return numbers;
}

at::ScalarType StoredTensors::type_of(const Call& call, const StorageClaim& claim) const {
  if (call.name != "torch._utils._rebuild_tensor_v3") return claim.type;
  const auto name = argument(call, 6, Kind::global).text;
  const auto* found =
      std::find_if(kPthTypes.begin(), kPthTypes.end(), [&](const auto& row) { return row.second == name; });
  if (found == kPthTypes.end()) reject("has the type {}, which is not read", escaped(name));
  return found->first;
}

void StoredTensors::check_place(const Place& place, at::ScalarType type, uint64_t bytes) const {
  const auto element = static_cast<int64_t>(c10::elementSize(type));
  if (place.sizes.size() != place.strides.size())
    reject("has {} sizes and {} strides", place.sizes.size(), place.strides.size());
  // Dimensions of size 0 count as 1 here, because the strides of an empty tensor must not overflow either.
  int64_t total = element, last = place.offset;
  bool empty = false, overflow = false;
  for (size_t i = 0; i < place.sizes.size(); ++i) {
    const int64_t size = std::max<int64_t>(place.sizes[i], 1);
    int64_t reach = 0;
    empty |= place.sizes[i] == 0;
    overflow |= __builtin_mul_overflow(total, size, &total) ||
                __builtin_mul_overflow(size - 1, place.strides[i], &reach) ||
                __builtin_add_overflow(last, reach, &last);
  }
  if (overflow || static_cast<uint64_t>(total) > limit_)
    reject("shape ({}) claims more than the file can hold", fmt::join(place.sizes, ", "));
  const uint64_t elements = bytes / static_cast<uint64_t>(element);
  if (!empty && static_cast<uint64_t>(last) >= elements)
    reject("shape ({}), strides ({}) and offset {} reach beyond its storage of {} elements",
           fmt::join(place.sizes, ", "), fmt::join(place.strides, ", "), place.offset, elements);
  if (empty && (place.offset > INT64_MAX / element || static_cast<uint64_t>(place.offset) > elements))
    reject("offset {} is beyond its storage of {} elements", place.offset, elements);
}

c10::Storage StoredTensors::storage(const StorageClaim& claim) {
  const auto known = storages_.find(claim.key);
  const uint64_t element = c10::elementSize(claim.type);
  if (known == storages_.end()) {
    const auto bytes = find_(claim);
    const auto text = bytes.view();
    if (claim.type == at::kBool &&
        std::any_of(text.begin(), text.end(), [](char byte) { return byte != 0 && byte != 1; }))
      reject("a bool must be 0 or 1");
    const bool aligned = bytes.writable() && reinterpret_cast<uintptr_t>(text.data()) % kAlignment == 0;
    c10::Storage made(c10::Storage::use_byte_size_t(), text.size(), aligned ? alias_of(bytes) : copy_of(text), nullptr,
                      false);
    storages_.emplace(claim.key, std::move(made));
  }
  const auto& storage = storages_.at(claim.key);
  if (storage.nbytes() % element != 0 || storage.nbytes() / element != claim.count)
    reject("its storage has {} bytes, not {} elements of {}", storage.nbytes(), claim.count, element);
  return storage;
}

/// Sets the conjugate and negative bits of the tensor: such a view is stored with the bytes of the tensor that it
/// views.
Tensor StoredTensors::with_math_bits(Tensor tensor, const Call& call) const {
  const auto& arguments = pickle_[call.arguments].items;
  const size_t index = call.name == "torch._utils._rebuild_tensor_v3" ? 7 : 6;
  if (index >= arguments.size() || pickle_[arguments[index]].kind != Kind::dictionary) return tensor;
  const auto& metadata = pickle_[arguments[index]].items;
  for (size_t i = 0; i + 1 < metadata.size(); i += 2) {
    const auto& bit = pickle_[metadata[i + 1]];
    if (bit.kind != Kind::boolean || bit.integer == 0) continue;
    if (pickle_[metadata[i]].text == "conj") tensor = at::_conj(tensor);
    if (pickle_[metadata[i]].text == "neg") tensor = at::_neg_view(tensor);
  }
  return tensor;
}

}  // namespace reszoo
