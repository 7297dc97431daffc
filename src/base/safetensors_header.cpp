#include "base/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr size_t kMostHeaderValues = 1'000'000;  // values in the header, including keys
constexpr size_t kMostHeaderDepth = 3;           // header, entry, list
constexpr size_t kMostHeaderRank = 64;           // LibTorch's limit in most operations

constexpr std::pair<std::string_view, size_t> kValueSizes[] = {
    {"F64", 8},         {"F32", 4},         {"F16", 2}, {"BF16", 2}, {"F8_E4M3", 1}, {"F8_E5M2", 1},
    {"F8_E4M3FNUZ", 1}, {"F8_E5M2FNUZ", 1}, {"I64", 8}, {"I32", 4},  {"I16", 2},     {"I8", 1},
    {"U64", 8},         {"U32", 4},         {"U16", 2}, {"U8", 1},   {"BOOL", 1},    {"C64", 8}};

class HeaderParser {
 public:
  HeaderParser(const Bytes& bytes, const std::string& source) : bytes_(bytes), source_(source) {}

  SafetensorsHeader parse() {
    const json header = read_header();
    SafetensorsHeader result{.entries = {}, .metadata = {}, .bytes = bytes_, .data = data_};
    for (const auto& key : keys_) {
      if (key == "__metadata__") result.metadata = metadata(header[key]);
      else result.entries.push_back(entry(key, header[key]));
    }
    check_places(result.entries);
    return result;
  }

 private:
  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: {}", source_, fmt::format(format, std::forward<Args>(args)...));
  }

  json read_header() {
    uint64_t length = 0;
    if (bytes_.size() < sizeof length) reject("too short for a safetensors file, {} bytes", bytes_.size());
    std::memcpy(&length, bytes_.view().data(), sizeof length);
    if (length > kMostHeader) reject("header length {} is over the limit of {} bytes", length, kMostHeader);
    if (length > bytes_.size() - sizeof length)
      reject("header is cut off, {} bytes of {}; download the file again", bytes_.size() - sizeof length, length);
    data_ = sizeof length + length;
    try {
      const char* begin = bytes_.view().data() + sizeof length;
      auto header = json::parse(begin, begin + length, [this](int, json::parse_event_t event, const json& value) {
        return watch(event, value);
      });
      if (!header.is_object()) reject("header must be a JSON object, got {}", header.type_name());
      return header;
    } catch (const json::exception& error) {
      reject("header is not JSON: {}", message_of(error));
    }
  }

  /// Called for each event of the JSON parser. Rejects depth and repeated keys, which nlohmann accepts, and records the
  /// order of the keys, which it does not keep.
  bool watch(json::parse_event_t event, const json& value) {
    using Event = json::parse_event_t;
    if (++values_ > kMostHeaderValues) reject("header has more than {} values", kMostHeaderValues);
    if (event == Event::object_start || event == Event::array_start) {
      if (seen_.size() == kMostHeaderDepth) reject("header is nested too deep");
      seen_.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      seen_.pop_back();
    } else if (event == Event::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!seen_.back().insert(key).second) reject("key \"{}\" is in the header twice", key);
      if (seen_.size() == 1) keys_.push_back(key);
    }
    return true;
  }

  std::map<std::string, std::string> metadata(const json& value) const {
    if (!value.is_object()) reject("__metadata__ must be an object, got {}", value.type_name());
    std::map<std::string, std::string> texts;
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) reject("__metadata__ \"{}\" must be a text, got {}", key, text.type_name());
      texts[key] = text.get<std::string>();
    }
    return texts;
  }

  uint64_t whole_number(const std::string& key, const json& value) const {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX)
      reject("tensor \"{}\": shape and data_offsets must be whole numbers below 2^63, got {}", key,
             value.is_number() ? value.dump() : value.type_name());
    return value.get<uint64_t>();
  }

  SafetensorsEntry entry(const std::string& key, const json& value) const {
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets"))
      reject("tensor \"{}\": must have dtype, shape and data_offsets and nothing else", key);
    const auto& dtype = value["dtype"];
    const auto& shape = value["shape"];
    const auto& offsets = value["data_offsets"];
    const auto type = dtype.is_string() ? dtype.get<std::string>() : "";
    if (safetensors_value_size(type) == 0)
      reject("tensor \"{}\": unknown dtype {}", key, dtype.is_string() ? type : dtype.type_name());
    if (!shape.is_array() || shape.size() > kMostHeaderRank)
      reject("tensor \"{}\": shape must be a list of at most {} numbers", key, kMostHeaderRank);
    if (!offsets.is_array() || offsets.size() != 2) reject("tensor \"{}\": data_offsets must be two numbers", key);

    SafetensorsEntry result{key, type, {}, whole_number(key, offsets[0]), whole_number(key, offsets[1])};
    for (const auto& size : shape) result.shape.push_back(static_cast<int64_t>(whole_number(key, size)));
    check_size(result);
    return result;
  }

  void check_size(const SafetensorsEntry& item) const {
    // Dimensions of size 0 count as 1 here, because the strides of an empty tensor must not overflow either.
    int64_t limit = static_cast<int64_t>(safetensors_value_size(item.dtype));
    bool empty = false;
    for (const int64_t size : item.shape) {
      empty |= size == 0;
      if (__builtin_mul_overflow(limit, std::max<int64_t>(size, 1), &limit))
        reject("tensor \"{}\": shape ({}) is too large", item.key, fmt::join(item.shape, ", "));
    }
    if (item.end < item.begin)
      reject("tensor \"{}\": data_offsets {} to {} run backwards", item.key, item.begin, item.end);
    if (const auto bytes = empty ? 0 : static_cast<uint64_t>(limit); item.end - item.begin != bytes)
      reject("tensor \"{}\": shape ({}) needs {} bytes, data_offsets give {}", item.key, fmt::join(item.shape, ", "),
             bytes, item.end - item.begin);
  }

  void check_places(const std::vector<SafetensorsEntry>& entries) const {
    std::vector<const SafetensorsEntry*> order;
    for (const auto& item : entries) order.push_back(&item);
    std::sort(order.begin(), order.end(), [](const SafetensorsEntry* a, const SafetensorsEntry* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    const uint64_t size = bytes_.size() - data_;
    uint64_t filled = 0;
    for (const auto* item : order) {
      if (item->end > size)
        reject("tensor \"{}\": ends at byte {} of the data, which has {}; the file is cut off, download it again",
               item->key, item->end, size);
      if (item->begin < filled) reject("tensor \"{}\": overlaps another at byte {}", item->key, item->begin);
      if (item->begin > filled)
        reject("tensor \"{}\": {} bytes before it belong to no tensor", item->key, item->begin - filled);
      filled = item->end;
    }
    if (filled != size) reject("{} bytes at the end belong to no tensor", size - filled);
  }

  const Bytes& bytes_;
  const std::string& source_;
  size_t values_ = 0;                        // values in the header so far
  uint64_t data_ = 0;                        // offset of the data
  std::vector<std::set<std::string>> seen_;  // keys of each open object
  std::vector<std::string> keys_;            // keys of the header, in order
};

}  // namespace

size_t safetensors_value_size(std::string_view dtype) {
  for (const auto& [name, size] : kValueSizes)
    if (name == dtype) return size;
  return 0;
}

SafetensorsHeader parse_safetensors_header(const Bytes& bytes, const std::string& source) {
  return HeaderParser(bytes, source).parse();
}

}  // namespace reszoo
