// Makes tensors of what a pickle says of them and of the storages beside it.
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

/// What a pickle says of a storage.
struct StorageClaim {
  std::string_view key;   ///< its name among the storages of the file
  at::ScalarType type{};  ///< of its elements; bytes where it has no type
  uint64_t count = 0;     ///< its elements, of the whole storage
  uint64_t offset = 0;    ///< elements that this view of it leaves out, in files of PyTorch 0.1
};

/// Reads the description of a storage: ("storage", type, key, device, count).
/// Throws: Error (file) that begins with `source`.
StorageClaim read_claim(const Pickle& pickle, const PickleValue& persistent, const std::string& source);

/// The tensors of one pickle. Those of one storage share it; where the bytes can
/// be aliased, they are.
class StoredTensors {
 public:
  /// Gives the bytes of a storage, of any size.
  using Find = std::function<Bytes(const StorageClaim&)>;

  /// `limit` is the most bytes that one tensor may claim to have, an expanded one included.
  StoredTensors(const Pickle& pickle, std::string source, uint64_t limit, Find find)
      : pickle_(pickle), source_(std::move(source)), limit_(limit), find_(std::move(find)) {}

  bool is_tensor(PickleRef place) const { return unwrap(place).has_value(); }

  /// Throws: Error (file) if its claims do not fit each other or the storage.
  Tensor make(PickleRef place, const std::string& key);

 private:
  /// A function's name and its arguments.
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
  std::string key_;  // of the tensor that is made, for messages
  std::unordered_map<std::string_view, c10::Storage> storages_;
};

}  // namespace reszoo
