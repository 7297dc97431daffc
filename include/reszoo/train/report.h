/// A run as one page to look at.
#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/train/train_state.h"

namespace reszoo {

struct ReportData {
  std::string title = {};
  std::string command = {};                                        ///< the command line; may be empty
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< name and value
  std::vector<std::pair<std::string, Metrics>> results = {};       ///< by split: "validation", "test"
  std::vector<EpochRecord> history = {};
};

/// Writes one self-contained HTML page: a curve of the loss and one of each
/// validation metric per epoch, the results as a table, the settings. It needs no
/// network, and is light or dark as the reader's system is.
///
/// Throws: Error (file) if it cannot be written.
void write_report(const std::filesystem::path& path, const ReportData& data);

}  // namespace reszoo
