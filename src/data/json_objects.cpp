#include "json_objects.h"

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr int64_t kJsonBlock = int64_t{1} << 20;
constexpr size_t kLongestObject = size_t{1} << 30;

bool is_json_space(char letter) { return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n'; }

/// Returns the position after a string that begins at `begin`; npos if it does not end.
size_t end_of_string(std::string_view text, size_t begin) {
  for (auto place = begin + 1;; place += 2) {
    place = text.find_first_of("\"\\", place);
    if (place == std::string_view::npos) return place;
    if (text[place] == '"') return place + 1;
  }
}

}  // namespace

JsonObjects::JsonObjects(Input& input, std::string subject) : input_(input), subject_(std::move(subject)) {
  input_.append(buffer_, 3);
  if (buffer_ == "\xef\xbb\xbf") buffer_.clear();
}

std::vector<std::string_view> JsonObjects::next(size_t size) {
  buffer_.erase(0, used_);
  used_ = 0;
  first_row_ = next_row_;
  for (auto wanted = size;; wanted = 2 * buffer_.size()) {
    while (!at_end_ && buffer_.size() < wanted) at_end_ = input_.append(buffer_, kJsonBlock) == 0;
    auto objects = scan();
    if (objects.empty() && buffer_.size() > kLongestObject) refuse(next_row_, "the object does not end within 1 GiB");
    if (objects.empty() && !at_end_) continue;
    next_row_ += std::ssize(objects);
    return objects;
  }
}

/// Finds the complete objects of the buffer.
std::vector<std::string_view> JsonObjects::scan() {
  std::vector<std::string_view> objects;
  const auto row = [&] { return next_row_ + std::ssize(objects); };
  for (size_t place = used_; place < buffer_.size();) {
    if (buffer_[place] != '{') {
      check_between(place, row());
      used_ = ++place;
      continue;
    }
    if (closed_) refuse(row(), "follows the end of the array");
    const auto end = end_of_object(place);
    if (end == std::string::npos && at_end_) refuse(row(), "the object does not end");
    if (end == std::string::npos) break;
    objects.push_back(std::string_view(buffer_).substr(place, end - place));
    used_ = place = end;
  }
  return objects;
}

/// Checks a letter outside of objects: white space, or the brackets and commas of an array.
void JsonObjects::check_between(size_t place, int64_t row) {
  const char letter = buffer_[place];
  if (is_json_space(letter) || letter == ',') return;
  if (letter == '[' && row == 1 && !in_array_) in_array_ = true;
  else if (letter == ']' && in_array_ && !closed_) closed_ = true;
  else refuse(row, fmt::format("must be an object, got {}", escaped(std::string_view(buffer_).substr(place), 30)));
}

size_t JsonObjects::end_of_object(size_t begin) {
  int64_t depth = 0;
  for (auto place = begin; place < buffer_.size();) {
    place = buffer_.find_first_of("{}\"NI", place);
    if (place == std::string::npos) return place;
    const char letter = buffer_[place];
    if (letter == '"') {
      place = end_of_string(buffer_, place);
      if (place == std::string::npos) return place;
      continue;
    }
    if (letter == 'N' || letter == 'I') {
      place = blank_number(place);
      continue;
    }
    ++place;
    depth += letter == '{' ? 1 : -1;
    if (depth == 0) return place;
  }
  return std::string::npos;
}

/// Puts "" in place of NaN or Infinity, which are missing values. Returns the position after it.
size_t JsonObjects::blank_number(size_t place) {
  for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
    const auto begin = place - (word[0] == '-');
    if (buffer_.compare(begin, word.size(), word) != 0) continue;
    std::fill_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin), word.size(), ' ');
    buffer_[begin] = buffer_[begin + 1] = '"';
    return begin + word.size();
  }
  return place + 1;
}

void JsonObjects::refuse(int64_t row, std::string_view what) const {
  fail(ErrorKind::input, "{}: row {}: {}", subject_, row, what);
}

}  // namespace reszoo
