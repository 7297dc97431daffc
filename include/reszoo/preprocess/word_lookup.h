/// Finds learnt words in the spelling of another file.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace at {
class Tensor;
}

namespace reszoo {

struct Column;  // reszoo/preprocess/frame.h

/// Finds words in a list of words that was learnt in training, whatever the format of the later file.
///
/// A word is first found as it is spelt. If none is spelt so, it may be one of them in another spelling, provided that
/// only one of them fits:
///
/// | learnt                   | found too                                          |
/// |--------------------------|----------------------------------------------------|
/// | `3`                      | the same number: `3.0`, ` 3`, `+3`; never `03`     |
/// | `2024-02-29`             | the same date: `2024-02-29 00:00:00`               |
/// | `True`                   | `true`, `TRUE`; and `1` if all words are booleans  |
/// | `0`, `1`                 | `false`, `true`                                    |
/// | `red`                    | `red` with spaces around it                        |
class WordLookup {
 public:
  explicit WordLookup(const std::vector<std::string>& words);

  /// Returns the index of the word, or -1.
  int64_t find(const std::string& word) const;

  /// Returns the indices of all rows of a text column; a missing value is the word "". Shape: (N) int64.
  at::Tensor find(const Column& column) const;

 private:
  std::unordered_map<std::string, int64_t> exact_, alike_;
};

/// Returns the spelling that equal numbers and equal dates share; other words without the spaces around them.
std::string plain_word(const std::string& word);

}  // namespace reszoo
