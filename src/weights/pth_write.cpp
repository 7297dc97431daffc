// Writes files for torch.load. The pickle is not written by torch::pickle_save, because that makes a plain dictionary
// without shared storages.
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "pth_types.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/weights/pth.h"

namespace reszoo {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers are written as they lie in memory");

std::string_view pth_type_name(const std::string& key, const Tensor& tensor) {
  for (const auto& [type, name] : kPthTypes)
    if (type == tensor.scalar_type()) return name;
  fail(ErrorKind::input, "pth: tensor \"{}\" has the type {}, which is not written", key,
       c10::toString(tensor.scalar_type()));
}

/// Whether the dtype is newer than Python's typed storages, so that its storage is untyped bytes.
bool untyped(at::ScalarType type) {
  return type == at::kUInt16 || type == at::kUInt32 || type == at::kUInt64 || c10::isFloat8Type(type);
}

/// Returns the range of bytes [begin, end) that a tensor uses in its storage.
std::pair<size_t, size_t> reach(const Tensor& tensor) {
  const auto element = static_cast<int64_t>(tensor.element_size());
  const int64_t begin = tensor.storage_offset() * element;
  if (tensor.numel() == 0) return {begin, begin};
  int64_t last = 0;
  for (int64_t i = 0; i < tensor.dim(); ++i) last += (tensor.size(i) - 1) * tensor.stride(i);
  return {begin, begin + (last + 1) * element};
}

/// Returns the tensor on the CPU, with conjugate and negative bits resolved.
Tensor plain_for_pth(const std::string& key, const Tensor& tensor) {
  if (!tensor.defined()) fail(ErrorKind::input, "pth: tensor \"{}\" is undefined", key);
  if (tensor.layout() != at::kStrided || !tensor.has_storage())
    fail(ErrorKind::input, "pth: tensor \"{}\" must be dense; convert it with to_dense()", key);
  return tensor.detach().resolve_conj().resolve_neg();
}

/// The storages of a file, and the position of each tensor in them.
class Storages {
 public:
  struct Place {
    size_t storage = 0, offset = 0;  // in elements
    std::vector<int64_t> strides;
  };

  explicit Storages(const StateDict& tensors) {
    for (const auto& item : tensors) tensors_.push_back(plain_for_pth(item.key(), item.value()));
    places_.resize(tensors_.size());
    // By storage and dtype, because a storage in a file has one dtype.
    std::map<std::pair<const void*, at::ScalarType>, std::vector<size_t>> groups;
    std::vector<const std::vector<size_t>*> order;
    for (size_t i = 0; i < tensors_.size(); ++i) {
      auto& group = groups[{tensors_[i].storage().unsafeGetStorageImpl(), tensors_[i].scalar_type()}];
      if (group.empty()) order.push_back(&group);
      group.push_back(i);
    }
    for (const auto* group : order) place(*group);
  }

  const Place& operator[](size_t i) const { return places_[i]; }
  const Tensor& tensor(size_t i) const { return tensors_[i]; }
  const std::vector<Tensor>& contents() const { return contents_; }

 private:
  using View = std::tuple<int64_t, std::vector<int64_t>, std::vector<int64_t>>;
  static View view(const Tensor& tensor) {
    return {tensor.storage_offset(), tensor.sizes().vec(), tensor.strides().vec()};
  }

  /// Writes the part of a storage that its tensors use. If they use less than half of that part, each view is written
  /// as a storage of its own.
  void place(const std::vector<size_t>& group) {
    size_t begin = SIZE_MAX, end = 0, used = 0;
    std::map<View, size_t> views;
    for (const size_t i : group) {
      const auto [first, last] = reach(tensors_[i]);
      begin = std::min(begin, first);
      end = std::max(end, last);
      if (views.emplace(view(tensors_[i]), i).second) used += tensors_[i].nbytes();
    }
    if (used < (end - begin) / 2) return place_alone(group);
    const auto& any = tensors_[group.front()];
    const auto element = any.element_size();
    contents_.push_back(at::empty({0}, any.options())
                            .set_(any.storage(), static_cast<int64_t>(begin / element),
                                  {static_cast<int64_t>((end - begin) / element)}, {1})
                            .cpu());
    for (const size_t i : group)
      places_[i] = {contents_.size() - 1, tensors_[i].storage_offset() - begin / element, tensors_[i].strides().vec()};
  }

  void place_alone(const std::vector<size_t>& group) {
    std::map<View, Place> written;
    for (const size_t i : group) {
      const auto [found, is_new] = written.try_emplace(view(tensors_[i]));
      if (is_new) {
        const auto content = tensors_[i].cpu().contiguous();
        found->second = {contents_.size(), 0, content.strides().vec()};
        contents_.push_back(content);
      }
      places_[i] = found->second;
    }
  }

  std::vector<Tensor> tensors_;
  std::vector<Place> places_;
  std::vector<Tensor> contents_;
};

/// Writes opcodes of protocol 2.
class Pickler {
 public:
  std::string take() { return std::move(text_); }
  Pickler& code(std::string_view opcodes) {
    text_ += opcodes;
    return *this;
  }
  Pickler& global(std::string_view module, std::string_view name) {
    text_ += fmt::format("c{}\n{}\n", module, name);
    return *this;
  }
  Pickler& string(std::string_view value) {
    text_ += 'X';
    number(static_cast<uint32_t>(value.size()));
    text_ += value;
    return *this;
  }
  Pickler& integer(uint64_t value) {
    if (value <= INT32_MAX) {
      text_ += 'J';
      number(static_cast<uint32_t>(value));
    } else {
      text_ += "\x8a\x08";
      number(value);
    }
    return *this;
  }
  Pickler& tuple(at::IntArrayRef values) {
    text_ += '(';
    for (const int64_t value : values) integer(static_cast<uint64_t>(value));
    text_ += 't';
    return *this;
  }

 private:
  template <typename T>
  void number(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string text_;
};

void write_tensor(Pickler& pickle, const Tensor& tensor, const Storages::Place& place, uint64_t storage_size,
                  std::string_view type) {
  const bool as_bytes = untyped(tensor.scalar_type());
  pickle.global("torch._utils", as_bytes ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2").code("((").string("storage");
  if (as_bytes) pickle.global("torch.storage", "UntypedStorage");
  else pickle.global("torch", fmt::format("{}Storage", c10::toString(tensor.scalar_type())));
  pickle.string(std::to_string(place.storage)).string("cpu");
  pickle.integer(as_bytes ? storage_size : storage_size / tensor.element_size()).code("tQ").integer(place.offset);
  pickle.tuple(tensor.sizes()).tuple(place.strides).code("\x89");
  pickle.global("collections", "OrderedDict").code(")R");  // backward hooks: none
  if (as_bytes) pickle.global("torch", type.substr(type.find('.') + 1));
  pickle.code("tR");
}

std::string pickle_of(const StateDict& tensors, const Storages& storages) {
  Pickler pickle;
  pickle.code("\x80\x02").global("collections", "OrderedDict").code(")R(");
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& key = tensors[i].key();
    if (!is_utf8(key)) fail(ErrorKind::input, "pth: key \"{}\" must be UTF-8 text", escaped(key));
    pickle.string(key);
    write_tensor(pickle, storages.tensor(i), storages[i], storages.contents()[storages[i].storage].nbytes(),
                 pth_type_name(key, storages.tensor(i)));
  }
  return pickle.code("u.").take();
}

}  // namespace

std::string serialize_pth(const StateDict& tensors) {
  const Storages storages(tensors);
  const auto pickle = pickle_of(tensors, storages);
  std::string file;
  caffe2::serialize::PyTorchStreamWriter writer([&file](const void* bytes, size_t size) {
    file.append(static_cast<const char*>(bytes), size);
    return size;
  });
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  writer.writeRecord("byteorder", "little", 6);
  for (size_t i = 0; i < storages.contents().size(); ++i) {
    const auto& content = storages.contents()[i];
    writer.writeRecord(fmt::format("data/{}", i), content.const_data_ptr(), content.nbytes());
  }
  writer.writeEndOfFile();
  return file;
}

void write_pth(const std::filesystem::path& path, const StateDict& tensors) {
  write_file(path, serialize_pth(tensors));
}

}  // namespace reszoo
