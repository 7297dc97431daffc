// The limit of CPU time that Linux's control groups set, as containers have it.
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "reszoo/base/cpus.h"
#include "reszoo/base/number.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

std::vector<std::string> words_of_line(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Returns whether a list with commas, such as `rw,cpu,cpuacct`, has the entry `cpu`.
bool lists_cpu(const std::string& list) { return ("," + list + ",").find(",cpu,") != std::string::npos; }

/// Returns the number in a word of the first line of a file; nothing for `max`, or if there is no such file.
std::optional<double> number_in_file(const fs::path& path, size_t word) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const auto words = words_of_line(line);
  return word < words.size() ? number_in_text<double>(words[word]) : std::nullopt;
}

/// Returns the limit of one group, in CPUs.
double limit_of_group(const fs::path& group) {
  auto quota = number_in_file(group / "cpu.max", 0), period = number_in_file(group / "cpu.max", 1);  // version 2
  if (!quota) {
    quota = number_in_file(group / "cpu.cfs_quota_us", 0);  // version 1: -1 without a limit
    period = number_in_file(group / "cpu.cfs_period_us", 0);
  }
  return quota && period && *quota > 0 && *period > 0 ? *quota / *period : kNoLimit;
}

/// Returns the path of this process's group in a hierarchy: a line is `number:controllers:path`, and in version 2 there
/// are no controllers.
std::string group_of_process(const fs::path& root, bool second) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':'), last = line.find(':', first + 1);
    if (last == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, last - first - 1);
    if (second ? controllers.empty() : lists_cpu(controllers)) return line.substr(last + 1);
  }
  return "/";
}

/// Returns the smallest limit of the group and those that it is in. A container sees its own group as the mounted one.
double limit_below(const fs::path& mounted, const fs::path& inside) {
  double least = limit_of_group(mounted);
  auto folder = mounted;
  for (const auto& name : inside) {
    if (name == ".." || name == ".") break;  // the group is outside of what this process can see
    folder /= name;
    least = std::min(least, limit_of_group(folder));
  }
  return least;
}

}  // namespace

double cpu_quota(const fs::path& root) {
  double least = kNoLimit;
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    // `… root place options … - type source options`
    const auto middle = line.find(" - ");
    if (middle == std::string::npos) continue;
    const auto words = words_of_line(line), type = words_of_line(line.substr(middle + 3));
    if (words.size() < 5 || type.size() < 3) continue;
    const bool second = type[0] == "cgroup2";
    if (!second && !(type[0] == "cgroup" && lists_cpu(type[2]))) continue;
    const auto inside = fs::path(group_of_process(root, second)).lexically_relative(words[3]);
    least = std::min(least, limit_below(root / fs::path(words[4]).relative_path(), inside));
  }
  return least;
}

int available_cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const auto all = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int cpus = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : all;
  return static_cast<int>(std::min<double>(cpus, std::ceil(cpu_quota())));
}

}  // namespace reszoo
