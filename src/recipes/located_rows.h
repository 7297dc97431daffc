/// Names the files of rows in error messages. Private.
#pragma once
#include <string>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo::detail {

/// Returns the message with each `row N` of a table from several files as `row M of FILE`.
std::string located_rows(const std::string& message, const std::vector<RowSource>& sources);

/// Runs the action on a table. If it throws an Error, the rows in its message are those of the files.
template <typename Action>
auto with_located_rows(Frame frame, Action action) {
  const auto sources = frame.sources;
  try {
    return action(std::move(frame));
  } catch (const Error& error) {
    if (sources.empty()) throw;
    fail(error.kind(), "{}", located_rows(error.what(), sources));
  }
}

}  // namespace reszoo::detail
