// Creates tensors from their description in a pickle and from the storages of the file.
#pragma once
#include <c10/core/Storage.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pickle.h"
#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// The description of a storage in a pickle.
struct StorageClaim {
  std::string_view key;   ///< name of the storage in the file
  at::ScalarType type{};  ///< dtype of its elements; bytes if it is untyped
  uint64_t count = 0;     ///< elements of the whole storage
  uint64_t offset = 0;    ///< elements that this view skips, in files of PyTorch 0.1
};

/// Whether a persistent value is a storage. Before PyTorch 1.6 it may also be the class of a module, with its code.
bool is_storage(const Pickle& pickle, const PickleValue& persistent);

/// Parses the description of a storage: ("storage", type, key, device, count).
/// Throws: Error (file), whose message begins with `source`.
StorageClaim read_claim(const Pickle& pickle, const PickleValue& persistent, const std::string& source);

/// Creates the tensors of one pickle. Tensors with the same storage share it, and alias the bytes if possible.
class StoredTensors {
 public:
  /// Returns the bytes of a storage, of any size.
  using Find = std::function<Bytes(const StorageClaim&)>;

  /// `limit` is the largest size in bytes that one tensor may claim, including expanded ones.
  StoredTensors(const Pickle& pickle, std::string source, uint64_t limit, Find find)
      : pickle_(pickle), source_(std::move(source)), limit_(limit), find_(std::move(find)) {}

  /// Whether the value is a tensor, also of a kind that is not read.
  bool is_tensor(PickleRef place) const { return unwrap(place).has_value(); }
  /// Returns the number of its dimensions; 0 if its description is damaged.
  size_t rank(PickleRef tensor) const;

  /// Creates a tensor.
  /// Throws: Error (file) if its description is inconsistent or exceeds the storage, or if it is sparse or quantized.
  Tensor make(PickleRef place, const std::string& key);

 private:
  /// The name of a function and its arguments.
  struct Call {
    std::string_view name;
    PickleRef arguments;
  };
  struct Place {
    std::vector<int64_t> sizes, strides;
    int64_t offset = 0;
  };

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: tensor \"{}\": {}", source_, key_, fmt::format(format, std::forward<Args>(args)...));
  }
  std::optional<Call> unwrap(PickleRef place) const;
  const PickleValue& argument(const Call& call, size_t index, PickleValue::Kind kind) const;
  std::vector<int64_t> whole_numbers(const PickleValue& tuple) const;
  at::ScalarType type_of(const Call& call, const StorageClaim& claim) const;
  void check_place(const Place& place, at::ScalarType type, uint64_t bytes) const;
  c10::Storage storage(const StorageClaim& claim);
  Tensor with_math_bits(Tensor tensor, const Call& call) const;

  const Pickle& pickle_;
  std::string source_;
  uint64_t limit_;
  Find find_;
  std::string key_;  // key of the current tensor, for messages
  std::unordered_map<std::string_view, c10::Storage> storages_;
};

}  // namespace reszoo
