/// Counts what is not read.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Files and images that are left out, counted by kind and reason.
///
///     LeftOut left;
///     left.add("HEIC image*", "cat/1.heic");
///     left.add("HEIC image*", "cat/2.heic");
///     left.text();  // 2 HEIC images (cat/1.heic, …)
class LeftOut {
 public:
  /// One kind.
  struct Group {
    std::string kind;     ///< as it was added
    int64_t count;        ///< how many
    std::string example;  ///< name of the first one
  };

  /// Counts `count` items of a kind. A `*` in `kind` is where the plural has its "s".
  void add(std::string_view kind, const std::string& example, int64_t count = 1);
  void add(const LeftOut& other);

  bool empty() const { return groups_.empty(); }
  int64_t count() const;                                        ///< all items
  const std::vector<Group>& groups() const { return groups_; }  ///< in the order in which they were first added

  /// Returns "3 HEIC images (cat/1.heic, …), 1 empty file (a.jpg)"; "" if nothing is left out.
  std::string text() const;

  /// Returns `{"HEIC image": 3, "empty file": 1}`.
  nlohmann::ordered_json to_json() const;

 private:
  std::vector<Group> groups_;
};

/// Returns "1 image" or "3 images" for the kind "image*".
std::string counted(int64_t count, std::string_view kind);

}  // namespace reszoo
