// Reads the files of torch.save before PyTorch 1.6: five pickles, then the storages.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "pickle.h"
#include "reszoo/base/bytes.h"
#include "stored_tensors.h"

namespace reszoo {

class LegacyFile {
 public:
  /// Parses the pickles (magic number, protocol, system, content, order of the storages) and locates the storages.
  /// Throws: Error (file), whose message begins with `source`.
  LegacyFile(Bytes bytes, const std::string& source);

  const Pickle& pickle() const { return pickle_; }
  Bytes storage(const StorageClaim& claim) const;

 private:
  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const;
  Pickle next_pickle();
  void check_system(const Pickle& system) const;
  void find_storages(const Pickle& order);

  Bytes bytes_;
  std::string source_;
  size_t at_ = 0;
  Pickle pickle_;
  std::unordered_map<std::string_view, Bytes> storages_;  // the keys are views of the stream
};

}  // namespace reszoo
