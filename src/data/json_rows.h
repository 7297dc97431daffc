/// Parses JSON objects into columns. Private.
#pragma once
#include <arrow/table.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json_column.h"

namespace reszoo {

/// Which keys of the objects become columns.
struct JsonSelection {
  std::vector<std::string> wanted = {};   ///< the columns; empty: every key
  std::vector<std::string> ignored = {};  ///< keys that are no columns
  std::vector<std::string> as_text = {};  ///< columns whose numbers stay text
};

/// Rows of JSON objects. Values of other keys are not looked at.
class JsonRows {
 public:
  /// Error messages begin with `subject`.
  JsonRows(JsonSelection selection, std::string subject);

  /// Adds the row of an object; `row`, from 1, is for messages.
  /// Throws: Error (input) that names the row for text that is no JSON, a key that occurs twice, and an object or a
  /// list as the value of a column.
  void add(std::string_view object, int64_t row);

  int64_t rows() const { return rows_; }

  /// Returns the rows as a table, and begins anew with the same columns.
  std::shared_ptr<arrow::Table> finish();

  /// Returns all keys that occurred.
  std::vector<std::string> seen_keys() const;

 private:
  friend class JsonEvents;

  /// A key, and its column; null if it is none.
  struct Key {
    JsonColumn* column = nullptr;
    bool seen = false;
  };

  Key& key_of(const std::string& name);

  JsonSelection selection_;
  std::string subject_;
  std::vector<std::unique_ptr<JsonColumn>> columns_;
  std::map<std::string, Key> keys_;
  int64_t rows_ = 0;
};

}  // namespace reszoo
