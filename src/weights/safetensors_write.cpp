#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/safetensors.h"
#include "safetensors_layout.h"

namespace reszoo {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little endian, and so is what we write");

std::string safetensors_type_name(const std::string& key, const Tensor& tensor) {
  for (const auto& [name, type] : kSafetensorsTypes)
    if (type == tensor.scalar_type()) return name;
  fail(ErrorKind::input, "safetensors: tensor \"{}\" has the type {}, which the format does not know", key,
       c10::toString(tensor.scalar_type()));
}

Tensor plain_for_safetensors(const std::string& key, const Tensor& tensor) {
  if (key == "__metadata__") fail(ErrorKind::input, "safetensors: no tensor can be called __metadata__");
  if (!tensor.defined()) fail(ErrorKind::input, "safetensors: tensor \"{}\" is undefined", key);
  if (tensor.layout() != at::kStrided)
    fail(ErrorKind::input, "safetensors: tensor \"{}\" must be dense; convert it with to_dense()", key);
  return tensor.detach().to(at::kCPU).contiguous().resolve_conj().resolve_neg();
}

/// Finds tensors that are the same view of the same storage. Each of their names except the alphabetically first is an
/// alias, as in Python's safetensors.torch.save_model. A name that is already a key of the metadata remains a tensor.
std::map<std::string, std::string> find_aliases(const StateDict& tensors,
                                                const std::map<std::string, std::string>& metadata) {
  using View = std::tuple<const void*, at::ScalarType, int64_t, std::vector<int64_t>, std::vector<int64_t>>;
  std::map<View, std::set<std::string>> names;
  for (const auto& item : tensors) {
    const auto& tensor = item.value();
    if (tensor.defined() && tensor.has_storage() && tensor.numel() > 0 && !tensor.is_conj() && !tensor.is_neg())
      names[{tensor.storage().unsafeGetStorageImpl(), tensor.scalar_type(), tensor.storage_offset(),
             tensor.sizes().vec(), tensor.strides().vec()}]
          .insert(item.key());
  }
  std::map<std::string, std::string> aliases;
  for (const auto& [view, same] : names)
    for (auto name = std::next(same.begin()); name != same.end(); ++name)
      if (!metadata.contains(*name) && !kOwnMetadata.contains(*name)) aliases[*name] = *same.begin();
  return aliases;
}

/// Returns names, dtypes, shapes and offsets as JSON text in the given order. The text is composed here, because
/// nlohmann's ordered object searches linearly at each insertion.
std::string header_json(const StateDict& tensors, const std::vector<std::pair<size_t, size_t>>& offsets,
                        const std::map<std::string, std::string>& metadata) {
  std::string text = "{\"__metadata__\":" + nlohmann::json(metadata).dump();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [key, tensor] = tensors[i].pair();
    text += fmt::format(",{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", nlohmann::json(key).dump(),
                        safetensors_type_name(key, tensor), fmt::join(tensor.sizes(), ","), offsets[i].first,
                        offsets[i].second);
  }
  return text + "}";
}

/// Rejects metadata that would be read as an alias of a tensor.
void check_metadata(const StateDict& tensors, const std::map<std::string, std::string>& metadata) {
  for (const auto& [name, text] : metadata)
    if (!kOwnMetadata.contains(name) && !tensors.contains(name) && tensors.contains(text) &&
        is_named_as_alias(name, text))
      fail(ErrorKind::input,
           "safetensors: metadata \"{}\" is the key of a tensor, \"{}\", and would be read as its alias", name, text);
}

}  // namespace

std::vector<std::string_view> SafetensorsLayout::pieces() const {
  std::vector<std::string_view> pieces{header};
  for (const auto& tensor : data)
    if (tensor.nbytes() > 0) pieces.emplace_back(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
  return pieces;
}

SafetensorsLayout lay_out(const StateDict& all, const std::map<std::string, std::string>& metadata) {
  check_metadata(all, metadata);
  const auto aliases = find_aliases(all, metadata);
  StateDict tensors("key");
  for (const auto& item : all)
    if (!aliases.contains(item.key())) tensors.insert(item.key(), plain_for_safetensors(item.key(), item.value()));
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return tensors[a].value().element_size() > tensors[b].value().element_size();
  });

  SafetensorsLayout layout;
  std::vector<std::pair<size_t, size_t>> offsets(tensors.size());
  size_t end = 0;
  for (const size_t i : order) {
    const size_t begin = std::exchange(end, end + tensors[i].value().nbytes());
    offsets[i] = {begin, end};
    layout.data.push_back(tensors[i].value());
  }

  auto texts = metadata;
  texts.emplace("format", "pt");  // which other readers require
  texts.insert(aliases.begin(), aliases.end());
  auto unnamed = nlohmann::json::array();
  for (const auto& [name, key] : aliases)
    if (!is_named_as_alias(name, key)) unnamed.push_back(name);
  std::string json;
  try {
    if (!unnamed.empty()) texts[kAliases] = unnamed.dump();
    json = header_json(tensors, offsets, texts);
  } catch (const nlohmann::json::exception&) {
    fail(ErrorKind::input, "safetensors: keys and metadata must be UTF-8 text");
  }
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const uint64_t length = json.size();
  layout.header.assign(reinterpret_cast<const char*>(&length), sizeof length);
  layout.header += json;
  return layout;
}

std::string serialize_safetensors(const StateDict& tensors, const std::map<std::string, std::string>& metadata) {
  const auto layout = lay_out(tensors, metadata);
  std::string bytes;
  for (const auto piece : layout.pieces()) bytes += piece;
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata) {
  write_file(path, lay_out(tensors, metadata).pieces());
}

}  // namespace reszoo
