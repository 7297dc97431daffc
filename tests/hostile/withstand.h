// Corrupted and malicious files: thousands of mutations per reader, the same on every machine. A reader either throws a
// reszoo::Error or reads the file. It never crashes, hangs or uses too much memory, and what it reads from a damaged
// file with checksums equals the content of the undamaged file.
//
//     RESZOO_MUTATIONS=100000 test_hostile              runs more mutations
//     RESZOO_MUTATION_FROM=4711 RESZOO_MUTATIONS=1 …    repeats one, as named by a failure
//     RESZOO_SEEDS=folder …                             writes the undamaged files, for tests/fuzz
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "hostile/random.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo::test {

constexpr size_t kMostGrowth = size_t{256} << 20;  // bytes, in addition to the file's size

/// Returns a memory statistic of this process in bytes: VmRSS, or its peak VmHWM.
size_t memory(const std::string& figure);

/// Resets VmHWM to the memory in use now.
void forget_peak();

/// A mutated file, and whether its checksums were corrected.
struct Mutant {
  std::string bytes;
  bool checksums_fit = false;
};

/// A reader of files, and how they are damaged.
struct Reader {
  std::function<StateDict(const std::string& bytes, bool verify)> read;
  std::function<Mutant(const std::string& bytes, Random& random)> mutate;
  bool has_checksums = false;
};

/// Reads many mutants of the originals, each with and without verification, and expects what is promised above.
void expect_withstands(const Reader& reader, const std::vector<std::string>& originals);

}  // namespace reszoo::test
