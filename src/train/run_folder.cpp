#include "run_folder.h"

#include <cerrno>
#include <csignal>
#include <regex>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo::detail {
namespace {

namespace fs = std::filesystem;

/// Whether the path is a temporary file of write_file, `NAME.PROCESS.NUMBER.tmp`, whose process has ended.
bool is_left_over(const fs::path& path) {
  static const std::regex form(R"(.+\.(\d{1,9})\.\d+\.tmp)");
  std::smatch match;
  const auto name = path.filename().string();
  return std::regex_match(name, match, form) && ::kill(std::stoi(match[1]), 0) != 0 && errno == ESRCH;
}

}  // namespace

void open_run_folder(const fs::path& folder) {
  refuse_url(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(ErrorKind::file, "{}: cannot make the folder: {}", folder.string(), error.message());
  std::vector<fs::path> left_over;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (is_left_over(entry.path())) left_over.push_back(entry.path());
  for (const auto& path : left_over) fs::remove(path, error);
}

}  // namespace reszoo::detail
