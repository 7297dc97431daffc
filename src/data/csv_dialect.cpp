#include "csv_dialect.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr size_t kSampleRows = 200, kSampleBytes = size_t{256} << 10;

/// The first rows of a text, split by one delimiter.
struct Sample {
  char delimiter = ',';
  size_t header = 0, width = 0;  ///< number of fields in the first row, and in most rows
  double share = 0;              ///< fraction of the rows that have `width` fields
  bool spaced = true;            ///< whether each delimiter below the header has a space next to it
  size_t delimiters = 0;

  /// More rows alike are better, then more fields.
  auto rank() const { return std::tuple(width > 1, share, width); }
};

bool has_space_between(std::string_view left, std::string_view right) {
  return left.ends_with(' ') || right.starts_with(' ');
}

Sample sample_of(std::string_view text, CsvDialect dialect) {
  dialect.trim = true;
  CsvScanner scanner(text, dialect);
  Sample sample{.delimiter = dialect.delimiter};
  std::map<size_t, size_t> rows_of_width;
  size_t rows = 0;
  bool header_spaced = true;
  for (; rows < kSampleRows && scanner.next(); ++rows) {
    if (!scanner.complete() && rows > 1) break;
    const auto& fields = scanner.fields();
    if (rows == 0) sample.header = fields.size();
    ++rows_of_width[fields.size()];
    for (size_t i = 1; i < fields.size(); ++i) {
      auto& spaced = rows == 0 ? header_spaced : sample.spaced;
      spaced = spaced && has_space_between(fields[i - 1], fields[i]);
      sample.delimiters += rows > 0;
    }
  }
  if (sample.delimiters == 0) sample.spaced = header_spaced && sample.header > 1;
  for (const auto& [width, count] : rows_of_width) {
    const auto share = static_cast<double>(count) / static_cast<double>(rows);
    if (share >= sample.share) std::tie(sample.share, sample.width) = std::tuple(share, width);
  }
  return sample;
}

}  // namespace

CsvStart csv_start_of(std::string_view text, const TableReadOptions& options) {
  text = text.substr(0, kSampleBytes);
  CsvDialect dialect{.quote = options.quote};
  const std::string candidates = options.delimiter        ? std::string(1, *options.delimiter)
                                 : options.decimal == ',' ? ";\t|"
                                                          : ",;\t|";
  std::optional<Sample> best;
  for (const char candidate : candidates) {
    dialect.delimiter = candidate;
    const auto sample = sample_of(text, dialect);
    if (!best || sample.rank() > best->rank() || (best->width < 2 && sample.header > best->header)) best = sample;
  }
  dialect.delimiter = best->delimiter;
  dialect.trim = best->spaced && best->delimiter != ' ';
  if (dialect.delimiter == options.decimal || dialect.delimiter == options.quote)
    fail(ErrorKind::usage, "CSV: delimiter, decimal point and quote must be different, got '{}', '{}' and '{}'",
         dialect.delimiter, options.decimal, options.quote == '\0' ? ' ' : options.quote);
  return {dialect, best->share > 0.5 && best->header != best->width};
}

std::optional<char> named_delimiter(std::string_view line) {
  if (line.size() == 7 && line.starts_with('"') && line.ends_with('"')) line = line.substr(1, 5);
  const bool named = line.size() == 5 && (line.starts_with("sep=") || line.starts_with("SEP="));
  return named ? std::optional(line[4]) : std::nullopt;
}

}  // namespace reszoo
